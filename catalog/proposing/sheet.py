"""The table of proposals while a steward works on it: what was seen, signed, and the cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core import signing
from django.utils.translation import gettext_lazy as _

from catalog.actions import Acceptance, Place
from catalog.models import (
    DataSource,
    DataType,
    FormatClass,
    Grade,
    Mode,
    SharingType,
)
from catalog.proposing.looking import Look
from catalog.recognition.propose import change_column, region_column, title_of
from catalog.recognition.shapes import ColumnShape
from catalog.recognition.terms import Basis, Finding, Meaning, Warn
from portal.errors import Fault, Invalid
from portal.organisation.models import Official

SALT: Final = "catalog.proposal"
HOURS: Final = 12
"""How long a steward may work on a table before it has to be looked at again."""
CELLS: Final = ("name", "key", "data_type", "length", "grade", "mask", "sharing_type")
FLAGS: Final = ("use", "personal", "required", "is_key")
LONGEST: Final = 2_147_483_647


@dataclass(slots=True)
class Line:
    """One column: what was found, and the cells as they are now. ``faults`` by cell."""

    number: int
    column: ColumnShape
    finding: Finding
    of_person: bool
    examples: list[str]
    code_set: str
    cells: dict[str, str]
    flags: dict[str, bool]
    faults: dict[str, list[Fault]] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """All columns of a table, and the fields of the entry that follow from it."""

    official: int
    source: int | None
    kind: str
    schema: str
    table: str
    rows: int | None
    lines: list[Line]
    fields: dict[str, str]

    @property
    def is_source(self) -> bool:
        """Whether there is something to attach."""
        return self.source is not None

    def signed(self) -> str:
        """What was seen, for the form to carry; no values but masked examples are in it."""
        content = {
            "official": self.official, "source": self.source, "kind": self.kind,
            "schema": self.schema, "table": self.table, "rows": self.rows,
            "lines": [_line_json(line) for line in self.lines],
        }  # fmt: skip
        return signing.dumps(content, salt=SALT, compress=True)


def sheet_of(look: Look, official: Official) -> Sheet:
    """The proposals as they are first shown."""
    lines = []
    for number, one in enumerate(look.proposals):
        item = one.item
        cells = {name: "" if item[name] is None else str(item[name]) for name in CELLS}
        flags = {
            "use": True, "personal": bool(item["personal"]), "required": bool(item["required"]),
            "is_key": one.column.name in look.table.primary_key,
        }  # fmt: skip
        lines.append(
            Line(
                number, one.column, one.finding, one.of_person,
                look.examples.get(one.column.name, []), item["code_set"], cells, flags,
            )
        )  # fmt: skip
    fields = {
        "title": title_of(look.table)[:200],
        "region_column": region_column(look.proposals),
        "change_column": change_column(look.proposals),
    }
    return Sheet(
        official.pk, look.source.pk if look.source else None, look.kind, look.table.schema,
        look.table.name, look.table.rows, lines, fields,
    )  # fmt: skip


def sheet_sent(posted: Mapping[str, Any], official: Official) -> Sheet:
    """The table as it was sent back; Invalid when it is too old, or not one the portal made."""
    try:
        content = signing.loads(
            str(posted.get("seen", "")), salt=SALT, max_age=HOURS * 3600
        )  # fmt: skip
    except signing.BadSignature:
        content = {}
    if content.get("official") != official.pk:
        raise Invalid(
            _("The table was looked at too long ago."),
            remedy=_("Look at it again; what you had entered is lost."),
        )
    lines = [
        _line_sent(number, line, posted) for number, line in enumerate(content["lines"])
    ]  # fmt: skip
    names = ("title", "region_column", "change_column")
    fields = {name: str(posted.get(name, "")).strip() for name in names}
    return Sheet(
        official.pk, content["source"], content["kind"], content["schema"], content["table"],
        content["rows"], lines, fields,
    )  # fmt: skip


def _line_json(line: Line) -> dict[str, Any]:
    finding = line.finding
    return {
        "column": line.column.as_json(),
        "finding": [
            finding.meaning, finding.basis, finding.hits, finding.values, finding.distinct,
            [[warn.code, warn.meaning, warn.hits, warn.values] for warn in finding.warnings],
        ],
        "of_person": line.of_person,
        "examples": line.examples,
        "code_set": line.code_set,
    }  # fmt: skip


def _line_sent(number: int, content: Mapping[str, Any], posted: Mapping[str, Any]) -> Line:
    meaning, basis, hits, values, distinct, warnings = content["finding"]
    finding = Finding(
        Meaning(meaning), Basis(basis), hits, values, distinct,
        tuple(Warn(code, Meaning(of), seen, among) for code, of, seen, among in warnings),
    )  # fmt: skip
    return Line(
        number, ColumnShape.of_json(content["column"]), finding, content["of_person"],
        content["examples"], content["code_set"],
        {name: str(posted.get(f"{number}-{name}", "")).strip() for name in CELLS},
        {name: f"{number}-{name}" in posted for name in FLAGS},
    )  # fmt: skip


def accept(
    sheet: Sheet, *, source: DataSource | None, keep_others: bool
) -> Acceptance:  # fmt: skip
    """What the sheet comes to; Invalid with every cell that cannot be read."""
    used = [line for line in sheet.lines if line.flags["use"]]
    faults: list[Fault] = []
    if not used:
        remedy = _("Tick the columns that become data items.")
        faults.append(Fault("0-use", _("No column is chosen."), remedy))
    items = [_item(line, faults) for line in used]
    if faults:
        raise Invalid(_("The table has faults."), faults)
    place = _place(sheet, used, source) if source is not None else None
    return Acceptance(_content(sheet, items), items, place, keep_others)


def _item(line: Line, faults: list[Fault]) -> dict[str, Any]:
    cells = line.cells
    item: dict[str, Any] = {
        "key": cells["key"],
        "name": cells["name"],
        "data_type": _one_of(line, "data_type", DataType.values, faults),
        "length": _length(line, faults),
        "grade": int(_one_of(line, "grade", [str(one) for one in Grade.values], faults) or 1),
        "personal": line.flags["personal"],
        "mask": cells["mask"],
        "sharing_type": _one_of(line, "sharing_type", ["", *SharingType.values], faults),
        "required": line.flags["required"],
    }
    if line.code_set:
        item["code_set"] = line.code_set
    return item


def _one_of(line: Line, name: str, allowed: Sequence[str], faults: list[Fault]) -> str:
    value = line.cells[name]
    if value not in allowed:
        message = _("This is none of the choices.")
        faults.append(Fault(f"{line.number}-{name}", message, _("Choose one of the list.")))
    return value


def _length(line: Line, faults: list[Fault]) -> int | None:
    text = line.cells["length"]
    if not text:
        return None
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text[:12]) <= LONGEST:
        message = _("The length is no whole number above 0.")
        faults.append(Fault(f"{line.number}-length", message, _("Enter it in bytes.")))
        return None
    return int(text)


def _content(sheet: Sheet, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Defaults of the whole entry: what the table and its source say of it."""
    rank = list(SharingType.values)
    strictest = max(
        (rank.index(item["sharing_type"]) for item in items if item["sharing_type"]), default=-1
    )
    content: dict[str, Any] = {
        "title": sheet.fields["title"],
        "format_class": FormatClass.DATABASE if sheet.is_source else FormatClass.SPREADSHEET,
        "format_types": [sheet.kind],
        "sharing_modes": [Mode.TABLE, Mode.FILE] if sheet.is_source else [Mode.FILE],
        "sharing_type": rank[strictest] if strictest >= 0 else "",
    }
    if sheet.is_source and sheet.fields["region_column"]:
        content["splittable"] = True
    return content


def _place(sheet: Sheet, used: Sequence[Line], source: DataSource) -> Place:
    return Place(
        source=source,
        schema=sheet.schema,
        table=sheet.table,
        columns={line.cells["key"]: line.column.name for line in used},
        key_columns=[line.column.name for line in sheet.lines if line.flags["is_key"]],
        region_column=_known(sheet, "region_column"),
        change_column=_known(sheet, "change_column"),
        rows=sheet.rows,
        described=[line.column.as_json() for line in sheet.lines],
    )


def _known(sheet: Sheet, name: str) -> str:
    value = sheet.fields[name]
    return value if any(line.column.name == value for line in sheet.lines) else ""


def show_faults(sheet: Sheet, faults: Sequence[Fault]) -> list[Fault]:
    """Put the faults of cells to their lines, and return all with the controls they lead to."""
    used = [line for line in sheet.lines if line.flags["use"]]
    placed = []
    for fault in faults:
        number, name = _cell(fault.field, used)
        if number is None:
            placed.append(
                Fault(_CONTROLS.get(fault.field, fault.field), fault.message, fault.remedy)
            )
            continue
        line = sheet.lines[number]
        line.faults.setdefault(name, []).append(fault)
        message = _("%(column)s: %(fault)s") % {"column": line.column.name, "fault": fault.message}
        placed.append(Fault(f"{number}-{name}", message, fault.remedy, fault.code))
    return placed


_CONTROLS: Final = {"key_columns": "0-is_key", "": "title"}


def _cell(place: str, used: Sequence[Line]) -> tuple[int | None, str]:
    """Line and cell of ``items[3].name`` (of the items accepted) or ``3-name``."""
    if place.startswith("items["):
        position, _sep, name = place.removeprefix("items[").partition("].")
        if position.isdecimal() and int(position) < len(used):
            return used[int(position)].number, name
        return None, name
    number, sep, name = place.partition("-")
    return (int(number), name) if sep and number.isdecimal() else (None, place)
