"""Files that departments send, as tables of rows: workbooks, CSV, archives of CSV, JSON lines."""

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from django.utils.translation import gettext_lazy as _

from catalog.exchange import reader
from catalog.exchange.cells import join_words
from catalog.exchange.columns import COLUMNS, ITEM, Kind
from catalog.exchange.speaking import filled
from portal.errors import Invalid
from portal.sheets import MAX_COLUMNS, MAX_MEMBERS, Cell, Odd, Row, check_archive, clean, open_book

ENDINGS: Final = (".xlsx", ".csv", ".txt", ".zip", ".jsonl", ".json", ".gz")
MAX_ROWS: Final = 600_000
DELIMITERS: Final = ",;\t|"
_LOOK: Final = 1 << 16
_LINES_LOOKED_AT: Final = 500
_SAFE: Final = "=+-@\t\r"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with their numbers as a person counts them; the heading row is among them."""

    name: str
    rows: Callable[[], Iterator[tuple[int, Row]]]


@contextmanager
def open_tables(path: Path, name: str) -> Iterator[list[Table]]:
    """The tables of a file called ``name``; Invalid, with the remedy, for what is no such file."""
    with path.open("rb") as stream:
        head = stream.read(8)
    with ExitStack() as stack:
        yield [Table(one.name, _limited(one.rows)) for one in _tables(path, name, head, stack)]


def _tables(path: Path, name: str, head: bytes, stack: ExitStack) -> list[Table]:
    ending = name.lower()
    if not head:
        raise Invalid(_("The file is empty."), remedy=_("Fill the template and upload it again."))
    if ending.endswith((".xlsm", ".xltm", ".xlsb")):
        raise Invalid(
            _("Workbooks with macros are not accepted."),
            remedy=_("Save it as an Excel workbook without macros (.xlsx)."),
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid(
            _("This is a workbook of an old version or one with a password."),
            remedy=_("Save it as an Excel workbook (.xlsx) without a password."),
        )
    if head.startswith(b"PK"):
        return _archive(path, stack)
    if head.startswith(b"\x1f\x8b") or ending.endswith((".jsonl", ".json", ".jsonl.gz")):
        return _json_tables(path)
    if not ending.endswith(ENDINGS):
        raise _wrong_kind()
    return [_csv_table(path, Path(name).stem)]


def _wrong_kind() -> Invalid:
    return Invalid(
        _("This kind of file cannot be read."),
        remedy=_("Upload an Excel workbook (.xlsx), CSV, a ZIP of CSV files, or JSON lines."),
    )


def _limited(
    rows: Callable[[], Iterator[tuple[int, Row]]],
) -> Callable[[], Iterator[tuple[int, Row]]]:
    def read() -> Iterator[tuple[int, Row]]:
        for count, row in enumerate(rows()):
            if count > MAX_ROWS:
                raise Invalid(
                    _("The file has too many rows."),
                    remedy=filled(
                        _("Split it: at most %(rows)s rows a sheet."), rows=f"{MAX_ROWS:,}"
                    ),
                )
            yield row

    return read


def _archive(path: Path, stack: ExitStack) -> list[Table]:
    check_archive(path)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
        is_book = "[Content_Types].xml" in archive.namelist()
    if is_book:
        return [Table(sheet.name, sheet.rows) for sheet in stack.enter_context(open_book(path))]
    if not names or len(names) > MAX_MEMBERS:
        raise _wrong_kind()
    return [_csv_table(path, Path(name).stem, name) for name in names]


# --- CSV ------------------------------------------------------------------------------------


def _csv_table(path: Path, name: str, member: str = "") -> Table:
    @contextmanager
    def opened() -> Iterator[IO[bytes]]:
        if not member:
            with path.open("rb") as stream:
                yield stream
            return
        with zipfile.ZipFile(path) as archive, archive.open(member) as packed:
            yield packed

    encoding = _encoding(opened, name)

    def rows() -> Iterator[tuple[int, Row]]:
        with opened() as raw:
            stream = io.TextIOWrapper(io.BufferedReader(raw), encoding, newline="")  # type: ignore[type-var]
            head = stream.read(_LOOK)
            lines = _Lines(head, stream)
            yield from _csv_rows(csv.reader(lines, delimiter=_delimiter(head), strict=False))

    return Table(name, rows)


class _Lines:
    """The lines of a stream whose beginning was already read."""

    def __init__(self, head: str, stream: IO[str]) -> None:
        self._head = list(io.StringIO(head, newline=""))
        if self._head and not self._head[-1].endswith("\n"):
            self._head[-1] += stream.readline()
        self._all = iter(self._head)
        self._stream = stream

    def __iter__(self) -> Iterator[str]:
        yield from self._all
        yield from self._stream


def _csv_rows(lines: Iterator[list[str]]) -> Iterator[tuple[int, Row]]:
    number = 0
    csv.field_size_limit(1 << 27)
    while True:
        number += 1
        try:
            line = next(lines)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError, zipfile.BadZipFile) as error:
            raise Invalid(
                filled(_("The file cannot be read from row %(row)s on."), row=number),
                remedy=_("Save it again as CSV UTF-8 and look for a stray quotation mark there."),
            ) from error
        row = [clean(_unguarded(cell)) for cell in line[:MAX_COLUMNS]]
        if any(row):
            yield number, row


def _unguarded(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    if text.startswith("'") and text.lstrip("'")[:1] in _SAFE and text.lstrip("'"):
        return text[1:]
    return text


def guarded(text: str) -> str:
    """A text for a CSV file that no spreadsheet takes for a formula; ``_unguarded`` undoes it."""
    rest = text.lstrip("'")
    return f"'{text}" if rest and rest[0] in _SAFE else text


def _encoding(opened: Callable[[], Any], name: str) -> str:
    """UTF-8 or UTF-16 by their marks, else whichever of UTF-8 and GB18030 reads the whole file."""
    with opened() as stream:
        head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        if _reads(opened, encoding):
            return encoding
    raise Invalid(
        filled(_("The encoding of “%(name)s” is not known."), name=name),
        remedy=_("Save it as CSV UTF-8 (or GB18030) and upload it again."),
    )


def _reads(opened: Callable[[], Any], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with opened() as stream:
            while chunk := stream.read(_LOOK):
                if "\x00" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
    except (UnicodeDecodeError, zipfile.BadZipFile):
        return False
    return True


def _delimiter(head: str) -> str:
    """What separates cells: whatever occurs most often outside quotation marks in the first lines."""
    lines = [line for line in head.splitlines() if line.strip()][:5]
    bare = "".join("".join(line.split('"')[::2]) for line in lines)
    return max(DELIMITERS, key=bare.count)


# --- JSON lines -----------------------------------------------------------------------------


def _json_tables(path: Path) -> list[Table]:
    """Two tables of one file: its objects, and the objects in their "items"."""
    entry_names, item_names = _names(path)
    return [
        Table(
            str(_("entries")),
            lambda: _json_rows(path, entry_names, _entries),
        ),
        Table(
            str(_("data items")),
            lambda: _json_rows(path, item_names, _items),
        ),
    ]


def _names(path: Path) -> tuple[list[str], list[str]]:
    """The names that occur among the first lines, ours first."""
    entries = {"number": None} | {
        key: None for key in COLUMNS if not key.startswith(ITEM) and key != "faults"
    }
    items = {"number": None} | {
        key.removeprefix(ITEM): None for key in COLUMNS if key.startswith(ITEM)
    }
    for line in islice(reader.read(path), _LINES_LOOKED_AT):
        entries |= dict.fromkeys(name for name in line.content if name != "items")
        for item in _listed(line.content):
            items |= dict.fromkeys(item)
    return list(entries)[:MAX_COLUMNS], list(items)[:MAX_COLUMNS]


def _listed(content: dict[str, Any]) -> list[dict[str, Any]]:
    found = content.get("items")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _json_rows(
    path: Path, names: list[str], objects: Callable[[reader.Line], Iterator[dict[str, Any]]]
) -> Iterator[tuple[int, Row]]:
    # the headings are row 0 of a file that has none, so that line 1 is row 1
    yield 0, list(names)
    for line in reader.read(path):
        if line.problem and objects is _entries:
            yield (
                line.number,
                [str(line.number), *(Odd("broken", line.problem) for _ in names[1:2])],
            )
            continue
        for one in objects(line):
            yield (
                line.number,
                [str(line.number), *(_json_cell(name, one.get(name)) for name in names[1:])],
            )


def _entries(line: reader.Line) -> Iterator[dict[str, Any]]:
    yield line.content


def _items(line: reader.Line) -> Iterator[dict[str, Any]]:
    yield from _listed(line.content)


def _json_cell(name: str, value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    column = COLUMNS.get(name)
    if isinstance(value, list) and column is not None and column.kind in {Kind.WORDS, Kind.CHOICES}:
        return clean(join_words([str(part) for part in value]))
    if isinstance(value, list | dict):
        return clean(json.dumps(value, ensure_ascii=False))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
