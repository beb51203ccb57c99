"""Which entries have data to supply."""

from collections.abc import Iterable
from uuid import UUID

from catalog.models import Attachment
from portal import gathering


def remember_attached(resource_ids: Iterable[UUID]) -> dict[UUID, bool]:
    """Those of the entries that are attached; the others are left out."""
    return gathering.remember_each("sharing.attached", resource_ids, _attached)


def _attached(resource_ids: set[UUID]) -> dict[UUID, bool]:
    rows = Attachment.objects.filter(resource__in=resource_ids)
    return dict.fromkeys(rows.values_list("resource_id", flat=True), True)


def is_attached(resource_id: UUID) -> bool:
    """Whether the entry is attached, so that data can be supplied."""
    return resource_id in remember_attached([resource_id])
