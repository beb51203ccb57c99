"""Other words for what was typed: every search reads the groups that apply to it anew."""

from collections.abc import Iterable, Iterator, Mapping

from catalog.models import SynonymGroup
from catalog.search import tokens

LONGEST = 20
"""Longest part of a typed word, in characters, that is looked up."""
MOST_VARIANTS = 8
Synonyms = Mapping[str, tuple[str, ...]]
"""The other words for a word, as far as a query needs them."""


def synonyms_for(text: str) -> Synonyms:
    """Other words for every word, or part of a Chinese word, of a normalised query; one query.

    Nothing is kept in the process, so that a change holds at once everywhere.
    """
    parts = list(dict.fromkeys(part for word in text.split() for part in _parts(word)))
    if not parts:
        return {}
    found: dict[str, dict[str, None]] = {}
    groups = SynonymGroup.objects.filter(active=True, words__overlap=parts).order_by("pk")
    asked = frozenset(parts)
    for words, one_way in groups.values_list("words", "one_way"):
        for word in words[:1] if one_way else words:
            if word in asked:
                others = found.setdefault(word, {})
                others |= dict.fromkeys(other for other in words if other != word)
    return {word: tuple(others) for word, others in found.items()}


def variants(word: str, synonyms: Synonyms) -> tuple[str, ...]:
    """``word`` with its longest part that has synonyms replaced by each of them.

    低保家庭 becomes 最低生活保障家庭. A variant that holds the word would find nothing more.
    """
    for part in _parts(word):
        if others := synonyms.get(part):
            made = dict.fromkeys(word.replace(part, other) for other in others)
            return tuple(variant for variant in made if word not in variant)[:MOST_VARIANTS]
    return ()


def _parts(word: str) -> Iterator[str]:
    """The word, then its parts of two characters and more, the longest first.

    Only Chinese is written without spaces: of other words there are no parts.
    """
    yield word
    if tokens.is_chinese(word):
        longest = min(LONGEST, len(word) - 1)
        for size in range(longest, 1, -1):
            yield from (word[start : start + size] for start in range(len(word) - size + 1))


def clean(words: Iterable[str]) -> list[str]:
    """Words in the form in which they are compared, each once, without empty ones."""
    return [word for word in dict.fromkeys(map(tokens.normalise, words)) if word]
