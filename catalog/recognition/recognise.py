"""What a column holds: by its values first, by its name only as far as they leave it open."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from catalog.recognition import checks
from catalog.recognition.checks import CHECKS
from catalog.recognition.shapes import ColumnShape, Kind
from catalog.recognition.terms import Basis, Finding, Meaning, Sample, Warn
from catalog.recognition.words import HINTS

MOST_VALUES: Final = 1_000
"""Values looked at: the share of a kind is then known to about three points in a hundred."""
ENOUGH: Final = 5
"""Fewer values than this prove nothing; the name decides."""

ALONE: Final = {
    Meaning.ID_NUMBER: 0.5,  # by chance one in ten thousand: even half of the values is proof
    Meaning.USCC: 0.5,  # two check characters
    Meaning.EMAIL: 0.7,
    Meaning.PLATE: 0.7,
    Meaning.MOBILE: 0.8,  # no check digit; running numbers are kept out besides
    Meaning.BANK_CARD: 0.8,  # one in ten numbers of the form fits by chance
    Meaning.LANDLINE: 0.8,
    Meaning.COORDINATES: 0.95,  # measurements with many decimals lie there too, but never all
    Meaning.DATETIME: 0.9,
    Meaning.DATE: 0.9,
    Meaning.REGION_CODE: 0.8,  # codes of abolished counties are not known
    Meaning.ADDRESS: 0.6,  # addresses are written in many ways
    Meaning.NAME: 0.85,  # words of two characters begin with a surname more often than one thinks
}
"""Share of the values from which on they alone are proof. In the order of proof: check digits first."""
LIKE: Final = 0.8
"""Province and date of birth alone fit four of ten thousand numbers by chance: where most values
are of that form they are identity numbers, even if the check digits are wrong."""
TOGETHER: Final = {
    Meaning.ID_NUMBER: 0.2,
    Meaning.USCC: 0.2,
    Meaning.EMAIL: 0.4,
    Meaning.PLATE: 0.4,
    Meaning.MOBILE: 0.5,
    Meaning.BANK_CARD: 0.5,
    Meaning.LANDLINE: 0.5,
    Meaning.COORDINATES: 0.7,
    Meaning.DATETIME: 0.6,
    Meaning.DATE: 0.6,
    Meaning.REGION_CODE: 0.4,
    Meaning.ADDRESS: 0.4,
    Meaning.NAME: 0.5,
    Meaning.POSTCODE: 0.7,
    Meaning.MONEY: 0.9,
}
"""Share that is enough when the name says the same. Postcodes and amounts look like any other
number: without the name they stay numbers and codes."""
CONTRADICTED: Final = 0.2
"""With a smaller share than this, values contradict the name."""
NEARLY: Final = 0.95
"""Nearly all values must be numbers for a column of numbers, or yes and no: the rest are mistakes."""
TRACES, LEAST_TRACES = 0.01, 3
"""From one value in a hundred on, and three at least, a column holds personal data besides."""
FEW, FEW_SHARE, FEW_FROM, SHORT = 60, 0.2, 20, 30
"""A code set: at most 60 values, each met five times on average, none long, seen in 20 rows."""
MANY_SHARE: Final = 0.2
"""Names differ; a list of words that repeat is a code set."""
RUNNING: Final = 4
"""Numbers that lie closer together than this, on average, were counted up."""

_CHECKED_HINTS: Final = frozenset(
    (Meaning.ID_NUMBER, Meaning.USCC, Meaning.EMAIL, Meaning.BANK_CARD, Meaning.MOBILE,
     Meaning.PLATE, Meaning.NAME, Meaning.ADDRESS, Meaning.REGION_CODE, Meaning.POSTCODE,
     Meaning.COORDINATES)
)  # fmt: skip
_UNCOUNTED: Final = frozenset(
    (Meaning.MOBILE, Meaning.LANDLINE, Meaning.BANK_CARD, Meaning.POSTCODE, Meaning.REGION_CODE)
)
_BY_KIND: Final = {
    Kind.BOOLEAN: Meaning.BOOLEAN,
    Kind.DATE: Meaning.DATE,
    Kind.DATETIME: Meaning.DATETIME,
}
_FILLERS: Final = frozenset(
    ("NULL", "N/A", "NONE", "NAN", "-", "--", "—", "/", "\\", "不详", "未知", "暂无", "空")
)
_HINTS: Final = tuple((Meaning(name), re.compile(pattern)) for name, pattern in HINTS)


def recognise(sample: Sample) -> Finding:
    """Say what the column holds and why."""
    hint = hinted(sample.column)
    values = readable(sample.values)
    kind = sample.column.kind
    if kind in _BY_KIND:
        return Finding(_dated(_BY_KIND[Kind(kind)], hint), Basis.TYPE, values=len(values))
    if kind == Kind.BINARY:
        return Finding(Meaning.UNKNOWN, Basis.TYPE, values=len(values))
    if len(values) < ENOUGH:
        return Finding(hint or Meaning.UNKNOWN, Basis.NAME, values=len(values))
    return _by_values(values, hint)


def hinted(column: ColumnShape) -> Meaning | None:
    """What the comment, or else the name of a column speaks of."""
    for text in (column.comment, column.name):
        lower = unicodedata.normalize("NFKC", text).strip().lower()
        for meaning, pattern in _HINTS:
            if lower and pattern.search(lower):
                return meaning
    return None


def readable(values: Sequence[str | None]) -> list[str]:
    """The values that are not empty: half-width, trimmed, in upper case, without fillers."""
    found = [unicodedata.normalize("NFKC", value).strip().upper() for value in values if value]
    found = [value for value in found if value and value not in _FILLERS]
    return found if "有" in found else [value for value in found if value != "无"]


def _by_values(values: list[str], hint: Meaning | None) -> Finding:
    total, different = len(values), set(values)
    counts = {meaning: _hits(meaning, values, hint) for meaning in CHECKS}
    found = _proved(counts, total, different, hint) or _plain(values, different, counts, hint)
    meaning, basis = found
    if meaning is Meaning.DATE:
        meaning = _dated(meaning, hint)
    hits = counts.get(Meaning.DATE if meaning is Meaning.BIRTH_DATE else meaning, total)
    return Finding(
        meaning, basis, hits=hits, values=total, distinct=len(different),
        warnings=tuple(_warnings(meaning, values, counts, hint)),
    )  # fmt: skip


def _hits(meaning: Meaning, values: list[str], hint: Meaning | None) -> int:
    check = CHECKS[meaning]
    if meaning is Meaning.LANDLINE and hint is Meaning.LANDLINE:
        check = checks.bare_landline
    return sum(map(check, values))


def _proved(
    counts: dict[Meaning, int], total: int, different: set[str], hint: Meaning | None
) -> tuple[Meaning, Basis] | None:
    """The first meaning that the values prove, alone or together with the name."""
    if sum(map(checks.like_id_number, different)) >= LIKE * len(different):
        return Meaning.ID_NUMBER, Basis.VALUES
    for meaning in TOGETHER:
        share = counts[meaning] / total
        agrees = _agree(hint, meaning)
        if share >= ALONE.get(meaning, 2) and _is_proof(meaning, different, total, agrees=agrees):
            return meaning, Basis.VALUES
        if agrees and share >= TOGETHER[meaning]:
            return meaning, Basis.BOTH
    return None


def _agree(hint: Meaning | None, meaning: Meaning) -> bool:
    return hint is not None and meaning in _FAMILIES.get(hint, (hint,))


_FAMILIES: Final = {
    Meaning.LANDLINE: (Meaning.MOBILE, Meaning.LANDLINE),
    Meaning.MOBILE: (Meaning.MOBILE, Meaning.LANDLINE),
    Meaning.BIRTH_DATE: (Meaning.DATE, Meaning.DATETIME),
    Meaning.DATE: (Meaning.DATE, Meaning.DATETIME),
    Meaning.DATETIME: (Meaning.DATE, Meaning.DATETIME),
}
"""Names that do not tell these kinds apart."""


def _is_proof(meaning: Meaning, different: set[str], total: int, *, agrees: bool) -> bool:
    if agrees:
        return True
    if meaning is Meaning.NAME:
        return len(different) >= MANY_SHARE * total
    return meaning not in _UNCOUNTED or not _is_counted(different)


def _is_counted(different: set[str]) -> bool:
    """Whether these are numbers that were given out one after the other."""
    numbers = [int(value) for value in different if value.isdecimal()]
    if len(numbers) < max(FEW_FROM, 0.9 * len(different)):
        return False
    return max(numbers) - min(numbers) < RUNNING * len(numbers)


def _plain(
    values: list[str], different: set[str], counts: dict[Meaning, int], hint: Meaning | None
) -> tuple[Meaning, Basis]:
    """Yes or no, a code set, numbers, text."""
    total = len(values)
    answers = [value for value in values if value in checks.YES_NO]
    if len(answers) >= NEARLY * total and len(set(answers)) <= 2:
        return Meaning.BOOLEAN, Basis.VALUES
    if different <= checks.BITS and hint is Meaning.BOOLEAN:
        return Meaning.BOOLEAN, Basis.BOTH
    if (
        total >= FEW_FROM
        and len(different) <= min(FEW, FEW_SHARE * total)
        and max(map(len, different)) <= SHORT
    ):
        return Meaning.CODE, Basis.VALUES
    for meaning in (Meaning.INTEGER, Meaning.NUMBER):
        if counts[meaning] >= NEARLY * total:
            return meaning, Basis.VALUES
    return Meaning.TEXT, Basis.VALUES


def _dated(meaning: Meaning, hint: Meaning | None) -> Meaning:
    return Meaning.BIRTH_DATE if hint is Meaning.BIRTH_DATE else meaning


def _warnings(
    meaning: Meaning, values: list[str], counts: dict[Meaning, int], hint: Meaning | None
) -> list[Warn]:
    total = len(values)
    found = []
    if meaning is Meaning.ID_NUMBER:
        wrong = sum(checks.like_id_number(value) for value in values) - counts[meaning]
        if wrong > 0:
            found.append(Warn("wrong_digits", meaning, wrong, total))
    contradicted = hint in _CHECKED_HINTS and not _agree(hint, meaning)
    if hint is not None and contradicted and counts[hint] < CONTRADICTED * total:
        found.append(Warn("name_says", hint, counts[hint], total))
    return found + _traces(meaning, values)


def _traces(meaning: Meaning, values: list[str]) -> list[Warn]:
    """Personal data that stands within or among other values."""
    counted = dict.fromkeys((Meaning.ID_NUMBER, Meaning.MOBILE, Meaning.EMAIL), 0)
    for value in values:
        for inside in checks.inside(value):
            counted[inside] += 1
    least = max(LEAST_TRACES, TRACES * len(values))
    return [
        Warn("contains", one, hits, len(values))
        for one, hits in counted.items()
        if one is not meaning and hits >= least and not _shows_anyway(meaning, one, values)
    ]


def _shows_anyway(meaning: Meaning, trace: Meaning, values: list[str]) -> bool:
    """Numbers counted up that happen to look like mobile numbers."""
    whole = {value for value in values if checks.mobile(value)}
    return trace is Meaning.MOBILE and meaning is not Meaning.TEXT and _is_counted(whole)
