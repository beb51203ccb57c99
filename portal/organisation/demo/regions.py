"""The province's regions: cities and counties by GB/T 2260, some townships with invented codes."""

from datetime import datetime
from pathlib import Path

from pypinyin import lazy_pinyin

from portal.organisation.actions import load_regions
from portal.organisation.demo.tables import rows
from portal.organisation.models import Region
from portal.organisation.sorting import sort_key

PROVINCE = "320000"
SMALL = (PROVINCE, "320500", "320508", "320600", "320612", "320613")
"""Regions with departments in the small province, besides the townships."""
_TOWNSHIPS = Path(__file__).with_name("townships.tsv")
_ENDINGS = ("省", "市", "区", "县")


def load(*, now: datetime) -> dict[str, Region]:
    """Write the regions that are missing; return all of the province's by code."""
    load_regions(now=now, provinces=[PROVINCE])
    regions = list(Region.objects.filter(code__startswith=PROVINCE[:2], name_en=""))
    for region in regions:
        region.name_en = _english(region)
    Region.objects.bulk_update(regions, ["name_en"])
    made = _townships()
    for region in made:
        region.sort_key = sort_key(region.name)
    Region.objects.bulk_create(made)
    return {region.code: region for region in Region.objects.select_related("parent")}


def _english(region: Region) -> str:
    name = region.name.removesuffix("社区")
    stem = name[:-1] if len(name) > 2 and name.endswith(_ENDINGS) else name
    return "".join(lazy_pinyin(stem)).capitalize()


def _townships() -> list[Region]:
    made: list[Region] = []
    below: list[Region] = []
    for code, name, english, villages in rows(_TOWNSHIPS, 4):
        made.append(
            Region(code=code, name=name, name_en=english, level="township", parent_id=code[:6])
        )
        for number, village in enumerate(villages.split(), start=1):
            region = Region(
                code=f"{code}{number:03d}", name=village, level="village", parent_id=code
            )
            region.name_en = f"{_english(region)} Community"
            below.append(region)
    return made + below
