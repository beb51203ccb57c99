"""What follows from the events of a concern, in their transaction: ledger and notices.

Neither holds what people wrote, for it may quote the data: the ledger keeps a digest of each
event, notices say number, title and department.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse

from portal.ledger.records import record
from portal.notices.actions import notify
from portal.organisation.models import Official, Role
from sharing import concerns
from sharing.access import AUTHORITY_ROLES, PROVIDER_ROLES, holders
from sharing.approval.clocks import local_day
from sharing.approval.serialise import dump_value
from sharing.disputes.events import (
    NAMES,
    Answered,
    Assigned,
    Closed,
    Corrected,
    DecisionRecorded,
    Declared,
    Escalated,
    Event,
    Forwarded,
    NotAccepted,
    OpinionGiven,
    Raised,
    Referred,
    Rejected,
    Responded,
    RoundRecorded,
    Settled,
    TakenBack,
    Upheld,
)
from sharing.disputes.state import State
from sharing.disputes.terms import Kind
from sharing.models import Concern

ARTICLES: Final[dict[Kind, str]] = {
    Kind.CORRECTION: "26",
    Kind.OBJECTION: "",
    Kind.DISPUTE: "28",
    Kind.COMPLAINT: "37",
}
"""Where the law speaks of each kind."""
_DETAILS: Final = ("target", "side", "agreed", "accepted", "score", "solved", "number", "decided_on",
                   "task", "by_opinion", "content_hash")  # fmt: skip


def digest_of(event: Event) -> str:
    """SHA-256 of an event as it is stored."""
    content = json.dumps(dump_value(event), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def take_effect(
    concern: Concern, events: Sequence[Event], after: State, *, by: Official | None, now: datetime
) -> None:
    """Enter every event into the ledger and tell whom it concerns."""
    first = after.version - len(events) + 1
    for seq, event in enumerate(events, start=first):
        _enter(concern, event, seq, by=by)
    for event in events:
        _tell(concern, event, after, by, now)


def _enter(concern: Concern, event: Event, seq: int, *, by: Official | None) -> None:
    acted = concerns.signature(event)
    data: dict[str, Any] = {"seq": seq, "digest": digest_of(event)}
    data |= {name: getattr(event, name) for name in _DETAILS if hasattr(event, name)}
    tasks = getattr(event, "tasks", ())
    if tasks:
        data["tasks"] = [[task.key, task.department] for task in tasks]
    record(
        f"concern.{NAMES[type(event)]}",
        by=by if acted else None,
        obj=concern,
        now=event.at,
        label=label_of(concern),
        acting_for=acted.acting_for.name if acted and acted.acting_for else "",
        departments=concern.involved,
        data=data,
        article=ARTICLES[Kind(concern.kind)],
    )


def label_of(concern: Concern) -> str:
    """Number and title; of a complaint the number only."""
    return concern.number if concern.kind == Kind.COMPLAINT else f"{concern.number} {concern.title}"


# --- notices --------------------------------------------------------------------------------


def _tell(concern: Concern, event: Event, after: State, by: Official | None, now: datetime) -> None:
    on = local_day(now)
    if isinstance(event, Raised | Forwarded):
        _notify("concern.to_answer", answerers(after, on), concern, by, now)
    if isinstance(event, Corrected | DecisionRecorded):
        _tell_holders(concern, event, after, now)
    kind = _FOR_RAISER.get(type(event))
    if kind is not None and concern.raiser_id is not None:
        _notify(kind, {concern.raiser_id}, concern, by, now)
    if after.kind is Kind.DISPUTE and type(event) in _FOR_SIDES:
        sides = {concern.raiser_id or 0} | _office(after.handler, on)
        _notify("dispute.moved", sides, concern, by, now)
    if isinstance(event, Referred | Escalated):
        _notify("dispute.to_authority", _authority(after, on), concern, by, now)
    if isinstance(event, Assigned):
        _notify("complaint.assigned", {event.person.official_id}, concern, by, now)
    if isinstance(event, TakenBack):
        _notify("concern.taken_back", answerers(after, on), concern, by, now)


_FOR_RAISER: Final[dict[type[Event], str]] = {
    Forwarded: "concern.moved",
    Corrected: "concern.corrected",
    Rejected: "concern.rejected",
    Upheld: "concern.upheld",
    Closed: "concern.closed",
    Answered: "concern.answered",
    NotAccepted: "concern.answered",
}
_FOR_SIDES: Final[frozenset[type[Event]]] = frozenset(
    {RoundRecorded, Declared, Referred, OpinionGiven, Responded, Escalated, Settled,
     DecisionRecorded}
)  # fmt: skip


def _tell_holders(
    concern: Concern,
    event: Corrected | DecisionRecorded,
    after: State,
    now: datetime,
) -> None:
    """Every department with a task: its sharing office and who applied for the data (R28)."""
    on = local_day(now)
    grants = concerns.holders_of(concern, on) if isinstance(event, Corrected) else {}
    notice = "correction.take_over" if isinstance(event, Corrected) else "dispute.to_carry_out"
    for department in sorted({task.department for task in event.tasks}):
        people = _office(department, on)
        people |= {one.item.application.applicant_id for one in grants.get(department, ())}
        if isinstance(event, DecisionRecorded) and department == after.department:
            people.add(concern.raiser_id or 0)
        _notify(notice, people, concern, None, now)


def answerers(state: State, on: date) -> set[int]:
    """Who can answer a concern now: the handling department's people, or the authority's."""
    if state.kind is Kind.COMPLAINT:
        return _authority(state, on)
    return _office(state.handler, on)


def _office(department: int | None, on: date) -> set[int]:
    if department is None:
        return set()
    roles = [*PROVIDER_ROLES, Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD]
    return holders(department, roles, on)


def _authority(state: State, on: date) -> set[int]:
    return holders(state.authority, AUTHORITY_ROLES, on) if state.authority else set()


def _notify(
    kind: str, people: Iterable[int], concern: Concern, by: Official | None, now: datetime
) -> None:
    ids = set(people) - ({by.pk} if by else set())
    found = Official.objects.filter(pk__in=ids, is_active=True).order_by("pk")
    complaint = concern.kind == Kind.COMPLAINT
    params = {
        "number": concern.number,
        "title": "" if complaint else concern.title,
        "department": concern.department.name if concern.department and not complaint else "",
        "what": concern.kind,
    }
    url = reverse("concerns:concern", args=[concern.pk])
    notify(kind, officials=list(found), params=params, url=url, now=now)


def tell_due(concern: Concern, kind: str, state: State, *, now: datetime, told: set[int]) -> bool:
    """Remind those who can answer, except who was told already; whether anybody was told."""
    people = answerers(state, local_day(now)) - told
    if state.kind is Kind.DISPUTE:
        people |= _authority(state, local_day(now)) - told
    found = Official.objects.filter(pk__in=people, is_active=True).order_by("pk")
    params = {"number": concern.number, "due": str(concern.due_on), "what": concern.kind}
    url = reverse("concerns:concern", args=[concern.pk])
    return bool(notify(kind, officials=list(found), params=params, url=url, now=now))
