"""What of an entry is searched, as text and as a weighted vector. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from catalog.search import tokens

BLOCK_END = "\x1e"
"""Stands in the searchable text between the title with its pinyin and everything else."""


@dataclass(frozen=True, slots=True)
class Document:
    """The searchable parts of one entry; a part is one text or several."""

    title: str
    names: tuple[str, ...]
    """Names of items, department and theme: searched by pinyin too."""
    words: tuple[str, ...]
    """Code, keys, keywords, English names."""
    abstract: str


def title_of(document: Document) -> str:
    """The title as it is compared, and on a new line its pinyin."""
    title = tokens.normalise(document.title)
    return "\n".join([title, _spelled(title)])


def text_of(document: Document) -> str:
    """The text of the exact recheck: the title block, then the rest, one part a line."""
    names = [tokens.normalise(name) for name in document.names if name]
    rest = [
        *names,
        *(tokens.normalise(word) for word in document.words if word),
        tokens.normalise(document.abstract),
        *(_spelled(name) for name in names),
    ]
    return f"{title_of(document)}{BLOCK_END}" + "\n".join(rest)


def vector_of(document: Document) -> str:
    """The document as PostgreSQL reads a tsvector; each token has the weight of its best place.

    Weights: A title, B names and words, C abstract. Tokens consist of letters, digits and the two
    marks of ``tokens``, so nothing in them needs escaping.
    """
    weights: dict[str, str] = {}
    _add(weights, "A", tokens.grams(tokens.normalise(document.title)))
    _add(weights, "A", _pinyin_tokens(tokens.normalise(document.title)))
    for name in document.names:
        _add(weights, "B", tokens.grams(tokens.normalise(name)))
        _add(weights, "B", _pinyin_tokens(tokens.normalise(name)))
    for word in document.words:
        _add(weights, "B", tokens.grams(tokens.normalise(word)))
    _add(weights, "C", tokens.grams(tokens.normalise(document.abstract)))
    return " ".join(f"'{token}':1{weight}" for token, weight in weights.items())


def _add(weights: dict[str, str], weight: str, found: Iterable[str]) -> None:
    for token in found:
        weights.setdefault(token, weight)


@lru_cache(maxsize=20_000)
def _runs(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(run) for run in tokens.syllables(text))


def _spelled(text: str) -> str:
    return tokens.spelled(_runs(text))


def _pinyin_tokens(text: str) -> list[str]:
    return [token for run in _runs(text) for token in tokens.pinyin_tokens(run)]
