"""Large workbooks row by row at constant memory, without trusting them.

Nothing is unpacked before the table of contents was weighed; any document type declaration ends
the reading, so that no entity is ever expanded; shared texts wait on disk, not in memory. A cell
arrives as text, the way a person sees it; what a person must not mean by a text (a formula, an
error, a text beyond all measure) arrives as ``Odd``.
"""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS

from portal.errors import Invalid
from portal.sheet_parsing import (
    CHUNK,
    MAX_COLUMNS,
    Cell,
    Odd,
    Row,
    RowReader,
    Texts,
    clean,
    column_number,
    make_parser,
    unreadable,
)

MAX_UNPACKED: Final = 500_000_000
MAX_MEMBERS: Final = 500
MAX_RATIO: Final = 300
"""A part that unpacks to more than this many times its size was made to do harm."""
RATIO_FROM: Final = 2_000_000
"""Smaller parts may be as repetitive as they like."""
MAX_MERGED: Final = 50_000
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"'
)


__all__ = [
    "MAX_COLUMNS",
    "MAX_MEMBERS",
    "Cell",
    "Odd",
    "Row",
    "Sheet",
    "check_archive",
    "clean",
    "open_book",
]


@dataclass(slots=True)
class Sheet:
    """One sheet; ``rows`` gives its rows that are not empty, with the numbers that Excel shows."""

    name: str
    book: "_Book"
    path: str

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Rows from the first on; merged cells all hold the value of their first."""
        with self.book.guarded():
            yield from _filled(self.book.rows(self.path), self.book.merged(self.path))


@contextmanager
def open_book(path: Path) -> Iterator[list[Sheet]]:
    """The sheets of a workbook; Invalid, with the remedy, when it cannot or must not be read."""
    check_archive(path)
    book = _Book(path)
    try:
        with book.guarded():
            book.open()
        yield [Sheet(name, book, part) for name, part in book.parts]
    finally:
        book.close()


def check_archive(path: Path) -> None:
    """Look at an archive's table of contents before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise unreadable() from error
    if any("vbaproject" in member.filename.lower() for member in members):
        raise Invalid(
            _("Workbooks with macros are not accepted."),
            remedy=_("Save it as an Excel workbook without macros (.xlsx)."),
        )
    if any(member.flag_bits & 1 for member in members):
        raise Invalid(
            _("The file is protected by a password."),
            remedy=_("Save it without a password and upload it again."),
        )
    too_much = sum(member.file_size for member in members) > MAX_UNPACKED
    if too_much or len(members) > MAX_MEMBERS or any(_is_bomb(one) for one in members):
        raise Invalid(
            _("The file unpacks to far more than a catalog can hold."),
            remedy=_("Save the sheets alone as a new workbook, without pictures, and upload that."),
        )


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    size = member.file_size
    return size > RATIO_FROM and size > MAX_RATIO * max(member.compress_size, 1)


class _Structure(ExcelReader):  # type: ignore[misc]
    """Sheets, styles and the first day of the calendar; texts and rows are read elsewhere."""

    def read_strings(self) -> None:
        """Left on disk."""

    def read_worksheets(self) -> None:
        """Only their names and parts: looking for their size would read them whole."""
        self.sheets = [
            (sheet.name, relation.target)
            for sheet, relation in self.parser.find_sheets()
            if relation.target in self.valid_files and "chartsheet" not in relation.Type
        ]


class _Book:
    """An open workbook."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: list[tuple[str, str]] = []
        self._archive: zipfile.ZipFile | None = None
        self._streams: list[IO[bytes]] = []
        self._reader: Any = None
        self._texts: Texts | None = None

    def open(self) -> None:
        # An archive that opens a file by its name closes it only after every part of it, and a
        # damaged part stays open as long as the exception about it; so the files are ours.
        self._streams = [self.path.open("rb"), self.path.open("rb")]
        self._archive = zipfile.ZipFile(self._streams[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._reader = _Structure(self._streams[1], read_only=True)
            self._reader.read()
        self.parts = self._reader.sheets
        if not self.parts:
            raise unreadable()

    def close(self) -> None:
        if self._texts is not None:
            self._texts.close()
        for stream in self._streams:
            stream.close()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Whatever a damaged file makes the readers raise becomes one refusal."""
        try:
            yield
        except Invalid:
            raise
        except (
            expat.ExpatError, zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError,
            AttributeError, OSError, RuntimeError, SyntaxError, NotImplementedError, EOFError,
            OverflowError,
        ) as error:  # fmt: skip
            raise unreadable() from error

    def chunks(self, part: str) -> Iterator[bytes]:
        assert self._archive is not None  # noqa: S101 - open() came before
        with self._archive.open(part) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def texts(self) -> Texts:
        if self._texts is None:
            part = self._reader.package.find(SHARED_STRINGS)
            self._texts = Texts(self.chunks(part.PartName[1:]) if part is not None else ())
        return self._texts

    def merged(self, part: str) -> list[tuple[int, int, int, int]]:
        """Merged ranges as (first row, last row, first column, last column), in order of rows."""
        found: list[tuple[int, int, int, int]] = []
        rest = b""
        for chunk in self.chunks(part):
            window = rest + chunk
            end = 0
            for match in _MERGED.finditer(window):
                end = match.end()
                left, top, right, bottom = match.groups()
                first, last = column_number(left.decode()), column_number(right.decode())
                found.append((int(top), int(bottom), first, last))
            if len(found) > MAX_MERGED:
                raise Invalid(
                    _("The sheet has too many merged cells."),
                    remedy=_("Unmerge the cells in Excel and upload the file again."),
                )
            rest = window[max(end, len(window) - 200) :]
        return sorted(found)

    def rows(self, part: str) -> Iterator[tuple[int, Row]]:
        reader = RowReader(self.texts(), self._reader.wb)
        parser = make_parser()
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.data
        for chunk in self.chunks(part):
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
            yield from reader.take()
        parser.Parse(b"", True)  # noqa: FBT003
        yield from reader.take()


def _filled(
    rows: Iterable[tuple[int, Row]], merged: list[tuple[int, int, int, int]]
) -> Iterator[tuple[int, Row]]:
    """Rows whose merged cells all hold the value of the first."""
    waiting = iter([*merged, (0, 0, 0, 0)])
    following = next(waiting)
    active: list[tuple[int, int, int, Cell]] = []
    for number, row in rows:
        while following[0] and following[0] <= number:
            top, bottom, left, right = following
            following = next(waiting)
            if top == number and left <= len(row):
                active.append((bottom, left, min(right, MAX_COLUMNS), row[left - 1]))
        active = [one for one in active if one[0] >= number]
        for _bottom, left, right, value in active:
            row.extend("" for _ in range(right - len(row)))
            row[left - 1 : right] = [value] * (right - left + 1)
        yield number, row
