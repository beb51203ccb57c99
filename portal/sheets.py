"""Large workbooks row by row at constant memory, without trusting them.

Nothing is unpacked before the table of contents was weighed; any document type declaration ends
the reading, so that no entity is ever expanded; shared texts wait on disk, not in memory. A cell
arrives as text, the way a person sees it; what a person must not mean by a text (a formula, an
error, a text beyond all measure) arrives as ``Odd``.
"""

import re
import tempfile
import warnings
import zipfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import SHARED_STRINGS

from portal.errors import Invalid

MAX_UNPACKED: Final = 500_000_000
MAX_MEMBERS: Final = 500
MAX_RATIO: Final = 300
"""A part that unpacks to more than this many times its size was made to do harm."""
RATIO_FROM: Final = 2_000_000
"""Smaller parts may be as repetitive as they like."""
MAX_COLUMNS: Final = 200
MAX_MERGED: Final = 50_000
LONGEST: Final = 20_000
"""Characters of one cell that are kept."""
_CHUNK: Final = 1 << 16
_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"'
)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that cannot be taken for text: ``kind`` is formula, error, long or broken."""

    kind: str
    text: str
    length: int = 0


Cell = str | Odd
Row = list[Cell]


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
        raise _unreadable() from error
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


def _unreadable() -> Invalid:
    return Invalid(
        _("The file cannot be read as a workbook."),
        remedy=_("Save it as an Excel workbook (.xlsx) and upload it again."),
    )


class _Structure(ExcelReader):  # type: ignore[misc]
    """Sheets, styles and the first day of the calendar; texts and rows are read elsewhere."""

    def read_strings(self) -> None:
        """Left on disk."""


class _Book:
    """An open workbook."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: list[tuple[str, str]] = []
        self._archive: zipfile.ZipFile | None = None
        self._reader: Any = None
        self._texts: _Texts | None = None

    def open(self) -> None:
        self._archive = zipfile.ZipFile(self.path)
        # the stream hides that the file may not be called .xlsx
        self._stream = self.path.open("rb")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._reader = _Structure(self._stream, read_only=True)
            self._reader.read()
        self.parts = [
            (sheet.title, sheet._worksheet_path)  # noqa: SLF001 - nowhere else
            for sheet in self._reader.wb.worksheets
        ]
        if not self.parts:
            raise _unreadable()

    def close(self) -> None:
        for opened in (self._archive, getattr(self, "_stream", None), self._texts):
            if opened is not None:
                opened.close()
        if self._reader is not None:
            self._reader.archive.close()

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
            raise _unreadable() from error

    def chunks(self, part: str) -> Iterator[bytes]:
        assert self._archive is not None  # noqa: S101 - open() came before
        with self._archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    def texts(self) -> "_Texts":
        if self._texts is None:
            part = self._reader.package.find(SHARED_STRINGS)
            self._texts = _Texts(self.chunks(part.PartName[1:]) if part is not None else ())
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
                found.append((int(top), int(bottom), _column(left), _column(right)))
            if len(found) > MAX_MERGED:
                raise Invalid(
                    _("The sheet has too many merged cells."),
                    remedy=_("Unmerge the cells in Excel and upload the file again."),
                )
            rest = window[max(end, len(window) - 200) :]
        return sorted(found)

    def rows(self, part: str) -> Iterator[tuple[int, Row]]:
        reader = _RowReader(self.texts(), self._reader.wb)
        parser = _parser()
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.data
        for chunk in self.chunks(part):
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
            yield from reader.take()
        parser.Parse(b"", True)  # noqa: FBT003
        yield from reader.take()


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _CHUNK

    def refuse(*_declaration: object) -> None:
        raise _unreadable()

    parser.StartDoctypeDeclHandler = refuse
    return parser


class _Texts:
    """The shared texts of a workbook, in a file."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as its owner
        self._starts = array("Q", [0])
        self._parts: list[str] = []
        self._depth = ""
        parser = _parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        empty = True
        for chunk in chunks:
            empty = False
            parser.Parse(chunk, False)  # noqa: FBT003
        if not empty:
            parser.Parse(b"", True)  # noqa: FBT003

    def _start(self, name: str, _attributes: object) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "rPh" or (
            tag == "t" and self._depth != "rPh"
        ):  # how a text is read aloud is no part of it
            self._depth = tag

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == self._depth:
            self._depth = ""
        if tag == "si":
            content = "".join(self._parts).encode("utf-8", "ignore")
            self._parts.clear()
            self._file.write(content)
            self._starts.append(self._starts[-1] + len(content))

    def _data(self, text: str) -> None:
        if self._depth == "t":
            self._parts.append(text)

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        start, end = self._starts[number], self._starts[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def close(self) -> None:
        self._file.close()


class _RowReader:
    """Collects cells from the events of the parser."""

    def __init__(self, texts: _Texts, book: Any) -> None:
        self._texts, self._epoch = texts, book.epoch
        self._dates = frozenset(str(style) for style in book._date_formats)  # noqa: SLF001
        self._done: list[tuple[int, Row]] = []
        self._row: Row = []
        self._number = 0
        self._column = 0
        self._kind = self._style = ""
        self._value: list[str] = []
        self._inside = ""
        self._formula = False

    def take(self) -> list[tuple[int, Row]]:
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            place = attributes.get("r", "")
            letters = place.rstrip("0123456789")
            self._column = _column(letters) if letters else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._value.clear()
            self._formula = False
        elif tag in {"v", "t", "rPh"}:
            self._inside = tag
        elif tag == "f":
            self._formula = True
            self._inside = tag
        elif tag == "row":
            self._number = int(attributes.get("r") or self._number + 1)
            self._column = 0
            self._row = []

    def data(self, text: str) -> None:
        if self._inside in {"v", "t"}:
            self._value.append(text)

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._add("".join(self._value))
        elif tag == self._inside:
            self._inside = ""
        elif tag == "row" and any(self._row):
            self._done.append((self._number, self._row))

    def _add(self, value: str) -> None:
        if (not value and not self._formula) or self._column > MAX_COLUMNS:
            return
        self._row.extend("" for _ in range(self._column - len(self._row)))
        self._row[self._column - 1] = self._cell(value)

    def _cell(self, value: str) -> Cell:
        if self._formula:
            return Odd("formula", value[:200])
        if self._kind == "e":
            return Odd("error", value[:200])
        if self._kind == "n":
            return self._number_as_text(value)
        if self._kind == "b":
            return "1" if value.strip() == "1" else "0"
        if self._kind == "s":
            value = self._texts[int(value)]
        return clean(_ESCAPED.sub(_unescape, value))

    def _number_as_text(self, value: str) -> Cell:
        number = float(value)
        if self._style in self._dates:
            try:
                moment = from_excel(number, self._epoch)
            except (OverflowError, ValueError):
                return Odd("error", value[:200])
            return moment.isoformat(" ") if isinstance(moment, datetime) else str(moment)
        if number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return repr(number)


def clean(text: str) -> Cell:
    """A text that the database can hold; beyond all measure it is Odd."""
    if len(text) > LONGEST:
        return Odd("long", text[:200].replace("\x00", ""), len(text))
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


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
