"""What the parts of a workbook say: shared texts and rows, from the events of the parser.

Any document type declaration ends the reading, so that no entity is ever expanded.
"""

import re
import tempfile
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _
from openpyxl.utils.datetime import from_excel

from portal.errors import Invalid

MAX_COLUMNS: Final = 200
LONGEST: Final = 20_000
"""Characters of one cell that are kept."""
CHUNK: Final = 1 << 16
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that cannot be taken for text: ``kind`` is formula, error, long or broken."""

    kind: str
    text: str
    length: int = 0


Cell = str | Odd
Row = list[Cell]


def unreadable() -> Invalid:
    return Invalid(
        _("The file cannot be read as a workbook."),
        remedy=_("Save it as an Excel workbook (.xlsx) and upload it again."),
    )


def make_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = CHUNK

    def refuse(*_declaration: object) -> None:
        raise unreadable()

    parser.StartDoctypeDeclHandler = refuse
    return parser


class Texts:
    """The shared texts of a workbook, in a file."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as its owner
        self._starts = array("Q", [0])
        self._parts: list[str] = []
        self._depth = ""
        try:
            self._read(chunks)
        except BaseException:
            self.close()
            raise

    def _read(self, chunks: Iterable[bytes]) -> None:
        parser = make_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        empty = True
        for chunk in chunks:
            empty = False
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
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


class RowReader:
    """Collects cells from the events of the parser."""

    def __init__(self, texts: Texts, book: Any) -> None:
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
            self._column = column_number(letters) if letters else self._column + 1
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


def column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
