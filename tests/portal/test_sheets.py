"""Large workbooks: read row by row, written row by row, trusted never."""

import io
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import sheets
from portal.errors import Invalid
from portal.sheet_writing import SheetWriter, letters, save
from portal.sheets import Odd, open_book
from tests.portal.test_spreadsheets import HOSTILE, replaced, workbook


def rows_of(content: bytes, path: Path) -> list[tuple[int, list]]:
    path.write_bytes(content)
    with open_book(path) as book:
        return [row for sheet in book for row in sheet.rows()]


def test_cells_arrive_as_a_person_sees_them(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["代码", 320613, "007", 1.50, True, date(2026, 5, 6), datetime(2026, 5, 6, 7, 8)])  # noqa: DTZ001
    sheet.append([])
    sheet.append([None, "=1+1", "#N/A", " x "])
    sheet["C3"].data_type = "e"
    target = io.BytesIO()
    book.save(target)
    found = rows_of(target.getvalue(), tmp_path / "x")
    assert found[0] == (
        1, ["代码", "320613", "007", "1.5", "1", "2026-05-06 00:00:00", "2026-05-06 07:08:00"],
    )  # fmt: skip
    assert found[1] == (3, ["", Odd("formula", ""), Odd("error", "#N/A"), " x "])


def test_merged_cells_all_hold_the_value(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["目录", None, "x"],
        ["人口", "姓名", "a"],
        [None, "性别", None],
        [None, "生日", "c"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A2:A4")
    target = io.BytesIO()
    book.save(target)
    assert [row for _number, row in rows_of(target.getvalue(), tmp_path / "x")] == [
        ["目录", "目录", "x"], ["人口", "姓名", "a"], ["人口", "性别"], ["人口", "生日", "c"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "nothing in it"])
def test_hostile_files_are_refused_with_a_remedy(name: str, tmp_path: Path):
    with pytest.raises(Invalid) as caught:
        rows_of(HOSTILE[name], tmp_path / "x")
    assert caught.value.remedy


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path, monkeypatch):
    good = workbook(["a"])
    ratio = replaced(good, "xl/other.xml", b"")
    target = io.BytesIO(ratio)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b" " * (sheets.RATIO_FROM + 1))
    with pytest.raises(Invalid, match="far more"):
        rows_of(target.getvalue(), tmp_path / "x")
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 1_000)
    with pytest.raises(Invalid, match="far more"):
        rows_of(good, tmp_path / "x")
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 10**9)
    monkeypatch.setattr(sheets, "MAX_MEMBERS", 3)
    with pytest.raises(Invalid, match="far more"):
        rows_of(good, tmp_path / "x")


def test_a_text_beyond_all_measure_is_not_kept(tmp_path: Path):
    found = rows_of(workbook(["x" * 32_000, "y"]), tmp_path / "x")
    assert found == [(1, [Odd("long", "x" * 200, 32_000), "y"])]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was(rows):
    writer = SheetWriter("表", [10])
    for row in rows:
        writer.add(row)
    with tempfile.NamedTemporaryFile() as target:
        save([writer], Path(target.name))
        with open_book(Path(target.name)) as book:
            found = dict(book[0].rows())
    for number, row in enumerate(rows, 1):
        got = found.get(number, [])
        assert [*got, *[""] * (len(row) - len(got))] == row


def test_other_programs_read_what_was_written_as_text(tmp_path: Path):
    writer = SheetWriter("a/b", [10, 20])
    writer.add(["=1+1", "007", "", "a\nb <&>"])
    writer.choose(2, "'x'!$A$1:$A$2")
    save([writer], tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["=1+1", "007", None, "a\nb <&>"]
    assert sheet["A1"].data_type == "s"
    assert sheet["A1"].number_format == "@"
    assert [letters(number) for number in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]
