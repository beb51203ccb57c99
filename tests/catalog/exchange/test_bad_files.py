"""Files that are wrong in every way departments know: each is answered, nothing is half written."""

import csv
import io
import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.exchange import intake as intakes
from catalog.models import Intake, Resource, ResourceVersion
from portal.errors import Invalid
from tests.catalog.exchange.files import (
    ENTRIES,
    ITEMS,
    checked,
    entry,
    faults,
    upload,
    usual,
    workbook,
    written,
)
from tests.portal.test_spreadsheets import HOSTILE, replaced
from tests.world import World, publish_entry


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "no archive"])
def test_hostile_workbooks_are_answered_on_the_page(client: Client, world: World, name: str):
    client.force_login(world.people["steward"])
    sent = SimpleUploadedFile("catalog.xlsx", HOSTILE[name])
    response = client.post(
        reverse("catalog:exchange"), {"file": sent, "department": world.departments["police"].pk}
    )
    assert response.status_code == 422
    assert not Intake.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "x.xlsx", "empty"),
        (usual("a"), "x.xlsm", "macros"),
        (replaced(usual("a"), "xl/vbaProject.bin", b"x"), "x.xlsx", "macros"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "x.xls", "old version"),
        (b"%PDF-1.7", "x.pdf", "kind of file"),
        (b"\xff\xff\x81\x00" * 10, "x.csv", "encoding"),
        ("甲,乙\n1,2\n".encode(), "x.csv", "headings"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(world: World, content, name, message):
    with pytest.raises(Invalid, match=message) as caught:
        upload(world, content, name)
    assert caught.value.remedy


def test_the_size_is_limited_by_a_setting(world: World, settings):
    settings.INTAKE_MAX_MB = 0
    with pytest.raises(Invalid, match="larger than 0 MB"):
        upload(world, usual("a"))


def test_every_fault_is_named_by_row_and_column(world: World):
    rows = [
        entry("周期", cycle="看情况"),
        entry(""),
        entry("重复"),
        entry("重复"),
        entry("别家", provider="江苏省民政厅"),
        entry("分类", classification="999999"),
        entry("公式", abstract="=A1&B1"),
        entry("太长", abstract="长" * 4001),
        entry("超长", abstract="长" * 30_000),
        entry("开放", open="大概"),
        entry("好的"),
    ]
    items = [
        ["好的", "长度", "字符型", "18字节", "是"],
        ["好的", "类型", "魔法", 1, "否"],
        ["好的", "", "字符型", 1, "否"],
        ["没有的条目", "姓名", "字符型", 1, "否"],
    ]
    intake = checked(world, workbook(("目录", [ENTRIES, *rows]), ("信息项", [ITEMS, *items])))
    assert faults(intake) == [
        (2, "更新周期", "“看情况” is not in the list."),
        (3, "*信息资源名称（必填）", "The entry has no title."),
        (5, "*信息资源名称（必填）", "The same entry already stands in row 4."),
        (6, "信息资源提供方", "The row belongs to another department than 江苏省公安厅."),
        (7, "信息资源分类", "There is no classification “999999”."),
        (8, "资源摘要", "The cell holds a formula."),
        (9, "资源摘要", "The text has 4,001 characters, at most 4000 are possible."),
        (10, "资源摘要", "The text has 30,000 characters, more than a catalog can hold."),
        (11, "开放属性", "“大概” is not in the list."),
        (2, "数据长度", "“18字节” is not a number."),
        (3, "数据类型", "“魔法” is not in the list."),
        (4, "信息项名称", "“Item name” is empty."),
        (5, "信息资源名称", "No row of an entry goes with this data item."),
    ]
    assert (intake.counts["new"], intake.counts["faulty"]) == (1, 10)
    for row in intake.rows.exclude(faults=[]):
        assert all(fault["texts"]["zh-hans"][1] for fault in row.faults)


def test_a_ten_megabyte_abstract_is_one_fault(world: World):
    lines = [{"title": "大", "abstract": "x" * 10_000_000}, {"title": "小", "abstract": "y"}]
    content = "\n".join(json.dumps(line) for line in lines).encode()
    intake = written(world, content, "x.jsonl")
    assert (intake.counts["created"], intake.counts["faulty"]) == (1, 1)
    assert [row for row, _at, _text in faults(intake)] == [1]
    target = io.StringIO()
    csv.writer(target).writerows([["资源名称", "摘要"], ["大", "x" * 10_000_000], ["小", "y"]])
    intake = checked(world, target.getvalue().encode(), "x.csv")
    assert faults(intake) == [
        (2, "摘要", "The text has 10,000,000 characters, more than a catalog can hold.")
    ]


def test_codes_of_others_and_of_nobody_say_the_same(world: World):
    other = publish_entry(world, "低保家庭", [("k", "名", "C", 1, 1, False, "", "", True)],
                          sharing_type="conditional", provider="civil_affairs")  # fmt: skip
    head = ["信息资源代码", "信息资源名称", "摘要"]
    rows = [[other.code, "低保家庭", "我的了"], ["307001/99999", "新的", "x"]]
    intake = written(world, workbook(("目录", [head, *rows])))
    assert {text for _row, _at, text in faults(intake)} == {
        "江苏省公安厅 has no entry of this code."
    }
    assert intake.counts["faulty"] == 2
    other.refresh_from_db()
    assert other.shown_version().abstract != "我的了"
    assert not ResourceVersion.objects.filter(title="新的").exists()


def test_published_entries_get_a_draft_over_the_live_version(world: World):
    live = world.address.live
    head = ["信息资源代码", "信息资源名称", "摘要"]
    rows = [[world.address.code, "标准地址信息", "新的摘要"]]
    intake = written(world, workbook(("目录", [head, *rows])))
    assert intake.counts["updated"] == 1
    world.address.refresh_from_db()
    assert world.address.live == live
    draft = world.address.versions.get(status="draft")
    assert draft.abstract == "新的摘要"
    assert draft.items.count() == live.items.count()
    assert draft.sharing_type == live.sharing_type


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_encoding_and_delimiter(world: World, encoding: str, delimiter: str):
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerows([["资源名称", "摘要", "更新周期"], ["机动车，登记", "第一行\n第二行", "每日"]])
    intake = checked(world, target.getvalue().encode(encoding), "x.csv")
    assert faults(intake) == []
    assert intake.counts["new"] == 1
    assert intake.rows.get().cells == ["机动车，登记", "第一行\n第二行", "每日"]


def test_odd_sheets_are_read_as_people_mean_them(world: World):
    """A banner above the headings, empty rows, merged cells, dates as numbers, one sheet for all."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["江苏省公安厅数据资源目录"])
    sheet.merge_cells("A1:G1")
    sheet.append([])
    sheet.append(
        ["序号", "信息资源名称", "资源摘要", "发布日期", "信息项名称", "数据类型", "数据长度"]
    )
    sheet.append([1, "机动车", "登记的车", 45000, "号牌", "字符型", "10"])
    sheet.append([None, None, None, None, "颜色", "字符型", 20.0])
    sheet.append([])
    sheet.append([2, "驾驶证", "发的证", date(2024, 5, 6), "姓名", "字符型", " 60 "])
    sheet.append([None, None, None, None, "生日", "日期型", None])
    for area in ("A4:A5", "B4:B5", "C4:C5", "D4:D5"):
        sheet.merge_cells(area)
    target = io.BytesIO()
    book.save(target)
    intake = written(world, target.getvalue())
    assert faults(intake) == []
    assert (intake.counts["created"], intake.counts["items"]) == (2, 4)
    car = ResourceVersion.objects.get(title="机动车")
    assert car.source_published_on == date(2023, 3, 15)
    assert list(car.items.values_list("name", "length")) == [("号牌", 10), ("颜色", 20)]
    assert ResourceVersion.objects.get(title="驾驶证").source_published_on == date(2024, 5, 6)


def test_an_entry_twice_under_code_and_title_is_written_once(world: World):
    head = ["信息资源代码", "信息资源名称", "摘要"]
    rows = [[world.address.code, "标准地址信息", "甲"], ["", "标准地址信息", "乙"]]
    intake = checked(world, workbook(("目录", [head, *rows])))
    assert faults(intake) == [(3, "信息资源名称", "The same entry already stands in row 2.")]


def test_a_file_that_breaks_off_while_it_is_read_fails_as_a_whole(world: World):
    good = "资源名称,摘要\n" + "".join(f"条目{n},x\n" for n in range(3000))
    intake = upload(world, good.encode(), "x.csv")
    with intake.file.open("rb") as stored:
        content = stored.read()
    from pathlib import Path

    Path(intake.file.path).write_bytes(content[:-2000] + b"\xff\xfe\x00" + content[-2000:])
    from django.utils import timezone

    from catalog.exchange.working import work

    intakes.confirm_matching(intake=intake, chosen=None, now=timezone.now())
    work(intake.pk, clock=timezone.now)
    intake.refresh_from_db()
    assert intake.status == "failed"
    assert intake.problem["texts"]["en"][1]
    assert not Resource.objects.filter(versions__title__startswith="条目").exists()
