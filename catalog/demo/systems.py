"""The information systems of the province's departments: 767 in 87 of them, 11 wholly linked.

28 departments keep to networks of their own. The figures are those of a real province's census.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from catalog.demo.entries import Draft
from catalog.models import InformationSystem, LinkStatus, Network, Resource
from portal.organisation.demo import PROVINCE, Organisation
from portal.organisation.demo.chance import Chance
from portal.organisation.models import Department

FULL = (767, 11, 28)
"""Systems, departments wholly linked, departments on networks of their own."""
SMALL = (97, 2, 3)
_LINKED_LINES = ("data", "police", "civil", "labour", "market", "medical")
_OF_ENTRIES = ("{stem}管理系统", "{stem}服务平台")
_OFFICE = (
    "协同办公系统", "政务服务办理系统", "行政执法系统", "档案管理系统", "统计报表系统", "信访登记系统",
    "财务管理系统", "人事管理系统", "数据分析平台", "监督检查系统", "公文交换系统", "门户网站",
)  # fmt: skip
_OBSTACLES = (
    "部署在本行业专网，与政务外网没有连通", "系统老旧，没有数据接口", "由上级部门统一建设，本级没有数据权限",
    "正在改造，预计年内接入", "尚未完成数据分级",
)  # fmt: skip


def load(
    made: Organisation,
    drafts: list[Draft],
    resources: list[Resource],
    *,
    chance: Chance,
    today: date,
    small: bool,
) -> int:
    """Write the systems of the provincial departments and what they feed; return how many."""
    wanted, linked, apart = SMALL if small else FULL
    owners = {line: one for (line, code), one in made.departments.items() if code == PROVINCE}
    kinds = _kinds(list(owners), chance, linked=linked, apart=apart)
    fed: dict[str, list[tuple[str, Resource]]] = {}
    for draft, resource in zip(drafts, resources, strict=True):
        if draft.key[1] == PROVINCE:
            fed.setdefault(draft.key[0], []).append((draft.subject.stem, resource))
    each, more = divmod(wanted, len(owners))
    rows: list[tuple[InformationSystem, Resource | None]] = []
    for number, (line, department) in enumerate(owners.items()):
        count = each + (number < more)
        names = list(_names(fed.get(line, []), count))
        rows += [
            (_system(name, department, kinds[line], chance, today), resource)
            for name, resource in names
        ]
    InformationSystem.objects.bulk_create([system for system, _resource in rows], batch_size=500)
    links = InformationSystem.resources.through
    links.objects.bulk_create(
        links(informationsystem=system, resource=resource)
        for system, resource in rows
        if resource is not None
    )
    return len(rows)


def _kinds(lines: list[str], chance: Chance, *, linked: int, apart: int) -> dict[str, str]:
    first = list(_LINKED_LINES[:linked])
    others = [line for line in lines if line not in _LINKED_LINES]
    first += chance.some(others, linked - len(first))
    last = chance.some([line for line in others if line not in first], apart)
    return {
        line: "linked" if line in first else "apart" if line in last else "mixed" for line in lines
    }


def _names(fed: list[tuple[str, Resource]], count: int) -> Iterator[tuple[str, Resource | None]]:
    """Two of three systems are named by an entry they feed, the others by office work."""
    of_entries = [
        (pattern.format(stem=stem), resource) for pattern in _OF_ENTRIES for stem, resource in fed
    ][: count * 2 // 3]
    yield from of_entries
    for name in _OFFICE[: count - len(of_entries)]:
        yield name, None


def _system(
    name: str, department: Department, kind: str, chance: Chance, today: date
) -> InformationSystem:
    status, network = _link(kind, chance)
    built_on = today - timedelta(days=chance.between(400, 4500))
    return InformationSystem(
        id=chance.identifier(),
        department=department,
        name=name,
        purpose=f"{department.name}的{name.removesuffix('系统').removesuffix('平台')}业务。",
        network=network,
        link_status=status,
        linked_on=None if status == LinkStatus.UNLINKED else today - timedelta(
            days=chance.between(20, 380)
        ),
        obstacle="" if status == LinkStatus.LINKED else chance.pick(_OBSTACLES),
        built_on=built_on,
        protection_level=chance.weighted([2, 3], [2, 1]),
        records=chance.between(1, 900) * 10 ** chance.between(2, 5),
        counted_on=today - timedelta(days=chance.between(5, 60)),
    )  # fmt: skip


def _link(kind: str, chance: Chance) -> tuple[LinkStatus, Network]:
    if kind == "linked":
        return LinkStatus.LINKED, Network.GOVERNMENT
    if kind == "apart":
        return LinkStatus.UNLINKED, chance.weighted([Network.LINE, Network.LOCAL], [4, 1])
    status = chance.weighted(list(LinkStatus), [3, 1, 4])
    if status != LinkStatus.UNLINKED:
        return status, Network.GOVERNMENT
    return status, chance.weighted(list(Network), [3, 1, 3, 1])
