"""Dates as officials read them: 11月25日 周三 / Wed 25 Nov. Days are given, never looked up."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.worktime.calendar import Calendar

SOON_DAYS = 2
"""A due date with no more working days left than this is marked."""


def weekday(day: date) -> str:
    """周三 / Wed."""
    names = (
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    )
    return names[day.weekday()]


def month(day: date) -> str:
    """11月 / Nov."""
    names = (
        pgettext("month", "Jan"),
        pgettext("month", "Feb"),
        pgettext("month", "Mar"),
        pgettext("month", "Apr"),
        pgettext("month", "May"),
        pgettext("month", "Jun"),
        pgettext("month", "Jul"),
        pgettext("month", "Aug"),
        pgettext("month", "Sep"),
        pgettext("month", "Oct"),
        pgettext("month", "Nov"),
        pgettext("month", "Dec"),
    )
    return names[day.month - 1]


def _parts(day: date) -> dict[str, object]:
    return {
        "weekday": weekday(day),
        "day": day.day,
        "month": month(day),
        "year": day.year,
    }


def short_day(day: date, today: date) -> str:
    """11月25日 / 25 Nov, with the year unless it is this one."""
    if day.year == today.year:
        return _("%(day)s %(month)s") % _parts(day)
    return full_day(day)


def full_day(day: date) -> str:
    """2026年11月25日 / 25 Nov 2026."""
    return _("%(day)s %(month)s %(year)s") % _parts(day)


def day_in_week(day: date, today: date) -> str:
    """11月25日 周三 / Wed 25 Nov, with the year unless it is this one."""
    if day.year == today.year:
        return _("%(weekday)s %(day)s %(month)s") % _parts(day)
    return _("%(weekday)s %(day)s %(month)s %(year)s") % _parts(day)


def moment(at: datetime, today: date) -> str:
    """今天 9:05 / 11月25日 9:05, in the portal's time zone."""
    local = timezone.localtime(at)
    clock = f"{local.hour}:{local:%M}"
    if local.date() == today:
        return _("today %(time)s") % {"time": clock}
    return _("%(date)s %(time)s") % {"date": short_day(local.date(), today), "time": clock}


@dataclass(frozen=True)
class DueText:
    """A due date in words: the date first, then the working days that are left."""

    date: str
    left: str
    state: Literal["", "soon", "late"]


def due(day: date, today: date, calendar: Calendar) -> DueText:
    """The words for a task that is due on ``day`` (the whole day still counts)."""
    days = calendar.working_days_between(today, day)
    shown = day_in_week(day, today)
    if day < today:
        late = max(1, -days)
        text = ngettext("%(count)s working day late", "%(count)s working days late", late)
        return DueText(shown, text % {"count": late}, "late")
    if day == today:
        return DueText(shown, _("due today"), "soon")
    text = ngettext("%(count)s working day left", "%(count)s working days left", days)
    return DueText(shown, text % {"count": days}, "soon" if days <= SOON_DAYS else "")
