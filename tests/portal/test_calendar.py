"""Working days: the facts of the State Council notices and the algebra of the counter (R16)."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.worktime.calendar import Calendar, Due

PUBLISHED = (2024, 2025, 2026)


def china(published: tuple[int, ...] = PUBLISHED, years: range = range(2024, 2029)) -> Calendar:
    """Public holidays and make-up days as the package `holidays` knows them."""
    known = holidays.country_holidays("CN", years=years)
    return Calendar(
        holidays=frozenset(known),
        makeup_days=frozenset(day for day in known.weekend_workdays if day.year in years),
        published_years=frozenset(published),
    )


CHINA = china()
days_of_china = st.dates(date(2024, 1, 1), date(2027, 6, 1))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2025, 9, 26), 1, date(2025, 9, 28)),  # a Sunday on which everybody works
        (date(2025, 9, 30), 10, date(2025, 10, 21)),  # over the National Day week
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday on which everybody works
        (date(2026, 2, 13), 10, date(2026, 3, 5)),  # over the Spring Festival
        (date(2026, 4, 30), 1, date(2026, 5, 6)),  # over Labour Day
        (date(2025, 10, 3), 1, date(2025, 10, 9)),  # from within a holiday
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
    ],
)
def test_published_facts(start: date, days: int, due: date) -> None:
    assert CHINA.add_working_days(start, days) == Due(due, provisional=False)


def test_a_chain_into_an_unpublished_year_is_provisional() -> None:
    assert CHINA.add_working_days(date(2026, 12, 30), 1) == Due(
        date(2026, 12, 31), provisional=False
    )
    beyond = CHINA.add_working_days(date(2026, 12, 31), 1)
    assert beyond == Due(date(2027, 1, 4), provisional=True)  # New Year's Day is statutory
    assert china((*PUBLISHED, 2027)).add_working_days(date(2026, 12, 31), 1).provisional is False


def test_only_years_that_are_counted_make_a_date_provisional() -> None:
    calendar = Calendar(frozenset(), frozenset(), frozenset({2026}))
    assert calendar.add_working_days(date(2025, 12, 31), 1).provisional is False
    assert calendar.add_working_days(date(2025, 12, 30), 2).provisional is True


def test_importing_a_notice_moves_the_due_date() -> None:
    before = Calendar(frozenset({date(2027, 2, 5)}), frozenset(), frozenset({2026}))
    after = Calendar(
        frozenset({date(2027, 2, 5), date(2027, 2, 8)}),
        frozenset({date(2027, 2, 6)}),
        frozenset({2026, 2027}),
    )
    assert before.add_working_days(date(2027, 2, 4), 2) == Due(date(2027, 2, 9), provisional=True)
    assert after.add_working_days(date(2027, 2, 4), 2) == Due(date(2027, 2, 9), provisional=False)
    assert after.add_working_days(date(2027, 2, 4), 1) == Due(date(2027, 2, 6), provisional=False)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 10, 1), False),  # Thursday, National Day
        (date(2026, 9, 20), True),  # Sunday, make-up day
        (date(2026, 10, 10), True),  # Saturday, make-up day
    ],
)
def test_is_working_day(day: date, *, working: bool) -> None:
    assert CHINA.is_working_day(day) is working


def test_next_working_day_is_never_the_day_itself() -> None:
    assert CHINA.next_working_day(date(2026, 11, 23)) == date(2026, 11, 24)
    assert CHINA.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)


@pytest.mark.parametrize("days", [0, -1])
def test_a_limit_is_at_least_one_day(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        CHINA.add_working_days(date(2026, 11, 23), days)


def test_a_day_is_not_both_holiday_and_makeup_day() -> None:
    day = date(2026, 10, 10)
    with pytest.raises(ValueError, match="2026-10-10"):
        Calendar(frozenset({day}), frozenset({day}), frozenset())


def test_between_counts_the_end_and_not_the_start() -> None:
    monday, friday = date(2026, 11, 23), date(2026, 11, 27)
    assert CHINA.working_days_between(monday, friday) == 4
    assert CHINA.working_days_between(friday, monday) == -4
    assert CHINA.working_days_between(monday, monday) == 0


@settings(deadline=None)
@given(start=days_of_china, days=st.integers(1, 60))
def test_between_undoes_add(start: date, days: int) -> None:
    due = CHINA.add_working_days(start, days).on
    assert CHINA.is_working_day(due)
    assert CHINA.working_days_between(start, due) == days
    assert CHINA.working_days_between(start, due - timedelta(days=1)) == days - 1


@settings(deadline=None)
@given(start=days_of_china, first=st.integers(1, 30), second=st.integers(1, 30))
def test_limits_add_up(start: date, first: int, second: int) -> None:
    half_way = CHINA.add_working_days(start, first).on
    assert (
        CHINA.add_working_days(half_way, second).on
        == CHINA.add_working_days(start, first + second).on
    )
