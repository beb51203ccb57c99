"""Which pieces of a text are one mistake away from a word. Pure."""

import re
from collections.abc import Iterator

SOUNDS_ALIKE, ONE_APART = 0, 1
_LATIN = re.compile(r"[a-z0-9]+")


def one_apart(one: str, other: str) -> bool:
    """Whether one character more, less or other, or two neighbours swapped, tell them apart."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    most = min(len(one), len(other)) - start
    while end < most and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if max(len(left), len(right)) <= 1:
        return True
    return len(left) == len(right) == 2 and left == right[::-1]


def pieces(text: str, word: str) -> Iterator[str]:
    """Pieces of a normalised text that are one mistake away from ``word``.

    Of Latin text only whole words count. A Chinese piece that is longer or shorter begins and ends
    as the word does: 常人口 is 常住人口, but 人口数 is no mistake for 人口. Of two characters only
    swapped ones count, since a word with one other character is another word.
    """
    if word.isascii():
        yield from (found for found in _LATIN.findall(text) if one_apart(found, word))
        return
    for size in (len(word) - 1, len(word), len(word) + 1):
        for start in range(len(text) - size + 1) if size > 1 else ():
            piece = text[start : start + size]
            if _may_be_meant(piece, word) and one_apart(piece, word):
                yield piece


def _may_be_meant(piece: str, word: str) -> bool:
    if len(word) == 2:
        return piece == word[::-1]
    if any(character.isspace() for character in piece):
        return False
    return len(piece) == len(word) or (piece[0] == word[0] and piece[-1] == word[-1])
