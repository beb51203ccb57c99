"""The template of the exchange: instructions, entries, data items, value lists."""

from collections.abc import Sequence
from functools import cache
from typing import IO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.exchange.columns import (
    ENTRY_COLUMNS,
    ITEM_COLUMNS,
    ITEM_REFERENCES,
    Column,
    Kind,
)
from catalog.models import Classification
from portal.sheet_writing import HEADING, NEEDED, SheetWriter, letters, save

LISTED = {Kind.CHOICE, Kind.FLAG, Kind.CLASSIFICATION}
"""Kinds of columns whose cells are chosen from a list; several values are typed."""


def write_template(target: IO[bytes]) -> None:
    """The empty template, in the language in force."""
    save(book_sheets(), target)


def book_sheets() -> tuple[SheetWriter, SheetWriter, SheetWriter, SheetWriter]:
    """Instructions, entries, items, value lists; rows of entries and items are still to be added."""
    lists = value_lists()
    name = _("Value lists")
    ranges = {
        key: f"'{name}'!${letters(place)}$2:${letters(place)}${len(values) + 1}"
        for place, (key, values) in enumerate(lists.items(), 1)
    }
    sheets = (
        _sheet(_("Entries"), ENTRY_COLUMNS, ranges),
        _sheet(_("Data items"), (*ITEM_REFERENCES, *ITEM_COLUMNS), ranges),
    )
    return _instructions(), *sheets, _list_sheet(name, lists)


def _sheet(name: str, columns: Sequence[Column], ranges: dict[str, str]) -> SheetWriter:
    sheet = SheetWriter(name, [column.width for column in columns])
    styles = [NEEDED if column.needed or column.wanted else HEADING for column in columns]
    sheet.add([str(column.heading) for column in columns], styles=styles)
    for place, column in enumerate(columns, 1):
        if column.key in ranges:
            sheet.choose(place, ranges[column.key])
    return sheet


@cache
def own_asides() -> frozenset[str]:
    """Names of the template's sheets that hold no rows, in every language."""
    names = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names |= {_("Instructions"), _("Value lists")}
    return frozenset(names)


def value_lists() -> dict[str, list[str]]:
    """The values of every column that has a list, as cells say them."""
    found: dict[str, list[str]] = {}
    for column in (*ENTRY_COLUMNS, *ITEM_COLUMNS):
        if column.kind in {Kind.CHOICE, Kind.CHOICES}:
            found[column.key] = [str(label) for _value, label in column.choices.choices]
        elif column.kind == Kind.FLAG:
            found[column.key] = [_("yes"), _("no")]
        elif column.kind == Kind.CLASSIFICATION:
            nodes = Classification.objects.order_by("code")
            found[column.key] = [f"{node.code} {node.name}" for node in nodes]
    return found


def _list_sheet(name: str, lists: dict[str, list[str]]) -> SheetWriter:
    columns = {column.key: column for column in (*ENTRY_COLUMNS, *ITEM_COLUMNS)}
    sheet = SheetWriter(name, [26] * len(lists))
    sheet.add([str(columns[key].heading) for key in lists], style=HEADING)
    for row in range(max(map(len, lists.values()))):
        sheet.add([values[row] if row < len(values) else "" for values in lists.values()])
    return sheet


def _instructions() -> SheetWriter:
    sheet = SheetWriter(_("Instructions"), [30, 90], frozen_rows=0)
    sheet.add([_("How to fill in this workbook")], style=HEADING)
    for text in (
        _(
            "One row an entry on the sheet of entries, one row a data item on the sheet of data items."
        ),
        _(
            "A data item names its entry by resource code, entry number or title, as on its own row."
        ),
        _(
            "Leave the resource code and the identifier as they were exported; empty for new entries."
        ),
        _("Columns with brown headings are asked for at publication; the others may stay empty."),
        _("An empty cell empties the field; a column that you remove leaves the field as it is."),
        _("Nothing is written before you have seen what will change. What is written are drafts."),
    ):
        sheet.add(["", text])
    sheet.add([])
    sheet.add([_("Column"), _("What to write")], style=HEADING)
    for column in (*ENTRY_COLUMNS, *ITEM_COLUMNS):
        sheet.add([str(column.heading), _explained(column)])
    return sheet


def _explained(column: Column) -> str:
    parts = [str(column.hint)] if column.hint else []
    if column.kind in {Kind.CHOICE, Kind.CHOICES}:
        parts.append("、".join(str(label) for _value, label in column.choices.choices))
    if column.kind == Kind.CHOICES:
        parts.append(_("Several are separated by ；"))
    return " ".join(parts)
