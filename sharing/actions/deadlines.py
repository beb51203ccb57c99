"""Due dates after a change of the calendar or the clock's rules: derived anew from the events."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from portal.ledger.records import record
from sharing import cases
from sharing.models import ApplicationItem


def recompute_deadlines(now: datetime) -> int:
    """Project every open item again; return how many due dates moved. One transaction per item."""
    moved = 0
    open_items = ApplicationItem.objects.filter(status__in=ApplicationItem.OPEN_STATUSES)
    for pk in list(open_items.order_by("pk").values_list("pk", flat=True)):
        moved += _recompute(pk, now)
    return moved


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
