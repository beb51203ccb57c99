"""Where the first contents of the tables come from: the law, and the package of public holidays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Final

import holidays

from portal.worktime.models import PACKAGE

DECREE_IN_FORCE: Final = date(2025, 8, 1)
"""Decree 809 article 44."""


@dataclass(frozen=True, slots=True)
class NationalLimit:
    """A limit that holds everywhere unless a region has a shorter one.

    ``article`` is the number of the article of Decree 809; empty where the Decree sets no number
    of days and ``days`` is the portal's own default, which a region may replace.
    """

    rule: str
    days: int | None
    extension_days: int = 0
    article: str = ""


NATIONAL_LIMITS: Final = (
    NationalLimit("reply_unconditional", 1, 10, "21"),
    NationalLimit("reply_conditional", 10, 10, "21"),
    NationalLimit("supply_after_consent", 20, 0, "22"),
    NationalLimit("correction", 10, 0, "26"),
    NationalLimit("catalog_update", 10, 5, "17"),
    NationalLimit("catalog_review_publish", 2, 0, "17"),
    NationalLimit("home_review", 2),
    NationalLimit("authority_review", 2),
)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says; ``kind`` is "holiday" or "makeup"."""

    day: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """What the package knows of one year.

    ``published`` tells whether the State Council's notice for the year is in it: without the
    notice it has the statutory days only and no make-up days.
    """

    year: int
    published: bool
    days: tuple[SpecialDay, ...]
    source: str


def known_years(years: Iterable[int]) -> Iterator[YearOfDays]:
    """Public holidays and make-up days of mainland China, in Chinese, for each of ``years``."""
    source = f"{PACKAGE}{version('holidays')}"
    for year in years:
        found = holidays.country_holidays("CN", years=[year], language="zh_CN")
        makeup = sorted(day for day in found.weekend_workdays if day.year == year)
        special = [SpecialDay(day, "holiday", name) for day, name in found.items()]
        special += [SpecialDay(day, "makeup", "调休上班") for day in makeup]
        days = tuple(sorted(special, key=lambda one: one.day))
        yield YearOfDays(year, bool(makeup), days, source)
