"""The rows that were left out, as a workbook to correct and upload again."""

from collections.abc import Iterator
from itertools import groupby
from typing import IO

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.exchange.columns import COLUMNS
from catalog.exchange.faults import texts_of
from catalog.exchange.headers import SheetMatch
from catalog.exchange.staging import cell_of
from catalog.models import Intake, IntakeRow
from portal.sheet_writing import HEADING, MARKED, PLAIN, SheetWriter, save
from portal.sheets import Odd


def write_faulty(intake: Intake, target: IO[bytes]) -> int:
    """The faulty entries with all their items, under the headings they came with.

    The first column says what is wrong and where it stood; faulty cells are marked. Returns how
    many rows there are.
    """
    sheets = []
    count = 0
    for place, sheet in enumerate(map(SheetMatch.of_json, intake.matching)):
        if not sheet.role and not intake.rows.filter(sheet=place).exists():
            continue
        writer = SheetWriter(sheet.name, [60, 8, *(20 for _column in sheet.columns)])
        headings = [column.heading for column in sheet.columns]
        writer.add([str(COLUMNS["faults"].heading), _("Row"), *headings], style=HEADING)
        for number, rows in groupby(_rows(intake, place), key=lambda row: row.number):
            count += 1
            _add(writer, sheet, number, list(rows))
        sheets.append(writer)
    save(sheets, target)
    return count


def _rows(intake: Intake, place: int) -> Iterator[IntakeRow]:
    faulty = Q(state=IntakeRow.State.FAULTY) | Q(owner__state=IntakeRow.State.FAULTY)
    rows = intake.rows.filter(faulty | ~Q(faults=[]), sheet=place)
    yield from rows.order_by("number", "id").iterator(1_000)


def _add(writer: SheetWriter, sheet: SheetMatch, number: int, rows: list[IntakeRow]) -> None:
    """One row of the file; a row of a sheet of both is kept twice, as entry and as item."""
    faults = [fault for row in rows for fault in row.faults]
    said = []
    for fault in faults:
        message, remedy = texts_of(fault)
        heading = sheet.columns[fault["at"]].heading if fault["at"] >= 0 else ""
        said.append(f"{heading}: {message} {remedy}".lstrip(": "))
    marked = {fault["at"] for fault in faults}
    cells = []
    for stored in rows[0].cells:
        cell = cell_of(stored)
        cells.append(cell.text if isinstance(cell, Odd) else cell)
    styles = [MARKED if place in marked else PLAIN for place in range(len(sheet.columns))]
    cells += [""] * (len(sheet.columns) - len(cells))
    writer.add(["\n".join(said), str(number), *cells], styles=[PLAIN, PLAIN, *styles])
