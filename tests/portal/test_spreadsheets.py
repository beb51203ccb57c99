"""Reading workbooks that mean harm, writing workbooks that cannot."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from portal import spreadsheets
from portal.errors import Invalid
from portal.spreadsheets import read_rows, write_rows


def workbook(*rows: list, sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for _ in range(sheets - 1):
        book.create_sheet().append(["not this sheet"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def replaced(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with one of its parts replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, part)
    return target.getvalue()


def test_values_arrive_as_they_are():
    content = workbook(
        ["代码", "名称", "日期", "数"],
        [320613, " 崇川区 ", date(2026, 11, 23), 1.5],
        [],
        ["  ", None, None, None],
        ["x", None, None, 2.0],
        [],
        [" "],
        sheets=2,
    )

    assert read_rows(content) == [
        ["代码", "名称", "日期", "数"],
        [320613, "崇川区", datetime(2026, 11, 23), 1.5],  # noqa: DTZ001 - as workbooks have it
        [None] * 4,
        [None] * 4,
        ["x", None, None, 2],
    ]


def test_short_rows_are_filled_up():
    assert read_rows(workbook(["a", "b"], ["x"])) == [["a", "b"], ["x", None]]


def part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet
 xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
 <c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>"""
OUTSIDE = BOMB.replace(
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">', b'<!ENTITY c SYSTEM "file:///etc/hostname">'
)
STRINGS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><sst
 xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a;</t></si></sst>"""
GOOD = workbook(["name"], ["x"])

HOSTILE = {
    "no archive": b"name;code\n",
    "empty": b"",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "half a file": GOOD[: len(GOOD) // 2],
    "another archive": replaced(b"PK\x05\x06" + bytes(18), "readme.txt", b"hello"),
    "entities in the sheet": replaced(GOOD, "xl/worksheets/sheet1.xml", BOMB),
    "an outside entity": replaced(GOOD, "xl/worksheets/sheet1.xml", OUTSIDE),
    "entities in the strings": replaced(
        replaced(GOOD, "xl/sharedStrings.xml", STRINGS),
        "[Content_Types].xml",
        part(GOOD, "[Content_Types].xml").replace(
            b"</Types>",
            b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
            b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        ),
    ),
    "broken xml": replaced(GOOD, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"),
    "macros": replaced(GOOD, "xl/vbaProject.bin", b"x"),
    "no sheet": replaced(GOOD, "xl/workbook.xml", b"<workbook/>"),
    "nothing in it": workbook(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_a_remedy(name: str):
    with pytest.raises(Invalid) as caught:
        read_rows(HOSTILE[name])

    assert caught.value.remedy


def test_a_file_that_unpacks_to_a_lot_is_refused_before_it_is_unpacked():
    large = b" " * (spreadsheets.MAX_UNPACKED + 1)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", large)
    assert len(target.getvalue()) < 100_000

    with pytest.raises(Invalid, match=r"large|过大"):
        read_rows(target.getvalue())


def test_too_many_members_are_refused():
    target = io.BytesIO(GOOD)
    with zipfile.ZipFile(target, "a") as archive:
        for number in range(spreadsheets.MAX_MEMBERS):
            archive.writestr(f"xl/media/{number}", b"")

    with pytest.raises(Invalid):
        read_rows(target.getvalue())


def test_rows_and_columns_are_limited():
    assert len(read_rows(workbook(*[["x"]] * 4), max_rows=3)) == 4  # the heading is not counted
    with pytest.raises(Invalid):
        read_rows(workbook(*[["x"]] * 5), max_rows=3)
    with pytest.raises(Invalid):
        read_rows(workbook(["x"] * (spreadsheets.MAX_COLUMNS + 1)))


def test_a_sheet_that_lies_about_its_size_ends():
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576">'
        b'<c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )

    with pytest.raises(Invalid):
        read_rows(replaced(GOOD, "xl/worksheets/sheet1.xml", sheet))


def test_no_cell_is_a_formula():
    dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=cmd|"/c calc"!A1']

    content = write_rows([["公式"], dangerous, [1, None, True, date(2026, 1, 2), "a\x00b", "ok"]])

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}
    values = [cell.value for cell in sheet[2]]
    assert values == dangerous
    assert [cell.value for cell in sheet[3]] == ["1", None, "True", "2026-01-02", "ab", "ok"]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
