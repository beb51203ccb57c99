"""What follows from a step of a demand, in its transaction: step row, ledger, notices."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone

from catalog.access import MANAGER_ROLES
from catalog.cases import AUTHORITY_ROLES, holders, offices_of
from catalog.demanding.terms import Command, Order, Status
from catalog.models import Demand, DemandStep, Resource
from portal.ledger.records import record
from portal.notices.actions import notify
from portal.organisation.models import Department, Official

LEDGER: Final[dict[str, str]] = {
    "send": "demand.sent",
    "assign": "demand.assigned",
    "answer": "demand.answered",
    "promise": "demand.promised",
    "refuse": "demand.refused",
    "transfer": "demand.transferred",
    "return": "demand.returned",
    "take_back": "demand.taken_back",
    "reopen": "demand.reopened",
}
"""Kind of the ledger entry of each command."""


@dataclass(frozen=True, slots=True)
class Done:
    """A decided step: from where to where, with what belongs to it."""

    command: str
    before: Status | None
    after: Status
    order: Order = field(default_factory=lambda: Order(Command.ASSIGN))
    target: Department | None = None
    entry: Resource | None = None


def take_effect(
    demand: Demand, done: Done, by: Official, acting_for: int | None, now: datetime
) -> None:
    """Write the step down and tell whom it concerns."""
    order = done.order
    row = DemandStep.objects.create(
        demand=demand,
        seq=demand.step_count,
        command=done.command,
        before=done.before.value if done.before else "",
        after=done.after.value,
        actor=by,
        acting_for_id=acting_for,
        target=demand.responder if done.command == "send" else done.target,
        entry=done.entry,
        promised_on=demand.promised_on,
        refusal_type=demand.refusal_type,
        citation=demand.citation,
        text=order.text.strip(),
        at=now,
    )
    record(
        LEDGER[done.command],
        by=by,
        obj=demand,
        now=now,
        label=str(demand),
        acting_for=row.acting_for.full_name if row.acting_for else "",
        departments={*demand.involved, demand.authority_id},
        data={
            "seq": row.seq,
            "before": row.before,
            "after": row.after,
            "to": row.target_id,
            "entry": str(row.entry_id) if row.entry_id else None,
            "promised_on": row.promised_on,
            "refusal_type": row.refusal_type,
            "citation": row.citation,
            "text": row.text,
        },
        article="20",
    )
    _tell(demand, done, by, now)


def _tell(demand: Demand, done: Done, by: Official, now: datetime) -> None:
    """Tell whose turn it is, and the asker what came of it."""
    on = timezone.localdate(now)
    params = {
        "title": demand.title,
        "department": demand.department.name,
        "responder": demand.responder.name if demand.responder else demand.authority.name,
        "entry": str(done.entry) if done.entry else "",
        "day": demand.promised_on.isoformat() if demand.promised_on else "",
        "text": done.order.text.strip(),
    }
    authorities = holders([demand.authority_id], AUTHORITY_ROLES, on)
    responders = (
        holders(offices_of(demand.responder), MANAGER_ROLES, on) if demand.responder else set()
    )
    if done.after is Status.ASSIGNING:
        _notify("demand.to_assign", authorities - {by.pk}, demand, params, now)
    elif done.after is Status.ANSWERING:
        _notify("demand.to_answer", responders - {by.pk}, demand, params, now)
    elif done.after is Status.TAKEN_BACK:
        whom = responders or authorities
        _notify("demand.taken_back", whom - {by.pk}, demand, params, now)
    kind = _FOR_ASKER.get(done.command)
    if kind is not None and demand.asker_id != by.pk:
        _notify(kind, {demand.asker_id}, demand, params, now)


_FOR_ASKER: Final[dict[str, str]] = {
    "assign": "demand.moved",
    "transfer": "demand.moved",
    "return": "demand.moved",
    "answer": "demand.answered",
    "promise": "demand.promised",
    "refuse": "demand.refused",
}


def _notify(
    kind: str, people: set[int], demand: Demand, params: dict[str, str], now: datetime
) -> None:
    found = Official.objects.filter(pk__in=people, is_active=True).order_by("pk")
    url = reverse("catalog:demand", args=[demand.pk])
    notify(kind, officials=list(found), params=params, url=url, now=now)
