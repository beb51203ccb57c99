"""Loading the administrative divisions."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid
from portal.ledger.records import difference, record
from portal.organisation.divisions import NATION, divisions
from portal.organisation.models import Department, Official, Region
from portal.organisation.sorting import sort_key

FIELDS = ("name", "name_en", "level", "parent", "valid_until", "successor")


@transaction.atomic
def load_regions(
    *, now: datetime, provinces: Iterable[str] | None = None, by: Official | None = None
) -> list[Region]:
    """Add the regions of GB/T 2260 that are missing and rename those whose name has changed.

    Returns the regions added or renamed. Regions that no longer exist stay: departments and old
    records refer to them. Townships and villages are left alone.
    """
    present = {region.pk: region for region in Region.objects.select_for_update(of=("self",))}
    added, renamed = [], []
    for one in divisions(provinces):
        region = present.get(one.code)
        if region is None:
            region = Region(code=one.code, name=one.name, level=one.level, parent_id=one.parent)
            region.sort_key = sort_key(one.name)[:200]
            added.append(region)
        elif region.name != one.name and one.code != NATION:
            region.name, region.sort_key = one.name, sort_key(one.name)[:200]
            renamed.append(region)
    Region.objects.bulk_create(added)
    Region.objects.bulk_update(renamed, ["name", "sort_key"])
    changed = [*added, *renamed]
    if changed:
        record(
            "regions.loaded", by=by, obj=changed[0], now=now,
            data={"added": len(added), "renamed": [region.pk for region in renamed]},
        )  # fmt: skip
    return changed


@transaction.atomic
def save_region(*, by: Official | None, region: Region, now: datetime) -> Region:
    """Add a region (a township, a village) or correct the names of one."""
    before = Region.objects.select_for_update(of=("self",)).filter(pk=region.pk).first()
    changed = difference(before, region, FIELDS)
    if changed["after"]:
        region.sort_key = sort_key(region.name)[:200]
        region.save()
        kind = "region.changed" if before else "region.created"
        record(kind, by=by, obj=region, now=now, data=changed)
    return region


@transaction.atomic
def abolish_region(
    *, by: Official | None, region: Region, on: date, successor: Region | None, now: datetime
) -> Region:
    """Say that the region no longer exists from the day ``on``, and into which one it went.

    It stays with everything that refers to it; new uses are refused and told the successor.
    Invalid lists: a successor that is abolished itself or the region itself, departments in office.
    """
    locked = Region.objects.select_for_update(of=("self",)).get(pk=region.pk)
    faults = list(_abolition_faults(locked, on, successor))
    if faults:
        raise Invalid(_("The region cannot be abolished like that."), faults)
    locked.valid_until, locked.successor = on, successor
    return save_region(by=by, region=locked, now=now)


def _abolition_faults(region: Region, on: date, successor: Region | None) -> Iterator[Fault]:
    if successor is not None and (successor.pk == region.pk or successor.is_abolished(on)):
        message = _("The successor is not a region that exists on that day.")
        yield Fault("successor", message, _("Choose another region."), "successor")
    here = Department.objects.in_office(on).filter(region__in=[region])
    if names := list(here.values_list("name", flat=True)[:5]):
        message = _("Departments of this region are still in office: %(names)s.")
        remedy = _("Change them first: to another region, or let them end.")
        yield Fault("region", str(message) % {"names": "、".join(names)}, remedy, "departments")
