"""Loading the administrative divisions."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from portal.ledger.records import difference, record
from portal.organisation.divisions import NATION, divisions
from portal.organisation.models import Official, Region
from portal.organisation.sorting import sort_key

FIELDS = ("name", "name_en", "level", "parent")


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
def save_region(*, by: Official, region: Region, now: datetime) -> Region:
    """Add a region (a township, a village) or correct the names of one."""
    before = Region.objects.select_for_update(of=("self",)).filter(pk=region.pk).first()
    changed = difference(before, region, FIELDS)
    if changed["after"]:
        region.sort_key = sort_key(region.name)[:200]
        region.save()
        kind = "region.changed" if before else "region.created"
        record(kind, by=by, obj=region, now=now, data=changed)
    return region
