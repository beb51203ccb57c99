"""Which open due dates of the catalog another calendar would move."""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models import Demand, DemandStatus, DutyChange, PublicationReview, ReviewStatus
from portal.errors import Text
from portal.worktime import access as worktime
from portal.worktime.calendar import Calendar
from portal.worktime.changes import Moved


def preview(calendar: Calendar) -> Iterator[Moved]:
    """Reviews, updates and demands whose due date ``calendar`` would move; changes nothing."""
    for what, label, start, days, before in _open():
        if days:
            due = calendar.add_working_days(start, days)
            if (due.on, due.provisional) != before:
                yield Moved(what, label, before[0], due.on, due.provisional)


_Row = tuple[Text, str, date, int | None, tuple[date | None, bool]]


def _open() -> Iterator[_Row]:
    """What, its name, where its clock began, its limit, its present due date."""
    reviews = PublicationReview.objects.filter(
        status=ReviewStatus.AUTHORITY_REVIEW, received_at__isnull=False
    ).select_related("version")
    for review in reviews.order_by("due_on", "pk"):
        if review.received_at is not None:
            start = timezone.localdate(review.received_at)
            before = (review.due_on, review.due_provisional)
            yield _("review"), review.version.title, start, review.limit_days, before
    events = DutyChange.objects.filter(updates__done_at__isnull=True, limit_days__isnull=False)
    for event in events.select_related("department__region").distinct().order_by("due_on", "pk"):
        limit = worktime.limit("catalog_update", event.department.region, event.happened_on)
        days = (event.limit_days or 0) + limit.extension_days * event.extension_granted
        before = (event.due_on, event.due_provisional)
        yield _("update"), event.basis, event.happened_on, days, before
    demands = Demand.objects.filter(
        status__in=[DemandStatus.ANSWERING, DemandStatus.PROMISED], received_on__isnull=False
    )
    for demand in demands.order_by("due_on", "pk"):
        if demand.received_on is not None:
            before = (demand.due_on, demand.due_provisional)
            label = f"{demand.number} {demand.title}"
            yield _("demand"), label, demand.received_on, demand.limit_days, before
