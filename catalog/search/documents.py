"""What of an entry is searched, as text and as tokens. Pure."""

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


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index holds of a document."""

    title: str
    """The title as it is compared, and on a new line its pinyin."""
    text: str
    """For the exact recheck: the title block, then the rest, one part a line."""
    vector: str
    """All tokens as PostgreSQL reads a tsvector, without places: they only say what is there.

    Tokens consist of letters, digits and the two marks of ``tokens``: nothing in them needs
    escaping.
    """


def indexed(document: Document) -> Indexed:
    """What the index holds of the document."""
    title = tokens.normalise(document.title)
    names = [tokens.normalise(name) for name in document.names if name]
    words = [tokens.normalise(word) for word in document.words if word]
    abstract = tokens.normalise(document.abstract)
    head = f"{title}\n{_spelled(title)}"
    rest = [*names, *words, abstract, *map(_spelled, names)]
    found: set[str] = set()
    for text in (title, *names):
        found.update(_pinyin_tokens(text))
    for text in {title, *names, *words, abstract}:
        found.update(tokens.grams(text))
    quoted = "' '".join(found)
    return Indexed(head, f"{head}{BLOCK_END}" + "\n".join(rest), f"'{quoted}'" if found else "")


@lru_cache(maxsize=20_000)
def _runs(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(run) for run in tokens.syllables(text))


@lru_cache(maxsize=20_000)
def _spelled(text: str) -> str:
    return tokens.spelled(_runs(text))


@lru_cache(maxsize=20_000)
def _pinyin_tokens(text: str) -> tuple[str, ...]:
    return tuple(token for run in _runs(text) for token in tokens.pinyin_tokens(run))
