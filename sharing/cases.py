"""From stored events to the state of an item and back into its columns.

The events are the truth; status, due dates and stages beside them are their projection, written
only here. Invariant: the columns equal the fold of the events (DESIGN §10.4).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from portal import bulk, gathering
from portal.worktime import access as worktime
from portal.worktime.calendar import Calendar
from sharing.approval.clocks import StageDue, Timetable, deadlines, elapsed
from sharing.approval.events import Event, Refused
from sharing.approval.evolve import fold
from sharing.approval.serialise import from_dict, kind_of, to_dict
from sharing.approval.state import FINAL, StageState, State, drafted
from sharing.approval.terms import Office, Person, Signature
from sharing.models import ApplicationItem, ItemEvent, ItemStage

STAGE_COLUMNS: Final = (
    "side", "office_id", "role", "kind", "status", "holders", "note", "opened_at", "due_on",
    "provisional", "limit_days", "used_days", "signed_by_id", "acting_for_id", "decided_at", "comment",
    "assignee_id", "called",
)  # fmt: skip
ITEM_COLUMNS: Final = (
    "status", "event_count", "due_on", "due_provisional", "decided_at", "involved",
    "involved_offices",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """Where an item stands, with every due date; pages and timelines are made of it."""

    item: ApplicationItem
    events: tuple[Event, ...]
    state: State
    timetable: Timetable | None
    """None for a draft."""


def load(item: ApplicationItem) -> Case:
    """The case of ``item`` (with its application, applicant and department) from its events."""
    events = events_of(item)
    state = fold(events, start=draft_of(item))
    return Case(item, events, state, timetable(state, worktime.calendar()))


def state_of(item: ApplicationItem) -> State:
    """The state alone, which is all that a decision needs."""
    return fold(events_of(item), start=draft_of(item))


def events_of(item: ApplicationItem) -> tuple[Event, ...]:
    """The stored events, in order; ``remember_events`` reads those of many items at once."""
    return remember_events([item.pk]).get(item.pk, ())


def remember_events(items: Iterable[UUID]) -> dict[UUID, tuple[Event, ...]]:
    """The events of many items, by item."""
    return gathering.remember_each("sharing.events", items, _read_events)


def _read_events(items: set[UUID]) -> dict[UUID, tuple[Event, ...]]:
    found: dict[UUID, list[Event]] = defaultdict(list)
    rows = ItemEvent.objects.filter(item__in=items).order_by("item", "seq")
    for item, data in rows.values_list("item", "data"):
        found[item].append(from_dict(data))
    return {item: tuple(events) for item, events in found.items()}


def draft_of(item: ApplicationItem) -> State:
    """The state of an item before its first event."""
    application = item.application
    department = application.department
    return drafted(
        Person(application.applicant_id, application.applicant.full_name),
        Office(department.pk, department.name, department.region_id),
    )


def timetable(state: State, calendar: Calendar) -> Timetable | None:
    """Every due date of a submitted case."""
    return None if state.plan is None else deadlines(state, calendar)


def append(item: ApplicationItem, events: Sequence[Event]) -> list[ItemEvent]:
    """Store ``events`` behind those the item has; the caller holds the item's row lock."""
    rows = [
        ItemEvent(
            item=item,
            seq=item.event_count + number,
            kind=kind_of(event),
            data=to_dict(event),
            at=event.at,
            actor_id=by.person.official_id if (by := signature(event)) else None,
            acting_for_id=by.acting_for.official_id if by and by.acting_for else None,
        )
        for number, event in enumerate(events, start=1)
    ]
    gathering.forget("sharing.events", item.pk)
    return gathering.insert(rows)


def signature(event: Event) -> Signature | None:
    """Who made the event happen; None for what follows by itself."""
    by: Signature | None = getattr(event, "by", None)
    return by


def project(item: ApplicationItem, state: State, *, before: State | None = None) -> None:
    """Write the columns and stages that follow from ``state``.

    With the state ``before`` the stages that had ended by then are passed over.
    """
    due = timetable(state, worktime.calendar())
    for name, value in item_columns(state, due).items():
        setattr(item, name, value)
    rows = stage_rows(item, state, due, ended=_ended(state, before))
    gathering.at_the_end(_write, [_Projected(item, rows, len(state.stages), before is None)])


class _Projected(NamedTuple):
    """An item, its stages that may have changed, and how many it has in all."""

    item: ApplicationItem
    stages: list[ItemStage]
    number: int
    is_new: bool


def _ended(state: State, before: State | None) -> set[int]:
    """Positions of the stages that had ended before and are the same now."""
    if before is None or len(before.stages) != len(state.stages):
        return set()
    pairs = zip(before.stages, state.stages, strict=True)
    return {one.stage.position for one, now in pairs if one is now and one.closed_at is not None}


def _write(projected: list[_Projected]) -> None:
    bulk.update([one.item for one in projected], ITEM_COLUMNS)
    for one in projected:
        if one.is_new:
            ItemStage.objects.filter(item=one.item, position__gt=one.number).delete()
    bulk.upsert(
        [stage for one in projected for stage in one.stages],
        unique=["item", "position"],
        names=STAGE_COLUMNS,
    )


def item_columns(state: State, due: Timetable | None) -> dict[str, Any]:
    """The projected columns of an item."""
    current = state.current_stage
    row = due.at(current.stage.position) if due and current else None
    at_last = state.decision.at if state.decision is not None else None
    return {
        "status": state.status.value,
        "event_count": state.version,
        "due_on": _day(row),
        "due_provisional": bool(row and row.due and row.due.provisional),
        "decided_at": at_last if state.status in FINAL else None,
        "involved": sorted(state.involved),
        "involved_offices": sorted(state.involved_offices),
    }


def stage_rows(
    item: ApplicationItem, state: State, due: Timetable | None, *, ended: Collection[int] = ()
) -> list[ItemStage]:
    """The projected stages of an item, but for those ``ended``; not saved."""
    if due is None:
        return []
    return [
        ItemStage(
            item=item,
            position=stage.stage.position,
            **_stage_columns(stage, due.at(stage.stage.position), state),
        )
        for stage in state.stages
        if stage.stage.position not in ended
    ]


def _stage_columns(stage: StageState, row: StageDue, state: State) -> dict[str, Any]:
    by = _decided_by(stage, state)
    return {
        "side": stage.stage.side.value,
        "office_id": stage.stage.office.id,
        "role": stage.stage.role.value,
        "kind": stage.stage.kind.value,
        "status": stage.status.value,
        "holders": [
            holder.person.official_id for holder in stage.stage.holders if not holder.absent
        ],
        "note": stage.stage.notes[0].code.value if stage.stage.notes else "",
        "opened_at": stage.opened_at,
        "due_on": _day(row),
        "provisional": bool(row.due and row.due.provisional),
        "limit_days": stage.limit_days,
        "used_days": _used_days(stage, state),
        "signed_by_id": by.person.official_id if by else None,
        "acting_for_id": by.acting_for.official_id if by and by.acting_for else None,
        "decided_at": stage.closed_at,
        "comment": _comment(stage, state),
        "assignee_id": stage.assignee.official_id if stage.assignee else None,
        "called": _called(stage, state),
    }


def _called(stage: StageState, state: State) -> list[int]:
    """Who has something to do at the current stage beside those who hold it."""
    if stage.stage.position != state.current:
        return []
    asked = {
        one.person.official_id
        for one in state.consultations
        if one.person is not None and one.answered_by is None
    }
    return sorted(asked | {person.official_id for person in stage.added_now()})


def _used_days(stage: StageState, state: State) -> int | None:
    """Working days that a decided stage took; None for one that was only told, or is not decided."""
    if stage.opened_at is None or stage.closed_at is None or not stage.stage.quorum:
        return None
    spent = elapsed(state, worktime.calendar(), since=stage.opened_at, until=stage.closed_at)
    return max(0, spent.counted)


def _decided_by(stage: StageState, state: State) -> Signature | None:
    """The last to sign the stage, or who refused there."""
    if stage.signatures:
        return stage.signatures[-1].by
    refusal = _refusal(stage, state)
    return refusal.by if refusal else None


def _comment(stage: StageState, state: State) -> str:
    if stage.signatures:
        return stage.signatures[-1].comment
    refusal = _refusal(stage, state)
    return refusal.text if refusal else ""


def _refusal(stage: StageState, state: State) -> Refused | None:
    decision = state.decision
    here = isinstance(decision, Refused) and decision.position == stage.stage.position
    return decision if isinstance(decision, Refused) and here else None


def _day(row: StageDue | None) -> date | None:
    return row.due.on if row is not None and row.due is not None else None
