"""Looking at a table: its columns, up to 1,000 of its rows, what they hold, and nothing kept.

Values live as long as one call. What leaves it are shapes, counts and examples that are masked or
reduced to their form; that somebody looked is in the ledger.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog.access import manages_department
from catalog.exchange.speaking import filled
from catalog.exchange.tables import open_tables
from catalog.models import DataSource
from catalog.recognition.propose import propose
from catalog.recognition.recognise import MOST_VALUES, readable
from catalog.recognition.shapes import ColumnShape, TableShape
from catalog.recognition.terms import Proposal, Sample
from catalog.sources import reader
from portal.errors import Fault, Invalid, NotVisible
from portal.ledger.records import record
from portal.organisation.models import Official
from portal.sheets import MAX_COLUMNS, Cell

MOST_COLUMNS: Final = MAX_COLUMNS - 1
"""A file's columns beyond MAX_COLUMNS are not read: with as many, some may be missing."""
EXAMPLES: Final = 2
LONGEST_EXAMPLE: Final = 24
ENDINGS: Final = (".xlsx", ".csv", ".txt")
_FORMS: Final = (("0", str.isdecimal), ("某", lambda char: char > "\u2fff"), ("x", str.isalpha))


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a table. ``examples`` by column; ``source`` None is a file of ``kind``."""

    table: TableShape
    proposals: Sequence[Proposal]
    examples: Mapping[str, list[str]]
    source: DataSource | None = None
    kind: str = ""


def readable_source(official: Official, pk: str, on: date) -> DataSource:
    """A source of the official's departments; NotVisible otherwise."""
    found = None
    if pk.isdecimal():
        found = DataSource.objects.filter(pk=pk).select_related("department").first()
    if found is None or not manages_department(official, found.department, on):
        raise NotVisible(_("There is no such data source."))
    return found


def look_at_source(*, by: Official, source: DataSource, label: str, now: datetime) -> Look:
    """Look at the table called ``label`` (schema.table) of a source that ``by`` may read.

    Raises SourceFault when the source cannot be read, NotVisible when it has no such table,
    Invalid when it has too many columns.
    """
    table = next((one for one in reader().tables(source) if one.label == label), None)
    if table is None:
        raise NotVisible(_("There is no such table in the data source."))
    _refuse_wide(len(table.columns))
    values = reader().sample(source, table, MOST_VALUES)
    samples = [Sample(column, values.get(column.name, ())) for column in table.columns]
    with transaction.atomic():
        record(
            "source.sampled", by=by, obj=source, now=now, departments=[source.department_id],
            data={
                "table": label, "columns": [column.name for column in table.columns],
                "rows": max((len(one) for one in values.values()), default=0),
            },
        )  # fmt: skip
    return _seen(table, samples, source, reader().label(source))


def look_at_file(file: File[bytes], name: str) -> Look:
    """Look at the first table of an uploaded file; Invalid, with the remedy, for what is none.

    The headings are its first row. The file is gone when this returns.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise _refused(
            _("This kind of file cannot be read."),
            _("Upload an Excel workbook (.xlsx) or a CSV file."),
        )
    if file.size > settings.INTAKE_MAX_MB * 1024 * 1024:
        message = filled(_("The file is larger than %(size)s MB."), size=settings.INTAKE_MAX_MB)
        raise _refused(message, _("Upload a part of it; 1,000 rows are enough."))
    with tempfile.NamedTemporaryFile(suffix=ending) as place:
        for chunk in file.chunks():
            place.write(chunk)
        place.flush()
        title, rows = _first_table(Path(place.name), name)
    if not rows:
        raise _refused(
            _("The file has no rows."), _("Upload a sheet with headings in its first row.")
        )
    headings = _headings(rows[0])
    _refuse_wide(len(headings))
    samples = [
        Sample(
            ColumnShape(heading),
            tuple(_text(row[place]) if place < len(row) else None for row in rows[1:]),
        )
        for place, heading in headings
    ]
    columns = tuple(sample.column for sample in samples)
    whole = len(rows) - 1 if len(rows) <= MOST_VALUES else None
    table = TableShape("", title, columns, rows=whole)
    return _seen(table, samples, None, "CSV" if ending != ".xlsx" else "XLSX")


def _first_table(path: Path, name: str) -> tuple[str, list[list[Cell]]]:
    with open_tables(path, name) as tables:
        for table in tables:
            rows = [row for _number, row in islice(table.rows(), MOST_VALUES + 1)]
            if rows:
                single = len(tables) == 1 or table.name.lower().startswith("sheet")
                return Path(name).stem if single else table.name, rows
    return Path(name).stem, []


def _headings(row: Sequence[Cell]) -> list[tuple[int, str]]:
    """Place and text of every heading; the same text twice is numbered."""
    found: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for place, cell in enumerate(row):
        text = " ".join(_text(cell).split())[:100]
        if text:
            seen[text] = seen.get(text, 0) + 1
            found.append((place, text if seen[text] == 1 else f"{text} {seen[text]}"))
    return found


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else ""


def _refuse_wide(columns: int) -> None:
    if columns > MOST_COLUMNS:
        message = filled(_("The table has more than %(most)s columns."), most=MOST_COLUMNS)
        raise _refused(message, _("Make a view of the columns that the entry is about."))


def _refused(message: Any, remedy: Any) -> Invalid:
    return Invalid(message, [Fault("file", message, remedy)], remedy=remedy)


def _seen(
    table: TableShape, samples: Sequence[Sample], source: DataSource | None, kind: str
) -> Look:  # fmt: skip
    proposals = propose(samples)
    examples = {
        one.column.name: _examples(sample, str(one.item["mask"]))
        for one, sample in zip(proposals, samples, strict=True)
    }
    return Look(table, proposals, examples, source, kind)


def _examples(sample: Sample, mask: str) -> list[str]:
    """Two values that differ: as the mask leaves them, or only their form."""
    different = list(dict.fromkeys(readable(sample.values[: 10 * EXAMPLES])))[:EXAMPLES]
    hides = mask not in {"", "none"}
    shown = [reader().masked(mask, value) if hides else form_of(value) for value in different]
    return [one[:LONGEST_EXAMPLE] for one in dict.fromkeys(shown)]


def form_of(value: str) -> str:
    """The form of a value: 0 for digits, x for letters, 某 for characters; signs stay."""
    short = value[:LONGEST_EXAMPLE]
    return "".join(
        next((shown for shown, fits in _FORMS if fits(char)), char) for char in short
    )  # fmt: skip
