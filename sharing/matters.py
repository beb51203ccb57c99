"""What a business matter of a department still has to be applied for, need by need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from catalog.hooks import reasons_against_applying
from catalog.matters import Need, needs_of
from catalog.models import DataItem, MatterState, Resource, ServiceItem, SharingType
from portal.errors import Reason
from portal.organisation.models import Department, Official
from sharing.cautions import LIVING
from sharing.models import ApplicationItem, Grant


class NeedState(StrEnum):
    """How a need stands for a department."""

    GRANTED = "granted"
    APPLIED = "applied"
    ASK = "ask"
    IMPOSSIBLE = "impossible"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the portal proposes for one entry a matter needs, or for one need without an entry."""

    state: NeedState
    needs: tuple[str, ...]
    entry: Resource | None = None
    fields: tuple[DataItem, ...] = ()
    """What would be asked for; what the matter needs where nothing is to be asked."""
    granted: tuple[DataItem, ...] = ()
    grant: UUID | None = None
    application: UUID | None = None
    reason: Reason | None = None


def matters_for(departments: Iterable[int]) -> QuerySet[ServiceItem, ServiceItem]:
    """The matters that these departments handle."""
    return (
        ServiceItem.objects.filter(department__in=list(departments))
        .exclude(state=MatterState.ENDED)
        .select_related("department")
        .order_by("department_id", "code", "id")
    )


def propose(
    matter: ServiceItem, official: Official, department: Department, on: date
) -> list[Proposal]:
    """Every entry that ``matter`` needs, once, then the needs that no entry meets."""
    needs = needs_of(matter, official, on)
    grouped: dict[UUID, list[Need]] = {}
    for need in needs:
        if need.entry is not None:
            grouped.setdefault(need.entry.pk, []).append(need)
    entries = [group[0].entry for group in grouped.values() if group[0].entry is not None]
    facts = _Facts.of(entries, official, department, on)
    found = [facts.proposal(entry, grouped[entry.pk]) for entry in entries]
    missing = [Proposal(NeedState.MISSING, (need.text,)) for need in needs if need.entry is None]
    return found + missing


@dataclass(frozen=True, slots=True)
class _Facts:
    items: dict[int, list[DataItem]]
    reasons: dict[UUID, Reason]
    grants: dict[UUID, list[Grant]]
    under_way: dict[UUID, ApplicationItem]

    @classmethod
    def of(
        cls, entries: list[Resource], official: Official, department: Department, on: date
    ) -> "_Facts":
        items: dict[int, list[DataItem]] = {}
        versions = [entry.live_id for entry in entries if entry.live_id]
        for item in DataItem.objects.filter(version__in=versions).order_by("position", "pk"):
            if item.sharing_type != SharingType.NON_SHARED:
                items.setdefault(item.version_id, []).append(item)
        grants: dict[UUID, list[Grant]] = {}
        held = Grant.objects.filter(department=department, resource__in=entries)
        for grant in held.filter(status__in=LIVING, ends_on__gte=on):
            grants.setdefault(grant.resource_id, []).append(grant)
        asked = ApplicationItem.objects.filter(
            demander=department, resource__in=entries, status__in=ApplicationItem.OPEN_STATUSES
        )
        reasons = reasons_against_applying(official, on, entries, {department.pk})
        return cls(items, reasons, grants, {item.resource_id: item for item in asked})

    def proposal(self, entry: Resource, needs: list[Need]) -> Proposal:
        texts = tuple(need.text for need in needs)
        needed = self._needed(entry, needs)
        grants = self.grants.get(entry.pk, [])
        held = {one["key"] for grant in grants for one in grant.fields}
        granted = tuple(item for item in needed if item.key in held)
        rest = tuple(item for item in needed if item.key not in held)
        grant = grants[0].pk if grants else None
        if granted and not rest:
            return Proposal(NeedState.GRANTED, texts, entry, needed, granted, grant)
        if (asked := self.under_way.get(entry.pk)) is not None:
            return Proposal(
                NeedState.APPLIED, texts, entry, rest, granted, grant, asked.application_id
            )
        if (reason := self.reasons.get(entry.pk)) is not None or not rest:
            return Proposal(NeedState.IMPOSSIBLE, texts, entry, rest, granted, grant, reason=reason)
        return Proposal(NeedState.ASK, texts, entry, rest, granted, grant)

    def _needed(self, entry: Resource, needs: list[Need]) -> tuple[DataItem, ...]:
        offered = self.items.get(entry.live_id or 0, [])
        if any(need.whole for need in needs):
            return tuple(offered)
        keys = {item.key for need in needs for item in need.items}
        return tuple(item for item in offered if item.key in keys)
