"""When a letter may go: digests, quiet hours and working days. Pure; local time is an argument.

Quiet hours begin at ``quiet_from`` (included) and end at ``quiet_until`` (excluded); when they end
before they begin they cross midnight.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from portal.worktime.calendar import Calendar

_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time(0)


@dataclass(frozen=True, slots=True)
class Wishes:
    """When somebody wants letters. ``digest_hour`` None: at once; ``weekday`` None: every day."""

    digest_hour: int | None = None
    weekday: int | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    working_days_only: bool = False


def due(
    at: datetime, wishes: Wishes, *, urgent: bool, calendar: Calendar, zone: tzinfo
) -> datetime:
    """When a letter about what happened ``at`` is to go; what is urgent goes at once."""
    if urgent:
        return at
    moment = at.astimezone(zone)
    if wishes.digest_hour is not None:
        moment = _next_digest(moment, wishes.digest_hour, wishes.weekday)
    return _outside_quiet(moment, wishes, calendar)


def _next_digest(moment: datetime, hour: int, weekday: int | None) -> datetime:
    """The next digest after ``moment``, never ``moment`` itself."""
    found = _at(moment, time(hour))
    while found <= moment or (weekday is not None and found.weekday() != weekday):
        found = _at(found + _DAY, time(hour))
    return found


def _outside_quiet(moment: datetime, wishes: Wishes, calendar: Calendar) -> datetime:
    """The first moment from ``moment`` on that is neither quiet nor, if so wished, a day off."""
    while True:
        if wishes.working_days_only and not calendar.is_working_day(moment.date()):
            day = calendar.next_working_day(moment.date())
            moment = datetime.combine(day, _MIDNIGHT, moment.tzinfo)
            continue
        later = _end_of_quiet(moment, wishes)
        if later is None:
            return moment
        moment = later


def _end_of_quiet(moment: datetime, wishes: Wishes) -> datetime | None:
    """When the quiet hours end in which ``moment`` lies; None if it lies in none."""
    begin, end = wishes.quiet_from, wishes.quiet_until
    if begin is None or end is None:
        return None
    clock = moment.timetz().replace(tzinfo=None)
    if begin < end:
        return _at(moment, end) if begin <= clock < end else None
    if clock >= begin:
        return _at(moment + _DAY, end)
    return _at(moment, end) if clock < end else None


def _at(moment: datetime, clock: time) -> datetime:
    return datetime.combine(moment.date(), clock, moment.tzinfo)
