"""Matters of the story's departments, and the baskets they were applied for with."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from catalog.demo import Catalog
from catalog.models import MatterKind, ServiceItem, ServiceItemNeed
from portal.organisation.demo import PROVINCE, Key, Organisation
from portal.organisation.models import Role
from sharing.demo.scripts import Ending, Matter, Script

_POLICE, _CIVIL, _LABOUR = ("police", PROVINCE), ("civil", PROVINCE), ("labour", PROVINCE)
_LAND, _HEALTH, _MARKET = ("land", PROVINCE), ("health", PROVINCE), ("market", PROVINCE)
HONGQIAO: Key = ("township", "320613005")
HOUSING: Key = ("housing", "320500")
ALLOWANCE, RENTAL = "最低生活保障审核确认", "公共租赁住房保障资格确认"
_NEEDS: dict[tuple[Key, str, str], list[tuple[str, Key | None, str]]] = {
    (HONGQIAO, ALLOWANCE, "《最低生活保障审核确认办法》第十八条"): [
        ("核对家庭成员身份", _POLICE, "常住人口信息"),
        ("核对婚姻状况", _CIVIL, "居民婚姻登记信息"),
        ("核对家庭车辆", _POLICE, "机动车登记信息"),
        ("核对家庭住房", _LAND, "不动产登记信息"),
        ("核对参保和待遇", _LABOUR, "社会保险参保信息"),
        ("核对经营收入", _MARKET, "市场主体登记信息"),
        ("核对成员是否健在", _HEALTH, "死亡人口信息"),
        ("核对银行存款", None, ""),
    ],
    (HOUSING, RENTAL, "《公共租赁住房管理办法》第七条"): [
        ("核对家庭成员身份", _POLICE, "常住人口信息"),
        ("核对婚姻状况", _CIVIL, "居民婚姻登记信息"),
        ("核对家庭住房", _LAND, "不动产登记信息"),
        ("核对参保年限", _LABOUR, "社会保险参保信息"),
    ],
}


def load_matters(made: Organisation, catalog: Catalog, *, now: datetime) -> int:
    """Write the matters whose departments the province has; return how many."""
    count = 0
    for (key, name, basis), needs in _NEEDS.items():
        department = made.departments.get(key)
        if department is None:
            continue
        count += 1
        matter = ServiceItem.objects.create(
            department=department, code=f"{key[1]}GS{count:03d}", name=name, basis=basis,
            kind=MatterKind.CONFIRMATION, updated_at=now - timedelta(days=200),
        )  # fmt: skip
        for position, (text, provider, subject) in enumerate(needs):
            known = provider is not None and (*provider, subject) in catalog.entries
            entry = catalog.of(*provider, subject) if provider is not None and known else None
            items = entry.live.items.all() if entry is not None and entry.live else []
            offered = [item.key for item in items if item.sharing_type != "non_shared"]
            ServiceItemNeed.objects.create(
                item=matter, position=position, text=text, resource=entry, fields=offered[:5]
            )
    return count


def baskets() -> Iterator[Script]:
    """Applications with several entries: one waits in the basket, others are under way or granted."""
    allowance = _reason(
        "城乡居民基本医疗保险参保信息", "《最低生活保障审核确认办法》第十八条", ALLOWANCE,
        "街道民政岗位2人，在办公内网使用",
    )  # fmt: skip
    yield Script(
        HONGQIAO, ("medical", PROVINCE), allowance, ago=1, ending=Ending.DRAFT, service=ALLOWANCE,
        more=((_MARKET, "市场主体登记信息"), (_MARKET, "经营异常名录信息")),
    )  # fmt: skip
    rental = _reason(
        "居民婚姻登记信息", "《公共租赁住房管理办法》第七条",
        "公共租赁住房保障资格审核", "住房保障中心，审核系统使用",
    )  # fmt: skip
    yield Script(
        HOUSING, _CIVIL, rental, ago=6, service=RENTAL, hold=(_POLICE, Role.STEWARD),
        more=((_POLICE, "常住人口信息"), (_LABOUR, "社会保险参保信息")),
    )  # fmt: skip
    school = _reason(
        "出生医学证明信息", "《中华人民共和国义务教育法》第十二条",
        "义务教育入学资格核对", "教育局基础教育科，招生期间使用",
    )  # fmt: skip
    yield Script(
        ("education", "320600"), _HEALTH, school, ago=35,
        more=((_POLICE, "居住证信息"), (_LAND, "不动产登记信息")),
    )  # fmt: skip


def _reason(subject: str, basis: str, scenario: str, scope: str) -> Matter:
    return Matter("", "", "", subject, reflux=False, basis=basis, scenario=scenario, scope=scope)
