"""Putting the rows of a file into the database, where they wait to be checked and written."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection

from catalog.exchange.cells import tidy
from catalog.exchange.columns import ITEM
from catalog.exchange.headers import SheetMatch
from catalog.exchange.tables import open_tables
from catalog.models import Intake, IntakeRow
from portal.sheets import Cell, Odd, Row

LONGEST_KEY = 300
_ENTRY_KEYS = (("code", "c"), ("number", "n"), ("title", "t"))


def rows_of(path: Path, intake: Intake, after: int) -> Iterator[tuple[int, list[IntakeRow]]]:
    """Every row of the file after the first ``after`` ones, counted over all sheets, unsaved.

    One row of a sheet that holds both becomes an entry, where a new one begins, and an item.
    """
    sheets = [SheetMatch.of_json(sheet) for sheet in intake.matching]
    alone = not any(sheet.role in {"entries", "both"} for sheet in sheets)
    with open_tables(path, intake.file_name) as tables:
        count = 0
        for place, (table, sheet) in enumerate(zip(tables, sheets, strict=False)):
            if not sheet.role:
                continue
            maker = _Maker(intake, place, sheet, "both" if alone else sheet.role)
            for number, row in table.rows():
                if number <= sheet.row:
                    continue
                count += 1
                made = maker.make(number, row)  # also for rows passed over: it remembers the entry
                if count > after:
                    yield count, made


@dataclass(slots=True)
class _Maker:
    """Makes rows of one sheet; ``entry`` are the keys of the entry the last row belonged to."""

    intake: Intake
    place: int
    sheet: SheetMatch
    role: str
    entry: list[str] = field(default_factory=list)

    def make(self, number: int, row: Row) -> list[IntakeRow]:
        cells = {
            column.key: cell
            for column, cell in zip(self.sheet.columns, row, strict=False)
            if column.key
        }
        keys = keys_of(cells)
        if self.role == "entries":
            return [self._row(number, row, keys, cells)]
        has_item = any(key.startswith(ITEM) and tidy(cell) for key, cell in cells.items())
        made = []
        if self.role == "both":
            if begins := not self._goes_on(keys, has_item=has_item):
                made.append(self._row(number, row, keys, cells))
        else:
            begins = bool(keys)
        if begins:
            self.entry = keys
        if has_item:
            item = self._row(number, row, self.entry[:1], {})
            item.is_item = True
            made.append(item)
        return made

    def _goes_on(self, keys: list[str], *, has_item: bool) -> bool:
        """Whether the row goes on with the entry: it repeats its code and title or leaves them out.

        A number alone says nothing: departments number their items, too.
        """
        strong = [key for key in keys if not key.startswith("n")]
        return all(key in self.entry for key in strong) if strong else has_item

    def _row(self, number: int, row: Row, keys: Sequence[str], cells: dict[str, Cell]) -> IntakeRow:
        return IntakeRow(
            intake=self.intake,
            sheet=self.place,
            number=number,
            keys=list(keys),
            identity=_identity(cells),
            cells=[_stored(cell) for cell in row],
        )


def keys_of(cells: dict[str, Cell]) -> list[str]:
    """What items may call the entry by, the surest first."""
    return [
        f"{mark}:{_plain(cells[name])}" for name, mark in _ENTRY_KEYS if _plain(cells.get(name, ""))
    ]


def _identity(cells: dict[str, Cell]) -> str:
    for name, mark in (("identifier", "i"), ("code", "c"), ("title", "t")):
        if text := _plain(cells.get(name, "")):
            return f"{mark}:{text}"
    return ""


def _plain(cell: Cell) -> str:
    return " ".join(tidy(cell).split())[:LONGEST_KEY]


def _stored(cell: Cell) -> Any:
    if isinstance(cell, Odd):
        return {"kind": cell.kind, "text": cell.text, "length": cell.length}
    return cell


def cell_of(stored: Any) -> Cell:
    """A cell as it was read."""
    return Odd(**stored) if isinstance(stored, dict) else str(stored)


def save_batch(batch: Sequence[tuple[int, list[IntakeRow]]]) -> int:
    """Save the rows of a batch; return how far it came."""
    statement = (
        "COPY catalog_intakerow (intake_id, sheet, number, is_item, keys, identity, cells, state, "
        "faults, notes) FROM STDIN"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for _count, rows in batch:
            for row in rows:
                copy.write_row((
                    row.intake_id, row.sheet, row.number, row.is_item, row.keys, row.identity,
                    json.dumps(row.cells, ensure_ascii=False), row.state, "[]", "[]",
                ))  # fmt: skip
    return batch[-1][0]


def store_findings(rows: Sequence[IntakeRow]) -> None:
    """Save state, target, faults and notes of rows in one statement."""
    values = (
        [row.pk for row in rows],
        [row.state for row in rows],
        [row.target for row in rows],
        [json.dumps(row.faults, ensure_ascii=False) for row in rows],
        [json.dumps(row.notes, ensure_ascii=False) for row in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_intakerow AS row SET state = found.state, target = found.target, "
            "faults = found.faults::jsonb, notes = found.notes::jsonb "
            "FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::text[], %s::text[]) "
            "AS found (id, state, target, faults, notes) WHERE row.id = found.id",
            values,
        )


def batches(rows: Iterator[tuple[int, list[IntakeRow]]], size: int) -> Iterator[Any]:
    """Rows, ``size`` lines at a time."""
    while batch := list(islice(rows, size)):
        yield batch


_LINK = """
    WITH entries AS (
        SELECT key, min(id) AS id
          FROM catalog_intakerow, unnest(keys) AS key
         WHERE intake_id = %(intake)s AND NOT is_item
         GROUP BY key)
    UPDATE catalog_intakerow AS item SET owner_id = entries.id
      FROM entries
     WHERE item.intake_id = %(intake)s AND item.is_item AND item.keys[1] = entries.key"""
_TWINS = """
    WITH firsts AS (
        SELECT identity, min(id) AS id
          FROM catalog_intakerow
         WHERE intake_id = %(intake)s AND NOT is_item AND identity <> ''
         GROUP BY identity HAVING count(*) > 1)
    UPDATE catalog_intakerow AS later SET twin = earlier.number
      FROM firsts JOIN catalog_intakerow AS earlier ON earlier.id = firsts.id
     WHERE later.intake_id = %(intake)s AND NOT later.is_item
       AND later.identity = firsts.identity AND later.id > firsts.id"""
_SAME_NUMBERS = """
    WITH used AS (
        SELECT DISTINCT keys[1] AS key FROM catalog_intakerow
         WHERE intake_id = %(intake)s AND is_item AND keys[1] LIKE 'n:%%'),
    firsts AS (
        SELECT key, min(id) AS id
          FROM catalog_intakerow, unnest(keys) AS key
         WHERE intake_id = %(intake)s AND NOT is_item AND key IN (SELECT used.key FROM used)
         GROUP BY key HAVING count(*) > 1)
    UPDATE catalog_intakerow AS later SET twin = earlier.number
      FROM firsts JOIN catalog_intakerow AS earlier ON earlier.id = firsts.id
     WHERE later.intake_id = %(intake)s AND NOT later.is_item AND later.twin IS NULL
       AND firsts.key = ANY(later.keys) AND later.id > firsts.id"""


def link(intake: Intake) -> None:
    """Give every item its entry, and every entry the earlier row that says the same, if any.

    Rows that were just copied in are not in the statistics yet, and a plan made for a few of them
    would compare each with each: so they are counted first, and joined by hashing in any case.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_intakerow")
        cursor.execute("SET LOCAL enable_nestloop = off")
        for statement in (_LINK, _TWINS, _SAME_NUMBERS):
            cursor.execute(statement, {"intake": intake.pk})
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("ANALYZE catalog_intakerow")
