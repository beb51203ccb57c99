"""Working-day arithmetic over given days: pure, no tables, no clock (R16).

A limit of n working days 工作日 counts from the day after the event that starts it (Civil Code
article 201) and ends on the n-th working day. Make-up days 调休 count, public holidays do not.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
_SATURDAY = 5
_KEPT = 4_096
"""Answers that are kept: lists ask for the same few days again and again."""


@dataclass(frozen=True, slots=True)
class Due:
    """A due date; ``provisional`` while the calendar of a year it reaches into is unpublished."""

    on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of public holidays and make-up days, and for which years it is published.

    In a year that is not published the weekdays that are not in ``holidays`` count as working
    days, and every due date that reaches into it is provisional. ValueError if a day is both a
    holiday and a make-up day.
    """

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    published_years: frozenset[int]

    def __post_init__(self) -> None:
        if both := self.holidays & self.makeup_days:
            raise ValueError(f"both holiday and make-up day: {min(both)}")

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` counts in a limit."""
        if day in self.makeup_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The first working day after ``day`` (``day`` itself is never the answer)."""
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, start: date, days: int) -> Due:
        """The ``days``-th working day after ``start``; ValueError unless ``days`` is positive."""
        if days < 1:
            raise ValueError("a limit is at least one working day")
        return _add(self, start, days)

    def is_provisional(self, start: date, end: date) -> bool:
        """Whether a day counted from ``start`` (excluded) to ``end`` lies in an unpublished year."""
        counted_years = range((start + _DAY).year, end.year + 1)
        return any(year not in self.published_years for year in counted_years)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return _count(self, start, end)


@lru_cache(maxsize=_KEPT)
def _add(calendar: Calendar, start: date, days: int) -> Due:
    day = start
    for _ in range(days):
        day = calendar.next_working_day(day)
    return Due(day, calendar.is_provisional(start, day))


@lru_cache(maxsize=_KEPT)
def _count(calendar: Calendar, start: date, end: date) -> int:
    span = (end - start).days
    return sum(calendar.is_working_day(start + timedelta(days=n)) for n in range(1, span + 1))
