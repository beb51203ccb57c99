"""Which steps a due date has reached: reminders before it, then supervisor, authority, register.

All days are working days of the calendar. Nothing after the due date is reached on it or before.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from portal.worktime.calendar import Calendar

ON_DAY: Final = "on_day"
OVERDUE: Final = "overdue"
SUPERVISOR: Final = "supervisor"
AUTHORITY: Final = "authority"
_BEFORE: Final = "before_"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Working days before the due date of each reminder, and after it of each further step.

    ValueError unless 1 ≤ supervisor ≤ authority ≤ register and reminders are at least 1 day before.
    """

    before: tuple[int, ...] = (2,)
    on_day: bool = True
    supervisor: int = 1
    authority: int = 2
    register: int = 3

    def __post_init__(self) -> None:
        if any(days < 1 for days in self.before):
            raise ValueError("a reminder before the due date is at least one day before it")
        if not 1 <= self.supervisor <= self.authority <= self.register:
            raise ValueError("the steps after the due date come in order")


class Step(NamedTuple):
    """A step and its place: negative before the due date, 0 on it, positive after."""

    name: str
    days: int

    @property
    def reminds(self) -> bool:
        """Whether it only tells the holders, so that a later one makes it superfluous."""
        return self.name not in {SUPERVISOR, AUTHORITY}


def steps(ladder: Ladder) -> tuple[Step, ...]:
    """All steps in the order in which they come; the register is the detectors' own."""
    before = sorted(set(ladder.before), reverse=True)
    found = [Step(f"{_BEFORE}{days}", -days) for days in before]
    if ladder.on_day:
        found.append(Step(ON_DAY, 0))
    found.append(Step(OVERDUE, 1))
    found.append(Step(SUPERVISOR, ladder.supervisor))
    found.append(Step(AUTHORITY, ladder.authority))
    return tuple(found)


def place(calendar: Calendar, due: date, today: date) -> int:
    """Where ``today`` stands: working days left as a negative number, 0 on the day, days late.

    Days off between the due date and the next working day count as nothing: a due date is only
    overdue when a working day has followed it.
    """
    return calendar.working_days_between(due, today)


def reached(ladder: Ladder, calendar: Calendar, *, due: date, today: date) -> tuple[Step, ...]:
    """Every step the due date has reached by ``today``, in order; more on every later day."""
    here = place(calendar, due, today)
    return tuple(step for step in steps(ladder) if step.days <= here)


def to_take(found: tuple[Step, ...], taken: frozenset[str]) -> tuple[tuple[Step, bool], ...]:
    """Steps not taken yet, each with whether it is carried out.

    After an outage several are due at once: of the reminders only the last is sent. A reminder
    that belongs before one already taken is not sent any more.
    """
    last = max((n for n, step in enumerate(found) if step.reminds), default=-1)
    return tuple(
        (step, not step.reminds or n == last)
        for n, step in enumerate(found)
        if step.name not in taken
    )
