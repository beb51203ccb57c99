"""Help when nothing is found: words that are nearly the typed ones and do find something.

Every candidate is a piece of what the reader sees (titles, data items, keywords, departments), so
a correction cannot tell of an entry that is hidden from them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from string import ascii_lowercase

from catalog.models import DataItem, ResourceSearch
from catalog.search import nearness, tokens
from catalog.search.filters import Reader
from catalog.search.finding import parse_for, rows_seen
from catalog.search.query import Lexemes, all_of, words_of

MOST = 3
MOST_COUNTED = 8
"""Corrections of which the entries are counted, before the best are shown."""
_MOST_PER_WORD = 4
_ROWS = 200
_LONGEST = 24
"""Longer words are not corrected."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Another text to search for, with the number of entries that this reader would find."""

    text: str
    count: int


def corrections(reader: Reader, text: str) -> list[Correction]:
    """What the reader may have meant by a text that finds nothing; best first, at most three."""
    words = words_of(text)
    wrong = {word: _near(reader, word) for word in dict.fromkeys(words) if not _finds(reader, word)}
    if not wrong or not all(wrong.values()):
        return []
    choices = product(*(wrong.get(word, [word]) for word in words))
    tried = dict.fromkeys(" ".join(choice) for choice in islice(choices, MOST_COUNTED))
    found = (
        Correction(one, rows_seen(reader, parse_for(one)).count()) for one in tried if one != text
    )
    return [one for one in found if one.count][:MOST]


def _finds(reader: Reader, word: str) -> bool:
    return rows_seen(reader, parse_for(word)).exists()


def _near(reader: Reader, word: str) -> list[str]:
    """Pieces of what the reader sees that are nearly ``word``, the nearest and commonest first."""
    if not 2 <= len(word) <= _LONGEST:
        return []
    spellings = _spellings(word)
    lexemes = [all_of(one.tokens) for one in spellings]
    lexemes += [all_of(grams) for grams in _grams_left(word) if grams]
    if not lexemes:
        return []
    found: Counter[tuple[int, str]] = Counter()
    for text in _texts(reader, " | ".join(dict.fromkeys(lexemes))):
        found.update(set(_pieces(text, word, spellings)))
    nearest: dict[str, tuple[int, int]] = {}
    for (distance, piece), number in found.items():
        nearest[piece] = min(nearest.get(piece, (9, 0)), (distance, -number))
    nearest.pop(word, None)
    return sorted(nearest, key=lambda piece: (*nearest[piece], piece))[:_MOST_PER_WORD]


def _texts(reader: Reader, lexemes: str) -> Iterator[str]:
    """Names in the entries that the reader sees and the index finds, normalised."""
    rows = ResourceSearch.objects.filter(
        words__vector=Lexemes(lexemes), labels__overlap=reader.sight.labels
    )
    rows = rows.select_related("version", "resource__provider").order_by("-used", "-updated_at")
    looked_at = list(rows[:_ROWS])
    for row in looked_at:
        version = row.version
        names = (version.title, version.title_en, row.resource.provider.name, *version.keywords)
        yield from map(tokens.normalise, names)
    items = DataItem.objects.filter(version__in=[row.version_id for row in looked_at])
    for name in items.order_by().values_list("name", flat=True):
        yield tokens.normalise(name)


def _spellings(word: str) -> list[tokens.Spelling]:
    """Ways in which a correction may sound: like the Chinese word, or like the mended pinyin."""
    if tokens.is_chinese(word):
        return [tokens.sounding_like(part) for _start, part in tokens.syllables_at(word)]
    if not (word.isascii() and word.isalpha()):
        return []
    mended = (one for edit in _edits(word) for one in tokens.whole_spellings(edit))
    return list({one.text: one for one in mended}.values())


def _edits(word: str) -> Iterator[str]:
    """Latin words that are one letter apart: one less, two swapped, one other, one more."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            if after:
                yield before + letter + after[1:]
            yield before + letter + after


def _grams_left(word: str) -> Iterator[Sequence[str]]:
    """For every place of a mistake the grams that stay right; also those of swapped neighbours."""
    for place in range(len(word) - 1):
        swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        yield tokens.grams_asked(swapped)
    if len(word) > 2:
        for place in range(len(word)):
            parts = (word[:place], word[place + 1 :])
            yield [gram for part in parts for gram in tokens.grams_asked(part)]


def _pieces(
    text: str, word: str, spellings: Iterable[tokens.Spelling]
) -> Iterator[tuple[int, str]]:
    """Pieces of the text that are nearly the word, with how far they are from it."""
    runs = tokens.syllables_at(text)
    by_length: dict[int, list[tokens.Spelling]] = defaultdict(list)
    for spelling in spellings:
        by_length[len(spelling.parts)].append(spelling)
    for start, syllables in runs:
        for group in by_length.values():
            for spelling in group:
                for begin, end in spelling.found_in(syllables):
                    yield nearness.SOUNDS_ALIKE, text[start + begin : start + end]
    for piece in nearness.pieces(text, word):
        yield nearness.ONE_APART, piece
