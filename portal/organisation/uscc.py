"""Unified social credit code 统一社会信用代码 (GB 32100-2015): validation and check characters."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters the standard allows: no I, O, S, V, Z."""
PATTERN: Final = r"^[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"
_WEIGHTS: Final = tuple(3**i % 31 for i in range(17))
_BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def check_character(body: str) -> str:
    """Return the 18th character for the first 17."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(body: str) -> str:
    """Return the check character (GB 11714) of the 8-character organisation number in places 9-16."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, _BODY_WEIGHTS, strict=True))
    return "0123456789X0"[-total % 11]


def is_valid(code: str) -> bool:
    """Say whether ``code`` is well formed and both check characters fit.

    Registration departments A, N and Y are accepted as the standard lists them.
    """
    if not re.match(PATTERN, code):
        return False
    return (
        check_character(code[:17]) == code[17]
        and organisation_check_character(code[8:16]) == code[16]
    )


class Wrong(StrEnum):
    """A part of a code that is wrong."""

    LENGTH = "length"
    CHARACTERS = "characters"
    DEPARTMENT = "department"
    CATEGORY = "category"
    REGION = "region"
    ORGANISATION = "organisation"
    CHECK = "check"


def wrong_parts(code: str) -> list[Wrong]:
    """Which parts of ``code`` are wrong, in the order of the places; empty for a valid one.

    Check characters are judged only where the places before them could be read.
    """
    if len(code) != 18:
        return [Wrong.LENGTH]
    return list(_wrong_parts(code))


def _wrong_parts(code: str) -> Iterator[Wrong]:
    if strange_characters(code):
        yield Wrong.CHARACTERS
        return
    if not re.match("[1-9ANY]", code[0]):
        yield Wrong.DEPARTMENT
    if not re.match("[1-9]", code[1]):
        yield Wrong.CATEGORY
    if not re.fullmatch("[0-9]{6}", code[2:8]):
        yield Wrong.REGION
    if organisation_check_character(code[8:16]) != code[16]:
        yield Wrong.ORGANISATION
    if check_character(code[:17]) != code[17]:
        yield Wrong.CHECK


def strange_characters(code: str) -> list[tuple[int, str]]:
    """Places (counted from 1) with a character the standard does not allow."""
    return [(place, one) for place, one in enumerate(code, start=1) if one not in ALPHABET]


def compose(authority: str, kind: str, region: str, body: str) -> str:
    """Build a valid code from its parts: 1 + 1 + 6 + 8 characters, for made-up organisations."""
    head = f"{authority}{kind}{region}{body}{organisation_check_character(body)}"
    return head + check_character(head)
