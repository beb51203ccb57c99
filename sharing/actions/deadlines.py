"""Due dates after a change of the calendar or the clock's rules: derived anew from the events."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.ledger.records import record
from portal.worktime import access as worktime
from portal.worktime.calendar import Calendar, Due
from portal.worktime.changes import Moved
from sharing import cases
from sharing.approval.clocks import local_day
from sharing.approval.events import Event
from sharing.approval.evolve import fold
from sharing.approval.serialise import from_dict
from sharing.approval.state import State
from sharing.models import ApplicationItem, Grant, GrantStatus, ItemEvent, ItemStage

AT_ONCE: Final = 200


def recompute_deadlines(now: datetime) -> int:
    """Project every item again whose due dates a changed calendar moves; return how many moved.

    Those still open come first; the stages of decided ones are corrected as well, so that late and
    in time stay what the calendar makes of them. Then the supply dates (article 22). One
    transaction per item and grant.
    """
    open_first = (
        ApplicationItem.objects.filter(status__in=ApplicationItem.OPEN_STATUSES),
        ApplicationItem.objects.filter(decided_at__isnull=False),
    )
    moved = 0
    for items in open_first:
        keys = list(items.order_by("pk").values_list("pk", flat=True))
        for some in (keys[n : n + AT_ONCE] for n in range(0, len(keys), AT_ONCE)):
            for pk in _differing(some, worktime.calendar()):
                moved += _recompute(pk, now)
    for grant_id in list(_waiting_grants().values_list("pk", flat=True)):
        moved += _recompute_supply(grant_id, now)
    return moved


def preview(calendar: Calendar) -> Iterator[Moved]:
    """Open due dates of applications and grants that ``calendar`` would move; changes nothing."""
    open_items = ApplicationItem.objects.filter(status__in=ApplicationItem.OPEN_STATUSES)
    keys = list(open_items.order_by("due_on", "pk").values_list("pk", flat=True))
    for some in (keys[n : n + AT_ONCE] for n in range(0, len(keys), AT_ONCE)):
        for item, state in _states(some):
            columns = cases.item_columns(state, cases.timetable(state, calendar))
            after, mark = columns["due_on"], columns["due_provisional"]
            if (after, mark) != (item.due_on, item.due_provisional):
                label = f"{item.application.number} {item.version.title}"
                yield Moved(_("application"), label, item.due_on, after, mark)
    for grant in _waiting_grants().select_related("version", "item__application"):
        due = _supply_due(grant, calendar)
        now = (grant.supply_due_on, grant.supply_provisional)
        if due is not None and (due.on, due.provisional) != now:
            label = f"{grant.number} {grant.version.title}"
            yield Moved(_("supply"), label, grant.supply_due_on, due.on, due.provisional)


def _states(keys: Sequence[UUID]) -> Iterator[tuple[ApplicationItem, State]]:
    """These items with their states, in two queries."""
    items = ApplicationItem.objects.filter(pk__in=keys).select_related(
        "application__applicant", "application__department", "version"
    )
    events: dict[UUID, list[Event]] = defaultdict(list)
    for row in ItemEvent.objects.filter(item__in=keys).order_by("item", "seq"):
        events[row.item_id].append(from_dict(row.data))
    for item in items.order_by("pk"):
        yield item, fold(events[item.pk], start=cases.draft_of(item))


def _differing(keys: Sequence[UUID], calendar: Calendar) -> Iterator[UUID]:
    """Which of these items have a column or stage whose date the calendar moves; looked at unlocked."""
    stored: dict[UUID, set[tuple[int, date | None, bool]]] = defaultdict(set)
    rows = ItemStage.objects.filter(item__in=keys)
    for pk, number, due_on, mark in rows.values_list("item", "position", "due_on", "provisional"):
        stored[pk].add((number, due_on, mark))
    for item, state in _states(keys):
        due = cases.timetable(state, calendar)
        columns = cases.item_columns(state, due)
        wanted = {
            (row.position, row.due_on, row.provisional)
            for row in cases.stage_rows(item, state, due)
        }
        same = all(getattr(item, name) == columns[name] for name in ("due_on", "due_provisional"))
        if not same or wanted != stored[item.pk]:
            yield item.pk


@transaction.atomic
def _recompute(pk: UUID, now: datetime) -> bool:
    item = (
        ApplicationItem.objects.select_for_update(of=("self",))
        .select_related("application__applicant", "application__department", "version")
        .get(pk=pk)
    )
    before = (item.due_on, item.due_provisional)
    cases.project(item, cases.load(item).state)
    if before == (item.due_on, item.due_provisional):
        return False
    record(
        "deadline.moved",
        by=None,
        obj=item,
        now=now,
        label=f"{item.application.number} {item.version.title}",
        departments=[item.application.department_id, item.provider_id],
        data={"before": before[0], "after": item.due_on, "provisional": item.due_provisional},
    )
    return True


def _waiting_grants() -> QuerySet[Grant]:
    return Grant.objects.filter(
        status=GrantStatus.PROVISIONING, supply_due_on__isnull=False
    ).order_by("pk")


def _supply_due(grant: Grant, calendar: Calendar) -> Due | None:
    """The supply date by the plan of the consent; None for a grant that came about without one."""
    plan = cases.load(grant.item).state.plan
    if plan is None:
        return None
    return calendar.add_working_days(local_day(grant.created_at), plan.supply_days)


@transaction.atomic
def _recompute_supply(pk: UUID, now: datetime) -> bool:
    grant = (
        Grant.objects.select_for_update(of=("self",))
        .select_related(
            "item__application__applicant", "item__application__department", "resource", "version"
        )
        .get(pk=pk)
    )
    due = _supply_due(grant, worktime.calendar())
    before = grant.supply_due_on
    if due is None or grant.status != GrantStatus.PROVISIONING or due.on == before:
        return False
    grant.supply_due_on = due.on
    grant.save(update_fields=["supply_due_on"])
    record(
        "deadline.moved",
        by=None,
        obj=grant,
        now=now,
        label=f"{grant.number} {grant.version.title}",
        departments=[grant.department_id, grant.resource.provider_id],
        data={"before": before, "after": due.on, "provisional": due.provisional},
        article="22",
    )
    return True
