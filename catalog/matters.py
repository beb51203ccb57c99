"""Business matters and the data they need: which there are, and what of it the catalog has.

Matters are known to every official; of the entries that a need is matched with a reader learns
only those of the catalog that the reader sees.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from catalog.access import visible_to
from catalog.models import (
    SHOWN_STATUSES,
    DataItem,
    MatterKind,
    MatterState,
    Resource,
    ResourceQuerySet,
    ServiceItem,
    ServiceItemNeed,
)
from portal.organisation.models import Official, Region

GAPS, COMPLETE = "gaps", "complete"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which matters are looked at; empty means all that are handled."""

    region: str = ""
    department: int | None = None
    kind: str = ""
    needs: str = ""
    text: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Choice":
        """Read it from an address; what cannot be is left out."""
        department, region = str(given.get("department", "")), str(given.get("region", ""))
        known = department.isascii() and department.isdigit() and len(department) < 18
        kind, needs = str(given.get("kind", "")), str(given.get("needs", ""))
        return cls(
            region=region if region.isascii() and region.isdigit() else "",
            department=int(department) if known else None,
            kind=kind if kind in MatterKind.values else "",
            needs=needs if needs in {GAPS, COMPLETE} else "",
            text=str(given.get("q", ""))[:100].replace("\x00", "").strip(),
        )


@dataclass(frozen=True, slots=True)
class Need:
    """A need as a reader sees it: ``entry`` is None where the reader sees no entry for it."""

    text: str
    entry: Resource | None = None
    items: tuple[DataItem, ...] = ()
    whole: bool = False


def matters_of(seen: ResourceQuerySet, choice: Choice) -> QuerySet[ServiceItem, ServiceItem]:
    """Matters that are chosen, with ``need_count`` and how many of these ``seen`` entries meet."""
    met = Q(needs__resource__in=seen)
    gap = ServiceItemNeed.objects.filter(item=OuterRef("pk")).exclude(resource__in=seen)
    found = ServiceItem.objects.exclude(state=MatterState.ENDED).annotate(
        need_count=Count("needs"), met_count=Count("needs", filter=met)
    )
    if choice.region:
        place = Region.objects.filter(pk=choice.region).first()
        places = Region.objects.under(place) if place else Region.objects.none()
        found = found.filter(department__region__in=places)
    if choice.department is not None:
        found = found.filter(department=choice.department)
    if choice.kind:
        found = found.filter(kind=choice.kind)
    if choice.needs:
        found = found.filter(Exists(gap) if choice.needs == GAPS else ~Exists(gap))
    if choice.text:
        text = choice.text
        found = found.filter(
            Q(name__icontains=text) | Q(code__startswith=text) | Q(department__name__icontains=text)
        )
    return found.order_by("department_id", "code", "id")


def needs_of(matter: ServiceItem, official: Official | None, on: date) -> list[Need]:
    """The needs of a matter in order, with the entries and items that the official sees."""
    rows = list(matter.needs.all())
    wanted = {row.resource_id for row in rows if row.resource_id}
    seen = _seen(official, wanted, on)
    items = _items(seen.values())
    found = []
    for row in rows:
        entry = seen.get(row.resource_id) if row.resource_id else None
        named = items.get(entry.live_id or 0, {}) if entry else {}
        chosen = tuple(named[key] for key in row.fields if key in named)
        found.append(Need(row.text, entry, chosen, whole=entry is not None and not row.fields))
    return found


def entries_for(
    matter: ServiceItem, official: Official, on: date
) -> list[tuple[Resource, list[str]]]:
    """The entries that a matter needs with the keys of their items, each entry once.

    This is what one application for the whole matter asks for. Entries that the official does not
    see are left out; an empty list of keys stands for all items.
    """
    keys: dict[UUID, list[str]] = {}
    whole: set[UUID] = set()
    entries: dict[UUID, Resource] = {}
    for need in needs_of(matter, official, on):
        if need.entry is None:
            continue
        entries[need.entry.pk] = need.entry
        mine = keys.setdefault(need.entry.pk, [])
        mine += [one.key for one in need.items if one.key not in mine]
        if need.whole:
            whole.add(need.entry.pk)
    return [(entry, [] if pk in whole else keys[pk]) for pk, entry in entries.items()]


def matters_using(resource: Resource) -> QuerySet[ServiceItem, ServiceItem]:
    """Matters that need this entry, which the reader sees already."""
    return (
        ServiceItem.objects.filter(needs__resource=resource)
        .exclude(state=MatterState.ENDED)
        .select_related("department__region")
        .distinct()
        .order_by("department__name", "code", "id")
    )


def _seen(official: Official | None, wanted: set[UUID], on: date) -> dict[UUID, Resource]:
    if not wanted:
        return {}
    shown = visible_to(official, on).filter(pk__in=wanted, status__in=SHOWN_STATUSES)
    return {entry.pk: entry for entry in shown.select_related("live", "provider__region")}


def _items(entries: Iterable[Resource]) -> dict[int, dict[str, DataItem]]:
    found: dict[int, dict[str, DataItem]] = {}
    versions = [entry.live_id for entry in entries if entry.live_id]
    for item in DataItem.objects.filter(version__in=versions):
        found.setdefault(item.version_id, {})[item.key] = item
    return found
