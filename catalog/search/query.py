"""A query as the index understands it, with the recheck that makes it exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, F, IntegerField, Q, TextField, Value, When
from django.db.models.functions import StrIndex, Substr

from catalog.search import tokens
from catalog.search.documents import BLOCK_END

MOST_WORDS = 8
LONGEST_WORD = 60


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
    """One word of a query: the tokens that find it and the texts of which one must be there."""

    text: str
    lexemes: str
    rechecks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; empty when there is nothing to look for."""

    text: str
    words: tuple[Word, ...]

    def __bool__(self) -> bool:
        """Whether the query restricts anything."""
        return bool(self.words)

    @property
    def lexemes(self) -> str:
        """All words together; empty when none of them can be looked up in the index."""
        return " & ".join(f"({word.lexemes})" for word in self.words if word.lexemes)


def parse(text: str) -> Query:
    """Cut a query into words; words beyond the eighth and very long ends are left out."""
    normal = tokens.normalise(text)
    words = [part[:LONGEST_WORD] for part in normal.split()[:MOST_WORDS]]
    return Query(" ".join(words), tuple(map(_word, dict.fromkeys(words))))


def _word(text: str) -> Word:
    alternatives = []
    if asked := tokens.grams_asked(text):
        alternatives.append(_all_of(asked))
    spellings = tokens.spellings(text)
    alternatives += [_all_of(spelling.tokens) for spelling in spellings]
    rechecks = (text, *(spelling.text for spelling in spellings))
    return Word(text, " | ".join(alternatives), rechecks)


def _all_of(found: Sequence[str]) -> str:
    quoted = (f"'{token[:-1]}':*" if token.endswith("*") else f"'{token}'" for token in found)
    return f"({' & '.join(quoted)})"


def condition(query: Query) -> Q:
    """Rows of ``ResourceSearch`` whose words hold every word of the query."""
    wanted = _holds_every_word(query, "words__text")
    return Q(words__vector=Lexemes(query.lexemes)) & wanted if query.lexemes else wanted


def _holds_every_word(query: Query, field: str, *, literally: bool = False) -> Q:
    most = 1 if literally else None
    return reduce(
        and_,
        (
            reduce(or_, (Q(**{f"{field}__contains": text}) for text in word.rechecks[:most]))
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
    them in pinyin, 3 they are found elsewhere.

    The row must be annotated with ``title_block``.
    """
    return Case(
        When(Q(words__text__startswith=f"{query.text}\n"), then=Value(0)),
        When(_holds_every_word(query, "title_block", literally=True), then=Value(1)),
        When(_holds_every_word(query, "title_block"), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
