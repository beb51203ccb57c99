"""Whether one value is such and such. Values arrive trimmed, half-width and in upper case."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from catalog.recognition.terms import Meaning
from catalog.recognition.words import (
    COMPOUND_SURNAMES,
    NOT_IN_NAMES,
    POSTAL,
    PROVINCES,
    SURNAMES,
)
from portal.organisation import uscc
from portal.organisation.divisions import divisions

EARLIEST, LATEST = 1850, 2150
"""Years that dates of administration lie between; others are numbers that look like dates."""
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID: Final = re.compile(r"\d{17}[\dX]")
_OLD_ID: Final = re.compile(r"\d{15}")
_MOBILE: Final = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}")
_LANDLINE: Final = re.compile(
    r"(?:\(0\d{2,3}\)|0\d{2,3})[- ]?[2-8]\d{6,7}(?:(?:-|转|EXT\.?)\d{1,6})?"
)
_BARE_LANDLINE: Final = re.compile(r"[2-8]\d{6,7}(?:(?:-|转)\d{1,6})?")
_EMAIL: Final = re.compile(r"[A-Z0-9._%+-]{1,64}@(?:[A-Z0-9-]{1,63}\.)+[A-Z]{2,24}")
_CARD: Final = re.compile(r"(?:62|4|5[1-5]|35|3[47]|60|9[0-9])\d+")
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·. -]?"
    r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳使领]"
)
_HAN: Final = re.compile(r"[\u3400-\u9fff·]{2,20}")
_ADDRESS: Final = re.compile(
    r"(?:省|自治区|市|区|县|旗|州|镇|乡|街道|开发区).{0,40}?"
    r"(?:镇|乡|街道|路|街|巷|弄|大道|村|社区|里|小区|花园|苑|组|号|室|栋|幢|单元|公寓|大厦)"
    r"|(?:路|街|巷|弄|大道|村|小区|花园)[^,]{0,12}\d+(?:号|弄|栋|幢|室|组|-)"
)
_INSTITUTION: Final = re.compile(
    r"(?:公司|集团|厅|局|院|所|处|厂|店|中心|学校|小学|中学|大学|银行|分行|支行|协会|委员会|政府|"
    r"办事处|大队|支队|有限合伙|合作社|事务所|幼儿园|站|队|卡口)$"
)
_PAIR: Final = re.compile(r"[(\[]?(-?\d{1,3}\.\d{3,})[,; ]+(-?\d{1,3}\.\d{3,})[)\]]?")
_DEGREES: Final = re.compile(r"\d{1,3}\.\d{4,}")
_DATE: Final = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
)
_CLOCK: Final = re.compile(
    r"([01]?\d|2[0-3])(?::|时)?[0-5]\d(?:(?::|分)?[0-5]\d秒?)?(?:\.\d+)?(?:Z|[+-]\d{2}(?::?\d{2})?)?"
)
_MONEY: Final = re.compile(r"[¥￥]?-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?(?:元|万元)?")
_INTEGER: Final = re.compile(r"-?\d{1,18}")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:E[+-]?\d+)?")
_WITHOUT_COUNTIES: Final = frozenset(("441900", "442000", "460400", "620200"))
"""Cities whose townships belong to no county."""
YES_NO: Final = frozenset(
    [
        "是",
        "否",
        "有",
        "无",
        "Y",
        "N",
        "YES",
        "NO",
        "TRUE",
        "FALSE",
        "T",
        "F",
        "真",
        "假",
        "已",
        "未",
    ]
)
BITS: Final = frozenset(("0", "1"))


def is_day(year: int, month: int, day: int) -> bool:
    """Whether there is such a day, in the years that administrations write of."""
    if not EARLIEST <= year <= LATEST:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def id_number(text: str) -> bool:
    """Resident identity number (GB 11643): province, date of birth, check digit.

    The old numbers of fifteen digits have no check digit; province and date must do.
    """
    if text[:2] not in PROVINCES:
        return False
    if _OLD_ID.fullmatch(text):
        return is_day(1900 + int(text[6:8]), int(text[8:10]), int(text[10:12]))
    if not _ID.fullmatch(text) or not is_day(int(text[6:10]), int(text[10:12]), int(text[12:14])):
        return False
    total = sum(int(char) * weight for char, weight in zip(text, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[17]


def like_id_number(text: str) -> bool:
    """The form of an identity number, whatever its check digit: wrong ones are personal too."""
    return (
        bool(_ID.fullmatch(text))
        and text[:2] in PROVINCES
        and is_day(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    )


def mobile(text: str) -> bool:
    """A mobile number of the mainland."""
    return bool(_MOBILE.fullmatch(text))


def landline(text: str) -> bool:
    """A landline number with its area code."""
    return bool(_LANDLINE.fullmatch(text))


def bare_landline(text: str) -> bool:
    """A landline number, the area code left out or not; many other numbers look like it."""
    return bool(_BARE_LANDLINE.fullmatch(text)) or landline(text)


def email(text: str) -> bool:
    """An e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def bank_card(text: str) -> bool:
    """A card number of 16 to 19 digits with a known beginning and its check digit (Luhn)."""
    digits = text.replace(" ", "")
    if not 16 <= len(digits) <= 19 or not digits.isdecimal() or not _CARD.fullmatch(digits):
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def plate(text: str) -> bool:
    """A number plate (GA 36)."""
    return bool(_PLATE.fullmatch(text))


def name(text: str) -> bool:
    """Like the name of a person: a surname, one to three more characters, nothing of offices."""
    if not _HAN.fullmatch(text) or NOT_IN_NAMES.search(text[1:]):
        return False
    if "·" in text:  # names of minorities are written with a point
        return all(part for part in text.split("·"))
    compound = text[:2] in COMPOUND_SURNAMES
    return (compound and len(text) in {3, 4}) or (text[0] in SURNAMES and len(text) in {2, 3})


def address(text: str) -> bool:
    """Like an address: a division and something smaller in it, and no name of an institution."""
    return (
        len(text) >= 6
        and bool(_ADDRESS.search(text))
        and not _INSTITUTION.search(text)
        and not re.search(r"[。；;！？]", text)
    )


def coordinates(text: str) -> bool:
    """A point, or longitude or latitude with four decimals and more, within China."""
    pair = _PAIR.fullmatch(text)
    if pair:
        one, two = sorted(map(float, pair.groups()))
        return _is_latitude(one) and _is_longitude(two)
    if not _DEGREES.fullmatch(text):
        return False
    value = float(text)
    return _is_longitude(value) or _is_latitude(value)


def _is_longitude(value: float) -> bool:
    return 73 <= value <= 136


def _is_latitude(value: float) -> bool:
    return 3 <= value <= 54


def region_code(text: str) -> bool:
    """A region code: 6, 9 or 12 digits, a known county or city, no gap in its levels."""
    if len(text) not in {6, 9, 12} or not text.isdecimal() or text[:2] not in PROVINCES:
        return False
    county, rest = text[:6], text[6:]
    if county not in _divisions():
        return False
    whole = not county.endswith("00") or county in _WITHOUT_COUNTIES
    return not rest.strip("0") or (whole and bool(rest[:3].strip("0")))


@lru_cache(maxsize=1)
def _divisions() -> frozenset[str]:
    return frozenset(division.code for division in divisions())


def postcode(text: str) -> bool:
    """Of the form of a postcode."""
    return len(text) == 6 and text.isdecimal() and text[:2] in POSTAL


def day(text: str) -> bool:
    """A date in one of the usual spellings."""
    found = _DATE.fullmatch(text)
    if not found:
        return False
    year, *rest = [int(part) for part in found.groups() if part is not None]
    return is_day(year, *rest)


def moment(text: str) -> bool:
    """A date with a time of day."""
    head, sep, tail = text.partition("T") if "T" in text[:11] else text.partition(" ")
    if sep:
        return day(head) and bool(_CLOCK.fullmatch(tail.strip()))
    return len(text) in {12, 14} and day(text[:8]) and bool(_CLOCK.fullmatch(text[8:]))


def money(text: str) -> bool:
    """An amount with at most two decimals."""
    return bool(_MONEY.fullmatch(text))


def cents(text: str) -> bool:
    """An amount that shows its two decimals or its currency; a bare number does not."""
    bare = text.strip("¥￥元万")
    return money(text) and (bare != text or bare[-3:-2] == ".")


def integer(text: str) -> bool:
    """A whole number; one with zeros before it is a code."""
    return bool(_INTEGER.fullmatch(text)) and (text.lstrip("-")[:1] != "0" or text == "0")


def number(text: str) -> bool:
    """Any number; one with zeros before it is a code."""
    if not _NUMBER.fullmatch(text) or re.match(r"-?0\d", text):
        return False
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


CHECKS: Final[Mapping[Meaning, Callable[[str], bool]]] = {
    Meaning.ID_NUMBER: id_number,
    Meaning.USCC: uscc.is_valid,
    Meaning.MOBILE: mobile,
    Meaning.LANDLINE: landline,
    Meaning.EMAIL: email,
    Meaning.BANK_CARD: bank_card,
    Meaning.PLATE: plate,
    Meaning.NAME: name,
    Meaning.ADDRESS: address,
    Meaning.COORDINATES: coordinates,
    Meaning.REGION_CODE: region_code,
    Meaning.POSTCODE: postcode,
    Meaning.DATE: day,
    Meaning.DATETIME: moment,
    Meaning.MONEY: money,
    Meaning.INTEGER: integer,
    Meaning.NUMBER: number,
}

_ID_INSIDE: Final = re.compile(r"(?<![0-9A-Z])\d{17}[\dX](?![0-9A-Z])")
_MOBILE_INSIDE: Final = re.compile(r"(?<![0-9A-Z.])1[3-9]\d{9}(?![0-9A-Z.])")
_EMAIL_INSIDE: Final = re.compile(r"(?<![A-Z0-9])" + _EMAIL.pattern)


def inside(text: str) -> tuple[Meaning, ...]:
    """What of the most sensitive kinds is written somewhere within a text."""
    found = []
    if any(id_number(match) for match in _ID_INSIDE.findall(text)):
        found.append(Meaning.ID_NUMBER)
    if _MOBILE_INSIDE.search(text):
        found.append(Meaning.MOBILE)
    if "@" in text and _EMAIL_INSIDE.search(text):
        found.append(Meaning.EMAIL)
    return tuple(found)
