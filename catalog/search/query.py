"""A query as the index understands it, with the recheck that makes it exact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, F, IntegerField, Q, TextField, Value, When
from django.db.models.functions import StrIndex, Substr

from catalog.search import tokens
from catalog.search.documents import BLOCK_END
from catalog.search.synonyms import Synonyms, variants

MOST_WORDS = 8
LONGEST_WORD = 60
LONGEST_QUERY = 200
"""Characters that pages and interfaces take; the rest of a longer text is left out."""


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
    wanted = _holds_every_word(query, "words__text", lambda word: word.rechecks)
    return Q(words__vector=Lexemes(query.lexemes)) & wanted if query.lexemes else wanted


def _holds_every_word(query: Query, field: str, texts: Callable[[Word], tuple[str, ...]]) -> Q:
    return reduce(
        and_,
        (
            reduce(or_, (Q(**{f"{field}__contains": text}) for text in texts(word)))
            for word in query.words
        ),
    )


def title_block() -> Substr:
    """Expression for the part of the searchable text that is the title and its pinyin."""
    return Substr(
        "words__text",
        1,
        StrIndex(F("words__text"), Value(BLOCK_END, output_field=TextField())),
        output_field=TextField(),
    )


def tier(query: Query) -> Case:
    """How well the title fits: 0 it is the query, 1 it holds every word as written, 2 it holds
    them in pinyin, 3 it holds synonyms of them; 4 they are found elsewhere, 5 only by synonyms.

    The row must be annotated with ``title_block``.
    """
    by_title = [
        When(Q(words__text__startswith=f"{query.text}\n"), then=Value(0)),
        When(_holds_every_word(query, "title_block", lambda word: (word.text,)), then=Value(1)),
        When(_holds_every_word(query, "title_block", lambda word: word.as_written), then=Value(2)),
    ]
    elsewhere = []
    if query.has_synonyms:
        by_title.append(
            When(_holds_every_word(query, "title_block", lambda word: word.rechecks), then=Value(3))
        )
        as_written = _holds_every_word(query, "words__text", lambda word: word.as_written)
        elsewhere = [When(~as_written, then=Value(5))]
    return Case(*by_title, *elsewhere, default=Value(4), output_field=IntegerField())
