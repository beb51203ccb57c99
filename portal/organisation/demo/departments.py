"""The province's departments: 87 provincial ones, and their lines in cities and counties."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from django.contrib.auth.models import Group

from portal.organisation import uscc
from portal.organisation.demo import regions as places
from portal.organisation.demo.regions import PROVINCE
from portal.organisation.demo.tables import rows
from portal.organisation.models import Department, Region
from portal.organisation.sorting import sort_key

TOWNSHIP = "township"
"""Line of the township offices, which have no superior of their own line."""
FOUNDED = date(2018, 11, 1)
DATA_BUREAUS_FOUNDED = date(2024, 1, 8)
SMALL = frozenset(
    [
        "data",
        "education",
        "police",
        "civil",
        "labour",
        "land",
        "housing",
        "health",
        "market",
        "medical",
        "disabled",
    ]
)
"""Lines of the small province."""
_MASS_ORGANISATIONS = frozenset(
    ["disabled", "union", "women", "popular_science", "red_cross", "chamber", "overseas"]
)
_LINES = Path(__file__).with_name("lines.tsv")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of departments, such as civil affairs, and its name on each level."""

    key: str
    kind: str
    names: dict[str, str]
    english: str


Key = tuple[str, str]
"""Line and region code: what names a department here."""


def lines(*, small: bool) -> list[Line]:
    """All lines, in the usual order."""
    found = [
        Line(key, kind, {"province": province, "city": city, "county": county}, english)
        for key, kind, province, city, county, english in rows(_LINES, 6)
    ]
    return [line for line in found if not small or line.key in SMALL]


def load(regions: dict[str, Region], *, small: bool) -> dict[Key, Department]:
    """Create all departments with group, superior, an internal unit and a dissolved forerunner."""
    numbers = count(1)
    counties = Counter(region.name for region in regions.values() if region.level == "county")
    made: dict[Key, Department] = {}
    for level in ("province", "city", "county"):
        for region in _of_level(regions, level, small=small):
            prefix = f"{regions[str(region.parent_id)].name}" if counties[region.name] > 1 else ""
            for line in lines(small=small):
                if line.names[level]:
                    made[line.key, region.code] = _department(
                        line, region, prefix=prefix, number=next(numbers)
                    )
    for region in _of_level(regions, "township", small=small):
        made[TOWNSHIP, region.code] = _township_office(region, next(numbers))
    _save(list(made.values()))
    _set_superiors(made)
    _add_internal_units(made)
    _add_forerunner(made["data", PROVINCE], number=next(numbers))
    return made


def _of_level(regions: dict[str, Region], level: str, *, small: bool) -> list[Region]:
    found = [regions[code] for code in sorted(regions) if regions[code].level == level]
    return [region for region in found if not small or region.code[:6] in places.SMALL]


def _department(line: Line, region: Region, *, prefix: str, number: int) -> Department:
    english = line.english
    if region.level != "province":
        english = english.replace("Department of", "Bureau of")
    code_kind = "3" if line.key in _MASS_ORGANISATIONS else "1"
    return Department(
        name=f"{prefix}{region.name}{line.names[region.level]}",
        name_en=f"{english} of {region.name_en}",
        short_name=f"{region.name[-1]}{line.names[region.level]}",
        uscc=_code(region, "2" if line.kind == "institution" else code_kind, number),
        region=region,
        kind=line.kind,
        valid_from=DATA_BUREAUS_FOUNDED if line.key == "data" else FOUNDED,
    )


def _township_office(region: Region, number: int) -> Department:
    return Department(
        name=f"{region.parent.name if region.parent else ''}{region.name}办事处",
        name_en=f"{region.name_en} Office",
        short_name=f"{region.name}办事处",
        uscc=_code(region, "1", number),
        region=region,
        valid_from=FOUNDED,
    )


def _code(region: Region, kind: str, number: int) -> str:
    return uscc.compose("1", kind, region.code[:6], f"DM{number:06d}")


def _save(departments: list[Department]) -> None:
    groups = [
        Group(name=f"department:{department.uscc or department.name}") for department in departments
    ]
    for department, group in zip(departments, Group.objects.bulk_create(groups), strict=True):
        department.group = group
        department.sort_key = sort_key(department.name)
    Department.objects.bulk_create(departments)


def _set_superiors(made: dict[Key, Department]) -> None:
    subordinates = []
    for (line, code), department in made.items():
        above = (f"{code[:4]}00", PROVINCE)[code.endswith("00") :]
        for superior in filter(None, (made.get((line, region)) for region in above)):
            if superior is not department:
                department.superior = superior
                subordinates.append(department)
                break
    Department.objects.bulk_update(subordinates, ["superior"], batch_size=1000)


def _add_internal_units(made: dict[Key, Department]) -> None:
    units = [
        ("police", PROVINCE, "科技信息化处", "Science and Information Division"),
        ("police", PROVINCE, "治安管理处", "Public Order Division"),
        ("civil", PROVINCE, "社会救助处", "Social Assistance Division"),
        ("labour", PROVINCE, "信息中心", "Information Centre"),
    ]
    units += [
        (TOWNSHIP, code, "便民服务中心", "Citizen Service Centre")
        for line, code in made
        if line == TOWNSHIP
    ]
    _save(
        [
            Department(
                name=f"{made[line, code].name}{name}",
                name_en=f"{english}, {made[line, code].name_en}",
                short_name=name,
                parent=made[line, code],
                region=made[line, code].region,
                valid_from=FOUNDED,
            )
            for line, code, name, english in units
        ]
    )


def _add_forerunner(successor: Department, *, number: int) -> None:
    """The institution that the data bureau took over: history keeps its name."""
    region = successor.region
    _save(
        [
            Department(
                name="江苏省大数据管理中心",
                name_en="Big Data Management Centre of Jiangsu",
                short_name="省大数据管理中心",
                uscc=_code(region, "2", number),
                region=region,
                kind=Department.Kind.INSTITUTION,
                valid_from=FOUNDED,
                valid_until=DATA_BUREAUS_FOUNDED,
                successor=successor,
            )
        ]
    )
