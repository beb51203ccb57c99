"""What departments applied for, as the demand list of the catalog shows it (R33)."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from catalog.access import visible_to
from catalog.hooks import AppliedRow
from catalog.models import DataItem
from portal.organisation.models import Department, Official
from sharing.access import items_visible_to
from sharing.models import ApplicationItem
from sharing.presenting.words import status


class AppliedItems:
    """Submitted items, newest first."""

    def __init__(self, items: QuerySet[ApplicationItem]) -> None:
        self._items = items

    def count(self) -> int:
        """How many there are."""
        return self._items.count()

    def rows(self, start: int, stop: int) -> Sequence[AppliedRow]:
        """Some of them, with the names of the data items asked for."""
        items = list(
            self._items.select_related(
                "application__department", "resource__provider", "resource__live"
            )[start:stop]
        )
        versions = [item.resource.live_id for item in items]
        names = {
            (version, key): name
            for version, key, name in DataItem.objects.filter(version__in=versions).values_list(
                "version_id", "key", "name"
            )
        }
        return [_row(item, names) for item in items]


def _row(item: ApplicationItem, names: dict[tuple[int, str], str]) -> AppliedRow:
    live = item.resource.live_id or 0
    return AppliedRow(
        number=item.application.number,
        title=str(item.resource),
        items=[names.get((live, key), key) for key in item.fields],
        department=item.application.department.name,
        provider=item.resource.provider.name,
        state=status(item.status)[1],
        on=item.application.submitted_at,
        resource_id=item.resource_id,
    )


def applied_for(official: Official, on: date, departments: QuerySet[Department]) -> AppliedItems:
    """Entries of submitted applications of these departments that the official sees."""
    seen = (
        items_visible_to(official, on)
        .filter(
            application__submitted_at__isnull=False,
            application__department__in=departments,
            resource__in=visible_to(official, on),
        )
        .exclude(status__in=["withdrawn", "refused"])
    )
    return AppliedItems(seen.order_by("-application__submitted_at", "pk"))
