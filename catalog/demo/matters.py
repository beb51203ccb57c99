"""The business matters of the province's departments: 256 of 27 of them, most of them provided for.

The figures are those of a city that put its approval matters together on one platform.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from catalog.demo.entries import Draft
from catalog.demo.words import Subject
from catalog.models import (
    MatterKind,
    Resource,
    ResourceStatus,
    ServiceItem,
    ServiceItemNeed,
    SharingType,
)
from portal.organisation.demo import PROVINCE, Organisation
from portal.organisation.demo.chance import Chance

FULL = (256, 27)
"""Matters, departments."""
SMALL = (30, 6)
_NAMES: tuple[tuple[str, MatterKind], ...] = (
    ("{stem}登记", MatterKind.CONFIRMATION), ("{stem}核验", MatterKind.CONFIRMATION),
    ("{stem}变更", MatterKind.PERMIT), ("{stem}核发", MatterKind.PERMIT),
    ("{stem}注销", MatterKind.PERMIT), ("{stem}补办", MatterKind.PERMIT),
    ("{stem}证明出具", MatterKind.PUBLIC_SERVICE), ("{stem}查询", MatterKind.PUBLIC_SERVICE),
    ("{stem}有关补贴发放", MatterKind.PAYMENT), ("{stem}有关资金申领", MatterKind.PAYMENT),
    ("{stem}备案", MatterKind.OTHER), ("{stem}年度报告", MatterKind.OTHER),
)  # fmt: skip
_TAILS = ("登记", "许可", "备案", "核发", "办理", "管理")
_MISSING = (
    "申请人近三年居住地变更记录", "申请人海外学历认证结果", "单位上年度用电量", "申请人银行账户状态",
    "跨省迁入前的缴费记录", "建筑物抗震鉴定结论", "宠物免疫登记情况", "申请人境外婚姻状况",
    "网约车平台从业记录", "非遗传承人备案情况",
)  # fmt: skip
_ASKED = {
    "id_number": "核对申请人身份", "uscc": "核对申请单位身份", "licence_no": "核验证照是否有效",
    "project_code": "核对项目审批情况", "plate_no": "核对车辆情况", "decision_no": "核对处罚情况",
}  # fmt: skip


def load(
    made: Organisation,
    drafts: list[Draft],
    resources: list[Resource],
    *,
    chance: Chance,
    now: datetime,
    small: bool,
) -> int:
    """Write matters of the provincial departments and what they need; return how many."""
    wanted, owners = SMALL if small else FULL
    offered = [
        (draft, resource)
        for draft, resource in zip(drafts, resources, strict=True)
        if draft.key[1] == PROVINCE and resource.status == ResourceStatus.PUBLISHED
        and draft.content["sharing_type"] != SharingType.NON_SHARED
    ]  # fmt: skip
    by_line: dict[str, list[Subject]] = {}
    for draft, _resource in offered:
        by_line.setdefault(draft.key[0], []).append(draft.subject)
    lines = sorted(by_line, key=lambda line: (-len(by_line[line]), line))[:owners]
    each, more = divmod(wanted, owners)
    matters: list[ServiceItem] = []
    needs: list[ServiceItemNeed] = []
    for place, line in enumerate(lines):
        count = each + (place < more)
        for number, (name, kind, subject) in enumerate(_names(by_line[line], count), 1):
            department = made.departments[line, PROVINCE]
            matter = ServiceItem(
                id=chance.identifier(), department=department, kind=kind, name=name,
                code=f"{PROVINCE}{place + 1:03d}{number:03d}", basis=_basis(subject, name),
                updated_at=now - timedelta(days=chance.between(3, 300)),
            )  # fmt: skip
            matters.append(matter)
            needs += _needs(matter, line, offered, chance)
    ServiceItem.objects.bulk_create(matters)
    ServiceItemNeed.objects.bulk_create(needs)
    return len(matters)


def _names(subjects: list[Subject], count: int) -> Iterator[tuple[str, MatterKind, Subject]]:
    """Names made of the department's subjects, each once."""
    taken: set[str] = set()
    for pattern, kind in _NAMES:
        for subject in subjects:
            stem = subject.stem
            for tail in _TAILS:
                stem = stem.removesuffix(tail)
            name = pattern.format(stem=stem)
            if len(taken) < count and name not in taken:
                taken.add(name)
                yield name, kind, subject


def _basis(subject: Subject, name: str) -> str:
    if subject.basis != "-" and subject.basis:
        return subject.basis
    return f"《江苏省政务服务事项基本目录》（示例）：{name}"


def _needs(
    matter: ServiceItem, line: str, offered: list[tuple[Draft, Resource]], chance: Chance
) -> Iterator[ServiceItemNeed]:
    """Two to four needs met by entries of other departments, and one in five with a gap."""
    foreign = [one for one in offered if one[0].key[0] != line]
    rows: list[tuple[str, Resource | None, list[str]]] = []
    for draft, resource in chance.some(foreign, chance.between(2, 4)):
        keys = [item.key for item in draft.items if item.shared]
        first = next((_ASKED[key] for key in keys if key in _ASKED), "了解")
        chosen = keys[: chance.between(2, 5)]
        rows.append((f"{first}：{draft.subject.stem}", resource, chosen))
    if chance.among(5) == 0:
        rows.append((chance.pick(_MISSING), None, []))
    for position, (text, entry, chosen) in enumerate(rows):
        yield ServiceItemNeed(
            item=matter, position=position, text=text, resource=entry, fields=chosen
        )
