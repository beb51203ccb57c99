"""A query as the index understands it, with the recheck that makes it exact."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
from django.contrib.postgres.search import SearchQuery
from django.db.models import Aggregate, BinaryField, Case, F, IntegerField, Q, Value, When
from numpy.typing import NDArray

from catalog.models import ResourceWords
from catalog.search import tokens
from catalog.search.synonyms import Synonyms, variants

MOST_WORDS = 8
LONGEST_WORD = 60
_TIERS = 8
"""More than there are tiers; a number and a tier together fit into four bytes."""
LONGEST_QUERY = 200
"""Characters that pages and interfaces take; the rest of a longer text is left out."""


Matches = tuple[NDArray[np.int32], NDArray[np.int8]]
"""Numbers of rows, and the tier of each."""


class Lexemes(SearchQuery):
    """A tsquery given as text, not parsed by a dictionary."""

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_extra: Any
    ) -> tuple[str, list[Any]]:
        """The text, cast."""
        del compiler, connection
        return "%s::tsquery", [self.lexemes]

    def __init__(self, lexemes: str) -> None:
        """``lexemes`` is in PostgreSQL's own notation, quoted."""
        super().__init__(lexemes)
        self.lexemes = lexemes


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: the tokens that find it and the texts of which one must be there.

    ``rechecks`` begin with the word itself; its synonyms stand at their end.
    """

    text: str
    lexemes: str
    rechecks: tuple[str, ...]
    spellings: tuple[tokens.Spelling, ...] = ()
    synonyms: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether every row that the index finds holds the word or a synonym."""
        return not self.spellings and all(map(tokens.is_one_gram, self.rechecks))

    @property
    def as_written(self) -> tuple[str, ...]:
        """The texts of which one must be there, without synonyms."""
        return self.rechecks[: len(self.rechecks) - len(self.synonyms)]


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; empty when there is nothing to look for."""

    text: str
    words: tuple[Word, ...]

    def __bool__(self) -> bool:
        """Whether the query restricts anything."""
        return bool(self.words)

    @property
    def has_synonyms(self) -> bool:
        """Whether any word stands for others too."""
        return any(word.synonyms for word in self.words)

    @property
    def lexemes(self) -> str:
        """All words together; empty when none of them can be looked up in the index."""
        return " & ".join(f"({word.lexemes})" for word in self.words if word.lexemes)


def parse(text: str, synonyms: Synonyms | None = None) -> Query:
    """Cut a query into words; words beyond the eighth and very long ends are left out.

    Each word stands for its ``synonyms`` too (see ``synonyms_for``).
    """
    words = words_of(text)
    known = synonyms or {}
    parsed = (_word(word, variants(word, known)) for word in dict.fromkeys(words))
    return Query(" ".join(words), tuple(parsed))


def words_of(text: str) -> list[str]:
    """The words that a search for ``text`` asks for, in the form in which they are compared."""
    return [part[:LONGEST_WORD] for part in tokens.normalise(text).split()[:MOST_WORDS]]


def _word(text: str, synonyms: tuple[str, ...]) -> Word:
    spellings = tuple(tokens.spellings(text))
    asked = [tokens.grams_asked(wanted) for wanted in (text, *synonyms)]
    # a word of punctuation has no grams: only the recheck finds it, and nothing may narrow it
    alternatives = [all_of(grams) for grams in asked if grams]
    alternatives += [all_of(spelling.tokens) for spelling in spellings]
    rechecks = (text, *(spelling.text for spelling in spellings), *synonyms)
    lexemes = " | ".join(alternatives) if asked[0] or spellings else ""
    return Word(text, lexemes, rechecks, spellings, synonyms)


def all_of(found: Sequence[str]) -> str:
    """The tsquery that asks for all of these tokens."""
    quoted = (f"'{token[:-1]}':*" if token.endswith("*") else f"'{token}'" for token in found)
    return f"({' & '.join(quoted)})"


def condition(query: Query) -> Q:
    """Rows of ``ResourceSearch`` whose words hold every word of the query."""
    return _holding(query, "words__")


def matches(query: Query, among: NDArray[np.int32] | None = None) -> Matches:
    """Rows that hold every word of the query (``among`` these numbers), by how well they fit."""
    found = ResourceWords.objects.filter(_holding(query, ""))
    if among is not None:
        found = found.filter(number__any=among.tolist())
    # one value in one aggregate: nothing is sorted, and the server may share the work out
    packed = found.aggregate(all=Packed(F("number") * _TIERS + tier(query, "")))["all"]
    values = np.frombuffer(packed or b"", dtype=">i4").astype(np.int32)
    return values // _TIERS, (values % _TIERS).astype(np.int8)


class Packed(Aggregate):
    """Whole numbers, four bytes each: a hundred thousand of them cost next to nothing."""

    template = "string_agg(int4send(%(expressions)s), ''::bytea)"
    output_field = BinaryField()


def _holding(query: Query, at: str) -> Q:
    # what the index answers exactly needs no look at the text, which may be long
    unsure = [word for word in query.words if not word.is_exact]
    wanted = _holds_every_word(unsure, f"{at}text", lambda word: word.rechecks)
    return Q(**{f"{at}vector": Lexemes(query.lexemes)}) & wanted if query.lexemes else wanted


def _holds_every_word(
    words: Iterable[Word], field: str, texts: Callable[[Word], tuple[str, ...]]
) -> Q:
    return reduce(
        and_,
        (
            reduce(or_, (Q(**{f"{field}__contains": text}) for text in texts(word)))
            for word in words
        ),
        Q(),
    )


def tier(query: Query, at: str = "words__") -> Case:
    """How well the title fits: 0 it is the query, 1 it holds every word as written, 2 it holds
    them in pinyin, 3 it holds synonyms of them; 4 they are found elsewhere, 5 only by synonyms.
    """
    title, words = f"{at}title", query.words
    by_title = [
        When(Q(**{f"{title}__startswith": f"{query.text}\n"}), then=Value(0)),
        When(_holds_every_word(words, title, lambda word: (word.text,)), then=Value(1)),
    ]
    if any(len(word.as_written) > 1 for word in words):
        by_title.append(
            When(_holds_every_word(words, title, lambda word: word.as_written), then=Value(2))
        )
    elsewhere = []
    if query.has_synonyms:
        by_title.append(
            When(_holds_every_word(words, title, lambda word: word.rechecks), then=Value(3))
        )
        as_written = _holds_every_word(words, f"{at}text", lambda word: word.as_written)
        elsewhere = [When(~as_written, then=Value(5))]
    return Case(*by_title, *elsewhere, default=Value(4), output_field=IntegerField())
