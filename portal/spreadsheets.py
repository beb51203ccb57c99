"""Excel workbooks in and out, without trusting them: size, macros, entities, formulas.

A small upload can unpack to gigabytes, name entities that refer to each other, or carry macros; an
exported cell that begins with "=" is a formula to the program that opens it. Reading checks first
and stops at limits; writing marks every cell as text.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final
from xml.etree.ElementTree import ParseError

import openpyxl
import openpyxl.xml
from defusedxml import DefusedXmlException
from django.utils.translation import gettext_lazy as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from portal.errors import Invalid

MAX_UPLOAD: Final = 5 * 1024 * 1024
MAX_UNPACKED: Final = 20 * 1024 * 1024
MAX_MEMBERS: Final = 200
MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 50
CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | float | bool | date | datetime | None
Row = list[Cell]

if not openpyxl.xml.DEFUSEDXML:
    message = "openpyxl must read workbooks through defusedxml"
    raise ImportError(message)


def read_rows(content: bytes, *, max_rows: int = MAX_ROWS) -> list[Row]:
    """All rows of the first sheet, the heading first, each as wide as the widest.

    Empty rows between others stay, so that the n-th row is the one that Excel numbers n; empty
    rows at the end are left out. Formulas count as the values that were saved with them. Invalid, with the remedy, when the file
    is too large (packed or unpacked), no workbook, has macros or too many rows or columns.
    """
    _check_archive(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = list(_filled(book.worksheets[0].iter_rows(values_only=True), max_rows))
    except Invalid:
        raise
    except (
        InvalidFileException,
        DefusedXmlException,
        ParseError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        OSError,
    ) as error:  # fmt: skip - what openpyxl raises for damaged parts
        raise _unreadable() from error
    if not rows:
        raise Invalid(
            _("The workbook is empty."),
            remedy=_("Fill the first sheet, headings in its first row."),
        )
    width = max(len(row) for row in rows)
    return [row + [None] * (width - len(row)) for row in rows]


def _unreadable() -> Invalid:
    return Invalid(
        _("The file cannot be read as a workbook."),
        remedy=_("Save it as an Excel workbook (.xlsx) and upload it again."),
    )


def _check_archive(content: bytes) -> None:
    """Look at the archive's table of contents before anything is unpacked."""
    if len(content) > MAX_UPLOAD:
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _unreadable() from error
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise _too_large()
    if any("vbaproject" in member.filename.lower() for member in members):
        raise Invalid(
            _("Workbooks with macros are not accepted."),
            remedy=_("Save it as an Excel workbook without macros (.xlsx)."),
        )


def _too_large() -> Invalid:
    return Invalid(
        _("The workbook is too large."),
        remedy=_("Split it: at most %(rows)s rows and %(size)s MB a file.")
        % {"rows": MAX_ROWS, "size": MAX_UPLOAD // 1024 // 1024},
    )


def _filled(rows: Iterable[Sequence[Cell]], max_rows: int) -> Iterator[Row]:
    """Rows without their empty ends; stops with Invalid at the limits (a sheet can lie about its size)."""
    empty = 0
    for number, row in enumerate(rows):
        cells = [_plain(cell) for cell in row[: MAX_COLUMNS * 4]]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            empty += 1
            if number > max_rows * 2:
                raise _too_large()
            continue
        if number > max_rows or len(cells) > MAX_COLUMNS:
            raise _too_large()
        yield from ([] for _ in range(empty))
        empty = 0
        yield cells


def _plain(cell: Cell) -> Cell:
    """A cell's value: text without surrounding blanks, nothing for empty text, whole floats as int."""
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def write_rows(rows: Iterable[Sequence[object]], *, title: str = "") -> bytes:
    """A workbook with one sheet; every cell is text, so that none is taken for a formula."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31] or None)
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=None)
            if value is not None and value != "":
                cell.value = _printable(str(value))
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _printable(text: str) -> str:
    """Without control characters, which a workbook cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or ord(char) >= 32)
