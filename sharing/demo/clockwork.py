"""The clock of the invented past: things happen in office hours, in the order of time."""

import heapq
from collections.abc import Generator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from portal.worktime.calendar import Calendar

_OPENS, _CLOSES = time(9), time(17, 30)


class OfficeHours:
    """Moments in office hours on working days, in the portal's time zone."""

    def __init__(self, calendar: Calendar) -> None:
        """``calendar`` says which days are working days."""
        self._calendar = calendar

    def days_before(self, today: date, working_days: int) -> date:
        """The working day so many working days before ``today``."""
        day = today
        while working_days > 0 or not self._calendar.is_working_day(day):
            day -= timedelta(days=1)
            working_days -= self._calendar.is_working_day(day)
        return day

    def at(self, day: date, minutes: int) -> datetime:
        """So many minutes after opening on ``day``."""
        return timezone.make_aware(datetime.combine(day, _OPENS)) + timedelta(minutes=minutes)

    def after(self, moment: datetime, minutes: int) -> datetime:
        """So many office minutes after ``moment``."""
        here = timezone.localtime(moment)
        left = timedelta(minutes=minutes)
        while True:
            day = here.date()
            closes = timezone.make_aware(datetime.combine(day, _CLOSES))
            if self._calendar.is_working_day(day) and here + left <= closes:
                return here + left
            if self._calendar.is_working_day(day):
                left -= max(closes - here, timedelta(0))
            here = self.at(self._calendar.next_working_day(day), 0)


Course = Generator[datetime, None, None]
"""Something that goes on for a while: it yields the moment at which it wants to be continued."""


def run(courses: list[Course], *, until: datetime) -> int:
    """Continue all courses in the order of time; what lies after ``until`` does not happen.

    Returns how many steps were taken.
    """
    queue: list[tuple[datetime, int, Course]] = []
    for number, course in enumerate(courses):
        _wait(queue, number, course)
    steps = 0
    while queue and queue[0][0] <= until:
        _moment, number, course = heapq.heappop(queue)
        _wait(queue, number, course)
        steps += 1
    for _moment, _number, course in queue:
        course.close()
    return steps


def _wait(queue: list[tuple[datetime, int, Course]], number: int, course: Course) -> None:
    moment = next(course, None)
    if moment is not None:
        heapq.heappush(queue, (moment, number, course))


def together(courses: list[Course]) -> Course:
    """Several courses as one, each going on at its own moments."""
    queue: list[tuple[datetime, int, Course]] = []
    for number, course in enumerate(courses):
        _wait(queue, number, course)
    while queue:
        moment, number, course = heapq.heappop(queue)
        yield moment
        _wait(queue, number, course)
