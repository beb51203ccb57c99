"""Due dates, derived from events and the calendar alone: nothing here is stored.

Every stage of the requesting side and of the authorities has a limit of its own, counted from
the day it opens. All provider stages share one reply limit (Decree 809 article 21), counted from
the day the application reaches the provider; each one's limit is its share of it, so a stage that
is signed early leaves its days to the next.

A supplement notice stops the clock, lets it run or starts it anew, as the frozen plan says. When
it stops, the working days after the notice up to and including the day of the answer do not
count: like the day of receipt, the day of the answer is not counted. A notice on the last day of
a limit leaves one day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final, NamedTuple

from portal.worktime.calendar import Calendar, Due
from sharing.approval.events import Consented
from sharing.approval.state import Pause, StageState, State
from sharing.approval.terms import Plan, Side, SupplementClock

BEIJING: Final = timezone(timedelta(hours=8))
"""The one time zone in which legal days begin."""


def local_day(at: datetime) -> date:
    """The legal day of a moment."""
    return at.astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDue:
    """When a stage must be done.

    ``due`` is None without a limit and while a supplement is awaited; then ``remaining`` tells
    the working days that are left of a stopped limit. ``projected`` while the stage is not open:
    then the stages before it are taken to use their whole limits.
    """

    position: int
    opened_on: date | None
    due: Due | None
    projected: bool = False
    remaining: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Due dates of every stage, of the provider's reply and of the supply (articles 21 and 22)."""

    stages: tuple[StageDue, ...]
    reply: Due | None
    supply: Due | None

    def at(self, position: int) -> StageDue:
        """The due date of one stage."""
        return self.stages[position - 1]


def preview(plan: Plan, calendar: Calendar, on: date) -> Timetable:
    """The timetable of a chain that would be submitted on the day ``on``."""
    stages = tuple(StageState(stage=stage) for stage in plan.stages)
    rows, end = _count(_Limits(calendar, plan.supplement_clock, ()), stages, None, on)
    supply = None if end is None else calendar.add_working_days(end, plan.supply_days)
    return Timetable(stages=rows, reply=_reply(stages, rows), supply=supply)


def deadlines(state: State, calendar: Calendar) -> Timetable:
    """The timetable of a submitted case (ValueError before submission)."""
    plan, _ = state.asked
    limits = _Limits(calendar, plan.supplement_clock, state.pauses)
    start = None if state.submitted_at is None else local_day(state.submitted_at)
    rows, end = _count(limits, state.stages, state.received_at, start)
    if state.decision is not None:
        granted = isinstance(state.decision, Consented)
        end = local_day(state.decision.at) if granted else None
    supply = None if end is None else calendar.add_working_days(end, plan.supply_days)
    return Timetable(stages=rows, reply=_reply(state.stages, rows), supply=supply)


class Elapsed(NamedTuple):
    """Working days that counted and working days that did not because a clock stood still."""

    counted: int
    paused: int


def elapsed(state: State, calendar: Calendar, *, since: datetime, until: datetime) -> Elapsed:
    """Working days used between two moments of a submitted case."""
    plan, _ = state.asked
    paused = 0
    if plan.supplement_clock is not SupplementClock.RUNS:
        for pause in state.pauses:
            begin, end = max(pause.since, since), min(pause.until or until, until)
            if begin < end:
                paused += calendar.working_days_between(local_day(begin), local_day(end))
    days = calendar.working_days_between(local_day(since), local_day(until))
    return Elapsed(days - paused, paused)


class _Limits(NamedTuple):
    calendar: Calendar
    supplement_clock: SupplementClock
    pauses: tuple[Pause, ...]

    def end(self, start: date, days: int, pauses: Iterable[Pause]) -> Due | int:
        """The last day of a limit, or the working days left of it while a clock stands still.

        A notice given in time leaves at least one day; one given later revives nothing.
        """
        left = days
        if self.supplement_clock is SupplementClock.RUNS:
            pauses = ()
        for pause in pauses:
            used = self.calendar.working_days_between(start, local_day(pause.since))
            if used > left:
                break
            restarts = self.supplement_clock is SupplementClock.RESTARTS
            left = days if restarts else max(1, left - used)
            if pause.until is None:
                return left
            start = local_day(pause.until)
        return self.calendar.add_working_days(start, left)

    def during(self, since: datetime | None, stage: StageState) -> Iterable[Pause]:
        """Pauses that fall into a limit that began at ``since`` and ends with the stage."""
        if since is None:
            return ()
        return (
            pause
            for pause in self.pauses
            if pause.since >= since and (stage.closed_at is None or pause.since <= stage.closed_at)
        )


def _count(
    limits: _Limits, stages: Iterable[StageState], received_at: datetime | None, start: date | None
) -> tuple[tuple[StageDue, ...], date | None]:
    """Every stage's due date, and the day on which the chain ends if each uses its whole limit."""
    rows: list[StageDue] = []
    reply_days, reply_start = 0, None if received_at is None else local_day(received_at)
    for stage in stages:
        days, since = stage.limit_days, stage.opened_at
        begin = start if since is None else local_day(since)
        if stage.stage.side is Side.PROVIDER and days is not None:
            reply_days += days
            reply_start = begin if reply_start is None else reply_start
            days, since, begin = reply_days, received_at, reply_start
        end = None
        if days is not None and begin is not None:
            end = limits.end(begin, days, limits.during(since, stage))
        rows.append(_row(stage, end))
        start = _end_day(stage, end, begin)
    return tuple(rows), start


def _row(stage: StageState, end: Due | int | None) -> StageDue:
    return StageDue(
        position=stage.stage.position,
        opened_on=None if stage.opened_at is None else local_day(stage.opened_at),
        due=end if isinstance(end, Due) else None,
        projected=stage.opened_at is None,
        remaining=end if isinstance(end, int) else None,
    )


def _end_day(stage: StageState, end: Due | int | None, begin: date | None) -> date | None:
    """The day on which the next stage is expected to open.

    None after a stage that is closed: what follows has opened already or never will; and None
    while a clock stands still.
    """
    if stage.closed_at is not None or isinstance(end, int):
        return None
    return begin if end is None else end.on


def _reply(stages: Iterable[StageState], rows: Iterable[StageDue]) -> Due | None:
    """When the provider must have answered: the due date of its last stage."""
    dues = [
        row.due
        for stage, row in zip(stages, rows, strict=True)
        if stage.stage.side is Side.PROVIDER and stage.stage.quorum
    ]
    return dues[-1] if dues else None
