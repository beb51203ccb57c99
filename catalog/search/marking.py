"""Where a text fits a query: literally, by a synonym, or by pinyin. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator

from catalog.search import tokens
from catalog.search.query import Query

Span = tuple[int, int]
BEFORE = 30
"""Characters of a snippet that stand before its first match, at most."""


def spans(text: str, query: Query) -> list[Span]:
    """Where the words of the query stand in the text, in order, touching ones joined."""
    folded, places = _folded(text)
    found: list[Span] = []
    for word in query.words:
        for wanted in (word.text, *word.synonyms):
            found += _occurrences(folded, wanted)
        if word.spellings:
            found += _spelled(folded, word.spellings)
    joined: list[Span] = []
    for start, stop in sorted(found):
        begin, end = places[start], places[stop - 1] + 1
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def fits(text: str, query: Query) -> bool:
    """Whether any word of the query stands in the text."""
    return bool(spans(text, query))


def snippet(text: str, query: Query | None, length: int) -> str:
    """At most ``length`` characters of the text, and two ellipses, around its first match."""
    if len(text) <= length:
        return text
    found = spans(text, query) if query else []
    first, stop = found[0] if found else (0, 0)
    start = 0
    if stop > length - BEFORE:  # the beginning of the text would not show the match
        start = min(max(0, first - BEFORE), len(text) - length)
    end = start + length
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as queries are compared, and for each of its characters where it comes from."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).lower():
            characters.append(folded)
            places.append(place)
    return "".join(characters), places


def _occurrences(text: str, word: str) -> Iterator[Span]:
    start = text.find(word) if word else -1
    while start >= 0:
        yield start, start + len(word)
        start = text.find(word, start + len(word))


def _spelled(text: str, spellings: Iterable[tokens.Spelling]) -> Iterator[Span]:
    """Chinese parts of the text that are read as one of the spellings."""
    for start, syllables in tokens.syllables_at(text):
        for spelling in spellings:
            yield from ((start + a, start + b) for a, b in spelling.found_in(syllables))
