"""When letters go: quiet hours across midnight and year end, working days, digests."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.notices.timing import Wishes, due
from portal.worktime.calendar import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 1, 1, tzinfo=ZONE)
CALENDAR = Calendar(
    frozenset({date(2027, 1, 1), date(2026, 12, 31)}), frozenset({date(2027, 1, 3)}), frozenset()
)
NIGHT = Wishes(quiet_from=time(22), quiet_until=time(7, 30))
NOON = Wishes(quiet_from=time(12), quiet_until=time(14))
WORK = Wishes(quiet_from=time(18), quiet_until=time(8), working_days_only=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("wishes", "happened", "expected"),
    [
        (Wishes(), "2026-11-23 23:59", "2026-11-23 23:59"),
        (NIGHT, "2026-11-23 21:59", "2026-11-23 21:59"),
        (NIGHT, "2026-11-23 22:00", "2026-11-24 07:30"),
        (NIGHT, "2026-11-24 07:29", "2026-11-24 07:30"),
        (NIGHT, "2026-11-24 07:30", "2026-11-24 07:30"),
        (NIGHT, "2026-12-31 23:59", "2027-01-01 07:30"),
        (NIGHT, "2027-01-01 00:00", "2027-01-01 07:30"),
        (NOON, "2026-11-24 12:00", "2026-11-24 14:00"),
        (NOON, "2026-11-24 14:00", "2026-11-24 14:00"),
        (WORK, "2026-11-27 18:30", "2026-11-30 08:00"),  # Friday evening
        (WORK, "2026-12-30 19:00", "2027-01-03 08:00"),  # holidays, then a Sunday made up
        (WORK, "2027-01-02 10:00", "2027-01-03 08:00"),
        (Wishes(digest_hour=9), "2026-11-24 08:59", "2026-11-24 09:00"),
        (Wishes(digest_hour=9), "2026-11-24 09:00", "2026-11-25 09:00"),
        (Wishes(digest_hour=9), "2026-12-31 10:00", "2027-01-01 09:00"),
        (Wishes(digest_hour=9, weekday=0), "2026-11-23 08:00", "2026-11-23 09:00"),
        (Wishes(digest_hour=9, weekday=0), "2026-11-23 09:30", "2026-11-30 09:00"),
        (Wishes(digest_hour=23, quiet_from=time(22), quiet_until=time(7)), "2026-11-24 10:00", "2026-11-25 07:00"),
        (Wishes(digest_hour=9, working_days_only=True), "2026-11-27 10:00", "2026-11-30 00:00"),
    ],
)  # fmt: skip
def test_a_letter_goes_when_it_may(wishes: Wishes, happened: str, expected: str):
    found = due(at(happened), wishes, urgent=False, calendar=CALENDAR, zone=ZONE)
    assert found == at(expected)
    urgent = due(at(happened), wishes, urgent=True, calendar=CALENDAR, zone=ZONE)
    assert urgent == at(happened)


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(lambda minute: START + timedelta(minutes=minute)),
    st.tuples(st.times(), st.times()).filter(lambda both: both[0] != both[1]),
    st.booleans(),
)
def test_never_in_quiet_hours_nor_earlier_than_it_happened(
    moment: datetime,
    quiet: tuple[time, time],
    working_days_only: bool,  # noqa: FBT001
):
    begin, end = quiet
    wishes = Wishes(None, None, begin, end, working_days_only)
    found = due(moment, wishes, urgent=False, calendar=CALENDAR, zone=ZONE)
    clock = found.time()
    assert found >= moment
    assert not (begin <= clock < end if begin < end else clock >= begin or clock < end)
    assert not working_days_only or CALENDAR.is_working_day(found.date())
