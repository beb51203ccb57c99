"""Where the invented people live: every county, most of them in the story's township."""

from dataclasses import dataclass

from portal.organisation.demo.chance import Chance
from portal.organisation.models import Region

_TOWNSHIPS = (
    "新桥镇", "长河镇", "石桥镇", "东林镇", "南湖街道", "西园街道", "北门街道", "白塘镇", "青墩镇",
    "柳堡镇", "安丰镇", "沙洲街道",
)  # fmt: skip
_VILLAGES = ("兴隆村", "桥头村", "大圩村", "新河社区", "花园社区", "幸福里社区")
_WEIGHTS = {"320613005": 12, "320613": 6, "320508": 4}
"""How many people a village has, relative to others, by the beginning of its code."""
_TOWNSHIPS_EACH = 4
_VILLAGES_EACH = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A village or community and the names above it."""

    code: str
    county_name: str
    county: str
    township: str
    village: str
    weight: int


def places(regions: dict[str, Region], chance: Chance) -> list[Place]:
    """All villages: registered ones, and made-up ones in counties that have none."""
    found: list[Place] = []
    by_parent: dict[str, list[Region]] = {}
    for code in sorted(regions):
        by_parent.setdefault(str(regions[code].parent_id), []).append(regions[code])
    for code in sorted(regions):
        county = regions[code]
        if county.level != "county":
            continue
        names = county.name, f"{regions[str(county.parent_id)].name}{county.name}"
        if townships := by_parent.get(code):
            found += [
                Place(village.code, *names, township.name, village.name, _weight(village.code))
                for township in townships
                for village in by_parent[township.code]
            ]
        else:
            found += _invented(code, names, chance)
    return found


def _weight(code: str) -> int:
    return next((weight for start, weight in _WEIGHTS.items() if code.startswith(start)), 3)


def _invented(county: str, names: tuple[str, str], chance: Chance) -> list[Place]:
    return [
        Place(f"{county}{number:03d}{part:03d}", *names, township, village, 3)
        for number, township in enumerate(chance.some(_TOWNSHIPS, _TOWNSHIPS_EACH), start=101)
        for part, village in enumerate(chance.some(_VILLAGES, _VILLAGES_EACH), start=1)
    ]
