"""Tokens of Chinese and Latin text: what is indexed, and what a query asks for. Pure.

PostgreSQL has no Chinese dictionary here, so the index holds every character and every pair of
neighbouring characters ("gram"), of Latin words and numbers too. A query asks for all pairs of
each of its words, and the exact text decides in the end; so a search finds exactly what a
substring search finds, through the index. Chinese words are found by pinyin as well: syllables
are marked "~", initials "^", which no gram can be.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import rjieba
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

_RUN = re.compile(r"[^\W_]+")
_VOWEL = re.compile(r"[aeiouv]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_MARKS = str.maketrans({"~": " ", "^": " "})
_MOST_SPELLINGS = 6
_LONGEST_PINYIN = 40
_MOST_INITIALS = 8
_NEVER_INITIAL = frozenset("iuv")


def normalise(text: str) -> str:
    """The form in which texts are compared: NFKC, lower case, single spaces, no marks of ours."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_MARKS)
    return " ".join(folded.replace("\x00", "").split())


def grams(text: str) -> Iterator[str]:
    """Every character and every pair of neighbours of the words of a normalised text."""
    for run in _RUN.findall(text):
        yield from run
        yield from map("".join, pairwise(run))


def grams_asked(word: str) -> list[str]:
    """The fewest grams that a text holding ``word`` must have."""
    asked: dict[str, None] = {}
    for run in _RUN.findall(word):
        asked |= dict.fromkeys(map("".join, pairwise(run)) if len(run) > 1 else run)
    return list(asked)


def is_one_gram(word: str) -> bool:
    """Whether the word is a gram itself, so that whatever has the gram holds the word."""
    return len(word) <= 2 and _RUN.fullmatch(word) is not None


def is_chinese(text: str) -> bool:
    """Whether the text is one run of Chinese characters."""
    return _HAN.fullmatch(text) is not None


def words_in(text: str) -> list[str]:
    """The words of a Chinese text that is written without spaces, by a dictionary."""
    return list(rjieba.cut(text))


@lru_cache(maxsize=100_000)
def _word_syllables(word: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(word))


def syllables(text: str) -> list[list[str]]:
    """Pinyin without tones of each Chinese run of the text, read word by word (重庆: chong qing)."""
    return [
        [syllable for word in rjieba.cut(run) for syllable in _word_syllables(word)]
        for run in _HAN.findall(text)
    ]


def syllables_at(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each Chinese run of the text: where it begins, and a syllable for each of its characters.

    A run with characters that have no reading is left out, because its syllables have no places.
    """
    for match in _HAN.finditer(text):
        found = [part for word in rjieba.cut(match[0]) for part in _word_syllables(word)]
        if len(found) == len(match[0]):
            yield match.start(), found


def pinyin_tokens(run: Sequence[str]) -> Iterator[str]:
    """Index tokens of one run: syllables, pairs of them, and pairs of initials."""
    for syllable in run:
        yield f"~{syllable}"
    for first, second in pairwise(run):
        yield f"~{first}~{second}"
        yield f"^{first[0]}{second[0]}"


def spelled(runs: Iterable[Sequence[str]]) -> str:
    """The runs as text in which a substring search is aligned to syllables and to initials."""
    made = []
    for run in runs:
        made.append(f"~{'~'.join(run)}~")
        made.append("".join(f"^{syllable[0]}" for syllable in run))
    return " ".join(made)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to read a Latin word as Chinese: tokens to find, and the text that must be there.

    A token ending in "*" is a beginning. ``parts`` are the syllables (the last of them whole if
    ``ends``) or, if ``initials``, their first letters.
    """

    tokens: tuple[str, ...]
    text: str
    parts: tuple[str, ...]
    ends: bool = True
    initials: bool = False

    def found_in(self, syllables: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where the syllables are read like this, from and to."""
        size = len(self.parts)
        for start in range(len(syllables) - size + 1):
            if self._fits(syllables[start : start + size]):
                yield start, start + size

    def _fits(self, syllables: Sequence[str]) -> bool:
        if self.initials:
            return all(
                one.startswith(part) for one, part in zip(syllables, self.parts, strict=True)
            )
        if tuple(syllables[:-1]) != self.parts[:-1]:
            return False
        last = self.parts[-1]
        return syllables[-1] == last if self.ends else syllables[-1].startswith(last)


def spellings(word: str) -> list[Spelling]:
    """Readings of a Latin word as pinyin (``renkou``, ``renk``) and as initials (``rk``)."""
    if not (word.isascii() and word.isalpha() and 2 <= len(word) <= _LONGEST_PINYIN):
        return []
    whole = _split(word, partial=False)
    found = [_as_syllables(reading, ends=True) for reading in whole]
    if not whole:
        found = [_as_syllables(reading, ends=False) for reading in _split(word, partial=True)]
    if len(word) <= _MOST_INITIALS and not set(word) & _NEVER_INITIAL:
        tokens = tuple(dict.fromkeys(f"^{first}{second}" for first, second in pairwise(word)))
        text = "".join(f"^{letter}" for letter in word)
        found.append(Spelling(tokens, text, tuple(word), initials=True))
    return found


def whole_spellings(word: str) -> list[Spelling]:
    """Readings of a Latin word as whole syllables of two and more Chinese characters."""
    if not 4 <= len(word) <= _LONGEST_PINYIN:
        return []
    readings = _split(word, partial=False)
    return [_as_syllables(reading, ends=True) for reading in readings if len(reading) > 1]


def sounding_like(syllables: Sequence[str]) -> Spelling:
    """The spelling of everything that is read like these syllables."""
    return _as_syllables(tuple(syllables), ends=True)


def _as_syllables(reading: tuple[str, ...], *, ends: bool) -> Spelling:
    tokens = [f"~{first}~{second}" for first, second in pairwise(reading)] or [f"~{reading[0]}"]
    if not ends:
        tokens[-1] += "*"
    text = f"~{'~'.join(reading)}{'~' if ends else ''}"
    return Spelling(tuple(dict.fromkeys(tokens)), text, reading, ends=ends)


def _split(word: str, *, partial: bool) -> list[tuple[str, ...]]:
    """Ways to cut ``word`` into syllables; with ``partial`` the last may be only begun."""
    known, begun = _known_syllables(), _begun_syllables()
    found: list[tuple[str, ...]] = []

    def cut(rest: str, done: tuple[str, ...]) -> None:
        if len(found) >= _MOST_SPELLINGS:
            return
        if not rest:
            found.append(done)
            return
        if partial and rest in begun:
            found.append((*done, rest))
        for size in range(min(6, len(rest)), 0, -1):
            if rest[:size] in known:
                cut(rest[size:], (*done, rest[:size]))

    cut(word, ())
    return found


@lru_cache(maxsize=1)
def _known_syllables() -> frozenset[str]:
    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    plain = map(_without_tone, readings)
    return frozenset(syllable for syllable in plain if _VOWEL.search(syllable))


@lru_cache(maxsize=1)
def _begun_syllables() -> frozenset[str]:
    return frozenset(
        syllable[:size] for syllable in _known_syllables() for size in range(1, len(syllable))
    )


def _without_tone(reading: str) -> str:
    plain = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    plain = re.sub("u\u0308", "v", plain)
    return "".join(letter for letter in plain if letter.isascii())
