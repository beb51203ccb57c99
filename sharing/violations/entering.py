"""Entering cases of oversight and their steps: row, event, ledger and notices in one transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.urls import reverse

from portal.ledger.records import record
from portal.notices.actions import notify
from portal.organisation.models import Department, Official
from sharing.access import AUTHORITY_ROLES, holders
from sharing.approval.clocks import local_day
from sharing.models import Counter, OversightEvent, OversightItem
from sharing.oversight.decide import decide
from sharing.oversight.terms import CLOCK, Command, Denial, Kind, Order, State, Status
from sharing.violations import access
from sharing.violations.registry import Finding

ARTICLE_SUPERVISION: Final = "29"
"""Decree 809 article 29: the authority supervises, and may circulate criticism."""
SUPERVISION: Final = "supervision"
ONE_BY_ONE: Final = 5
"""So many cases found in one run are told one by one; of more, one notice gives the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done to a case, by whom, with its text and the day it names."""

    command: Command
    after: Status
    now: datetime
    by: Official | None = None
    acting_for_id: int | None = None
    acting_for: str = ""
    text: str = ""
    wanted_on: date | None = None


def state_of(item: OversightItem) -> State:
    """The case as the core knows it."""
    return State(Kind(item.kind), Status(item.status), item.step_count)


def enter(kind: Kind, finding: Finding, *, code: str, article: str, now: datetime) -> OversightItem:
    """A new case; the caller has made sure that there is none with this code and key.

    It is followed by the authority of the department's level (``access.authority_over``).
    """
    on = local_day(now)
    department = Department.objects.select_related("region").get(pk=finding.department_id)
    item = OversightItem.objects.create(
        number=Counter.objects.number("JD", department.region_id, on),
        kind=kind.value, code=code, article=article, key=finding.key,
        department=department, authority_id=access.authority_over(department, on),
        label=finding.label[:300], url=finding.url, happened_on=finding.happened_on,
        facts=dict(finding.facts), step_count=1, detected_at=now, updated_at=now,
    )  # fmt: skip
    OversightEvent.objects.create(
        item=item, seq=1, command="find", before="", after=Status.OPEN.value, at=now
    )
    record(
        "oversight.found", by=None, obj=item, now=now, label=f"{item.number} {item.label}",
        departments=readers(item), article=article,
        data={"kind": kind.value, "code": code, "key": finding.key, "facts": dict(finding.facts)},
    )  # fmt: skip
    return item


def take_step(item: OversightItem, step: Step) -> None:
    """Store a step that was decided on the locked ``item``."""
    before, item.status = item.status, step.after.value
    item.step_count += 1
    item.updated_at = step.now
    item.wanted_on = _wanted_on(item, step)
    item.save(update_fields=["status", "step_count", "updated_at", "wanted_on"])
    OversightEvent.objects.create(
        item=item, seq=item.step_count, command=step.command.value, before=before,
        after=step.after.value, actor=step.by, acting_for_id=step.acting_for_id, at=step.now,
        text=step.text, wanted_on=step.wanted_on,
    )  # fmt: skip
    record(
        f"oversight.{step.command.value}", by=step.by, obj=item, now=step.now,
        label=f"{item.number} {item.label}", acting_for=step.acting_for,
        departments=readers(item), article=item.article,
        data={"before": before, "after": step.after.value, "text": step.text,
              "wanted_on": step.wanted_on},
    )  # fmt: skip


def _wanted_on(item: OversightItem, step: Step) -> date | None:
    """The day the authority waits for: the one just named, or the former until it is answered."""
    if step.command is Command.ANSWER or step.after not in {
        Status.OPEN, Status.ASKED, Status.ANSWERED, Status.CONFIRMED,
    }:  # fmt: skip
        return None
    return step.wanted_on or (None if step.command is Command.CONFIRM else item.wanted_on)


def by_clock(item_id: UUID, command: Command, now: datetime, *, text: str = "") -> bool:
    """Have the clockwork do ``command``; False when the case does not allow it any more."""
    item = OversightItem.objects.select_for_update(of=("self",)).get(pk=item_id)
    after = decide(state_of(item), Order(command, item.step_count), actor=CLOCK)
    if isinstance(after, Denial):
        return False
    take_step(item, Step(command=command, after=after, now=now, text=text))
    return True


def readers(item: OversightItem) -> list[int]:
    """Departments whose ledger shows the case."""
    return [pk for pk in (item.department_id, item.authority_id) if pk is not None]


# --- telling -------------------------------------------------------------------------------


def tell_department(item: OversightItem, kind: str, now: datetime, **params: str) -> None:
    """Tell who answers for the department."""
    _tell(item, kind, access.answering(item.department_id, local_day(now)), now, params)


def tell_authority(item: OversightItem, kind: str, now: datetime, **params: str) -> None:
    """Tell the officials of the authority that follows the case."""
    if item.authority_id is not None:
        people = holders(item.authority_id, AUTHORITY_ROLES, local_day(now))
        _tell(item, kind, people, now, params)


def tell_of_found(items: Iterable[OversightItem], now: datetime) -> None:
    """Tell departments and authorities of new cases: each one, or their number when they are many."""
    on = local_day(now)
    of: dict[int, list[OversightItem]] = defaultdict(list)
    for item in items:
        people = access.answering(item.department_id, on)
        if item.authority_id is not None:
            people = people | holders(item.authority_id, AUTHORITY_ROLES, on)
        for official in sorted(people):
            of[official].append(item)
    for official, mine in of.items():
        if len(mine) > ONE_BY_ONE:
            notify(
                "oversight.many", officials=active({official}), params={"count": len(mine)},
                url=reverse("sharing:oversight"), now=now,
            )  # fmt: skip
            continue
        for item in mine:
            _tell(item, "oversight.found", {official}, now, {})


def _tell(
    item: OversightItem, kind: str, people: Iterable[int], now: datetime, params: dict[str, str]
) -> None:
    facts = {"number": item.number, "kind": item.kind, "code": item.code, "label": item.label}
    notify(
        kind, officials=active(people), params={**facts, **params},
        url=reverse("sharing:oversight_case", args=[item.pk]), now=now,
    )  # fmt: skip


def active(people: Iterable[int]) -> list[Official]:
    """The officials with these ids whose accounts are in use."""
    return list(Official.objects.filter(pk__in=set(people), is_active=True).order_by("pk"))
