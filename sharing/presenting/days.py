"""Working days of a case: of every step, of the provider's reply, and in all; also when it is over."""

from dataclasses import dataclass
from datetime import datetime

from portal.errors import Text
from portal.worktime.calendar import Calendar, Due
from sharing.approval.clocks import elapsed, local_day
from sharing.approval.state import StageState, State
from sharing.approval.terms import Side
from sharing.cases import Case
from sharing.presenting import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Working days that counted and that did not; ``used`` is None while a step has not begun."""

    office: str = ""
    role: Text = ""
    used: int | None = None
    paused: int | None = None
    limit: int | None = None
    due: Due | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """Every step, the reply to which article 21 sets the limit, and the whole case."""

    stages: list[Row]
    reply: Row | None
    total: Row


def days_of(case: Case, calendar: Calendar, now: datetime) -> Days | None:
    """The days of a submitted case up to ``now`` or to its decision; None for a draft."""
    state, table = case.state, case.timetable
    if table is None or state.submitted_at is None:
        return None
    end = state.decision.at if state.decision is not None else now
    stages = [
        _row(state, one, table.at(one.stage.position).due, calendar, end) for one in state.stages
    ]
    reply = None
    if state.received_at is not None:
        limits = [one.stage.limit_days for one in state.stages if one.stage.side is Side.PROVIDER]
        counted = elapsed(state, calendar, since=state.received_at, until=end)
        reply = Row(
            used=counted.counted, paused=counted.paused, due=table.reply,
            limit=sum(days for days in limits if days is not None) or None,
        )  # fmt: skip
    whole = elapsed(state, calendar, since=state.submitted_at, until=end)
    return Days(stages, reply, Row(used=whole.counted, paused=whole.paused))


def _row(
    state: State, one: StageState, due: Due | None, calendar: Calendar, end: datetime
) -> Row:  # fmt: skip
    stage = one.stage
    if one.opened_at is None:
        return Row(
            office=stage.office.name, role=words.role(stage.role), limit=stage.limit_days, due=due
        )
    until = one.closed_at or end
    counted = elapsed(state, calendar, since=one.opened_at, until=until)
    return Row(
        office=stage.office.name,
        role=words.role(stage.role),
        used=counted.counted,
        paused=counted.paused,
        limit=stage.limit_days,
        due=due,
        late=due is not None and local_day(until) > due.on,
    )
