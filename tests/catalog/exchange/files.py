"""Files as departments send them, made for tests."""

import io
from datetime import datetime
from typing import Any

import openpyxl
from django.core.files.base import ContentFile
from django.utils import timezone

from catalog.exchange import intake as intakes
from catalog.exchange.working import work
from catalog.models import Intake
from tests.world import World

ENTRIES = ["*信息资源名称（必填）", "信息资源提供方", "资源摘要", "信息资源分类", "信息资源格式类型", "更新周期",
           "共享类型", "共享条件", "共享方式", "开放属性", "备用列"]  # fmt: skip
ITEMS = ["信息资源名称", "信息项名称", "数据类型", "数据长度", "是否必填"]


def entry(title: str, **changes: Any) -> list[Any]:
    cells = {
        "title": title, "provider": "江苏省公安厅", "abstract": f"{title}的说明", "classification": "307001",
        "types": "MySQL", "cycle": "每日", "sharing": "有条件共享", "condition": "限社会救助核对使用",
        "modes": "接口、库表", "open": "不予开放", "spare": "x",
    } | changes  # fmt: skip
    return list(cells.values())


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def usual(*titles: str) -> bytes:
    """Entries of these titles with two items each."""
    items = [
        row
        for title in titles
        for row in ([title, "姓名", "字符型C", 60, "是"], [title, "出生日期", "日期型", "", "否"])
    ]
    return workbook(
        ("目录", [ENTRIES, *(entry(title) for title in titles)]), ("信息项", [ITEMS, *items])
    )


def upload(
    world: World,
    content: bytes,
    name: str = "catalog.xlsx",
    *,
    by: str = "steward",
    department: str = "police",
    now: datetime | None = None,
) -> Intake:
    return intakes.receive(
        by=world.people[by],
        department=world.departments[department],
        file=ContentFile(content),
        name=name,
        now=now or timezone.now(),
    )


def checked(world: World, content: bytes, name: str = "catalog.xlsx", **options: Any) -> Intake:
    """Uploaded, headings confirmed as matched, read and checked."""
    intake = upload(world, content, name, **options)
    intakes.confirm_matching(intake=intake, chosen=None, now=timezone.now())
    work(intake.pk, clock=timezone.now)
    intake.refresh_from_db()
    return intake


def written(world: World, content: bytes, name: str = "catalog.xlsx", **options: Any) -> Intake:
    """Checked, confirmed and written."""
    intake = checked(world, content, name, **options)
    assert intake.status == "ready", intake.problem
    intakes.confirm(by=intake.created_by, intake=intake, now=timezone.now())
    work(intake.pk, clock=timezone.now)
    intake.refresh_from_db()
    return intake


def faults(intake: Intake) -> list[tuple[int, str, str]]:
    """Row number, heading and message of every fault, in order."""
    found = []
    for row in intake.rows.exclude(faults=[]).order_by("sheet", "number"):
        headings = [column["heading"] for column in intake.matching[row.sheet]["columns"]]
        for fault in row.faults:
            at = headings[fault["at"]] if fault["at"] >= 0 else ""
            found.append((row.number, at, fault["texts"]["en"][0]))
    return found
