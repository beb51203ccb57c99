"""The catalog as files that can be brought in again: workbook, CSV, JSON lines.

Entries are read 500 at a time from a cursor of the server, so that memory stays the same however
many there are. Those who manage an entry get the version they work on, the others the live one.
"""

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import managed_labels
from catalog.exchange.cells import plain_amount, write
from catalog.exchange.columns import (
    CONTENT_KEYS,
    ENTRY_COLUMNS,
    ITEM_COLUMNS,
    ITEM_REFERENCES,
    Column,
    Kind,
)
from catalog.exchange.existing import working_versions
from catalog.exchange.tables import guarded
from catalog.exchange.template import book_sheets
from catalog.linked import hidden_codes
from catalog.models import DataItem, Resource, ResourceSearch, ResourceVersion
from catalog.search import Filters, Reader, parse_for, rows_seen
from portal.errors import NotAllowed
from portal.organisation.models import Official
from portal.sheet_writing import save

BATCH: Final = 500
MOST_IN_A_BOOK: Final = 50_000
"""Entries a workbook may have; a sheet ends at 1,048,576 rows."""
KINDS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
    "jsonl": "application/x-ndjson",
}


@dataclass(slots=True)
class Exported:
    """One entry as it is exported, with its number in the file."""

    number: int
    resource: Resource
    version: ResourceVersion
    items: list[DataItem] = field(default_factory=list)

    def cells(self, columns: Sequence[Column]) -> list[str]:
        """Its cells, in the language in force."""
        return [self._cell(column) for column in columns]

    def _cell(self, column: Column) -> str:
        if column.key in CONTENT_KEYS:
            return write(column, getattr(self.version, column.field))
        return self.references()[column.key]

    def references(self) -> dict[str, str]:
        """What says which entry this is."""
        return {
            "number": str(self.number),
            "code": self.resource.code or "",
            "provider": self.resource.provider.name,
            "title": self.version.title,
            "state": str(self.version.get_status_display()),
            "identifier": str(self.resource.pk),
        }


def found(
    official: Official | None,
    on: date,
    text: str = "",
    filters: Filters | None = None,
) -> QuerySet[ResourceSearch]:
    """Search rows of what the official sees and the list shows for these words and filters."""
    query = parse_for(text, literally=filters is not None and filters.literal)
    return rows_seen(Reader.of(official, on), query, filters).order_by("provider_id", "resource_id")


def entries(
    rows: QuerySet[ResourceSearch],
    official: Official | None,
    on: date,
    *,
    everything: bool = False,
) -> Iterator[Exported]:
    """The entries of these rows with their items.

    ``everything`` is for commands: the version in work of every entry, whoever manages it.
    """
    managed = set(managed_labels(official, on))
    rows = rows.select_related("resource__provider", "version__classification")
    stream = rows.iterator(BATCH)
    number = 0
    while batch := list(islice(stream, BATCH)):
        own = {row.resource_id for row in batch if everything or managed & set(row.labels)}
        working = working_versions(own)
        versions = {row.resource_id: working.get(row.resource_id, row.version) for row in batch}
        items = _items(versions.values())
        foreign = [versions[row.resource_id] for row in batch if row.resource_id not in own]
        if not everything:
            _leave_out_hidden_links(foreign, official, on)
        for row in batch:
            number += 1
            version = versions[row.resource_id]
            yield Exported(number, row.resource, version, items[version.pk])


def _leave_out_hidden_links(
    versions: Sequence[ResourceVersion], official: Official | None, on: date
) -> None:
    hidden = hidden_codes(official, {c for one in versions for c in one.linked_codes}, on)
    for version in versions if hidden else ():
        version.linked_codes = [code for code in version.linked_codes if code not in hidden]


def _items(versions: Any) -> dict[int, list[DataItem]]:
    grouped: dict[int, list[DataItem]] = defaultdict(list)
    found_items = DataItem.objects.filter(version__in=[version.pk for version in versions])
    for item in found_items.order_by("version_id", "position", "id"):
        grouped[item.version_id].append(item)
    return grouped


def item_rows(entry: Exported) -> Iterator[list[str]]:
    """The rows of the entry's items, each with the references of the entry."""
    references = entry.references()
    beginning = [references[column.key] for column in ITEM_REFERENCES]
    for item in entry.items:
        yield [
            *beginning,
            *(write(column, getattr(item, column.field)) for column in ITEM_COLUMNS),
        ]


def check_size(kind: str, count: int) -> None:
    """NotAllowed when a workbook cannot hold that many entries."""
    if kind == "xlsx" and count > MOST_IN_A_BOOK:
        raise NotAllowed(
            _("A workbook cannot hold %(count)s entries.") % {"count": f"{count:,}"},
            remedy=gettext_lazy("Filter the list, or take CSV or JSON lines."),
            code="too_many",
        )


def write_book(exported: Iterator[Exported], target: IO[bytes]) -> int:
    """The template, filled; return how many entries it holds."""
    sheets = book_sheets()
    _introduction, sheet, items, _lists = sheets
    count = 0
    try:
        for entry in exported:
            count += 1
            sheet.add(entry.cells(ENTRY_COLUMNS))
            for row in item_rows(entry):
                items.add(row)
        save(sheets, target)
    finally:
        for one in sheets:
            one.close()
    return count


def write_csv(exported: Iterator[Exported], target: IO[bytes]) -> int:
    """A ZIP of two CSV files: UTF-8 with its mark, no cell a formula to a spreadsheet."""
    count = 0
    with (
        tempfile.TemporaryFile() as waiting,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        items = io.TextIOWrapper(waiting, "utf-8-sig", newline="")
        item_writer = csv.writer(items, quoting=csv.QUOTE_ALL)
        item_writer.writerow(_headings((*ITEM_REFERENCES, *ITEM_COLUMNS)))
        with archive.open("entries.csv", "w", force_zip64=True) as member:
            stream = io.TextIOWrapper(member, "utf-8-sig", newline="")
            writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
            writer.writerow(_headings(ENTRY_COLUMNS))
            for entry in exported:
                count += 1
                writer.writerow(map(guarded, entry.cells(ENTRY_COLUMNS)))
                item_writer.writerows(map(guarded, row) for row in item_rows(entry))
            stream.flush()
            stream.detach()
        items.flush()
        items.detach()
        waiting.seek(0)
        with archive.open("items.csv", "w", force_zip64=True) as member:
            shutil.copyfileobj(waiting, member)
    return count


def _headings(columns: Sequence[Column]) -> list[str]:
    return [str(column.heading) for column in columns]


def json_lines(exported: Iterator[Exported]) -> Iterator[bytes]:
    """One object a line, values as the catalog has them, the same in every language."""
    for entry in exported:
        content = {
            "identifier": str(entry.resource.pk),
            "code": entry.resource.code,
            "provider": entry.resource.provider.name,
            "state": entry.version.status,
        }
        for column in ENTRY_COLUMNS:
            if column.key in CONTENT_KEYS:
                content[column.key] = _plain(column, getattr(entry.version, column.field))
        rows = [
            {column.field: _plain(column, getattr(item, column.field)) for column in ITEM_COLUMNS}
            for item in entry.items
        ]
        line = json.dumps({**content, "items": rows}, ensure_ascii=False)
        yield line.encode() + b"\n"


def _plain(column: Column, value: Any) -> Any:
    if column.kind == Kind.DAY:
        return value.isoformat() if value else None
    if column.kind == Kind.CLASSIFICATION:
        return value.code if value else None
    if column.kind == Kind.AMOUNT:
        return plain_amount(value)
    return value


def write_json(exported: Iterator[Exported], target: IO[bytes]) -> int:
    """JSON lines; return how many."""
    count = 0
    for line in json_lines(exported):
        count += 1
        target.write(line)
    return count


WRITERS: Final[dict[str, Callable[[Iterator[Exported], IO[bytes]], int]]] = {
    "xlsx": write_book,
    "csv": write_csv,
    "jsonl": write_json,
}


def export_to(path: Path, kind: str, exported: Iterator[Exported]) -> int:
    """Write a file of that kind; return how many entries it holds."""
    with path.open("wb") as target:
        return WRITERS[kind](exported, target)
