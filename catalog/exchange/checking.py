"""What each row of an upload would do to the catalog, and what is wrong with it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from catalog.actions import check_draft, entered_faults
from catalog.actions.content import UNCONDITIONAL, highest_grade
from catalog.exchange import cells
from catalog.exchange.cells import CellFault, read, tidy, write
from catalog.exchange.columns import COLUMNS, CONTENT_KEYS, ITEM, ITEM_COLUMNS, Column, Kind
from catalog.exchange.existing import Existing, find_existing
from catalog.exchange.faults import frozen
from catalog.exchange.headers import SheetMatch
from catalog.exchange.keys import unique_key
from catalog.exchange.speaking import filled, spoken
from catalog.exchange.staging import cell_of, store_findings
from catalog.models import Intake, IntakeRow, ResourceVersion
from portal.errors import Fault
from portal.organisation.models import Department
from portal.sheets import Cell

State = IntakeRow.State
_SYSTEM = re.compile("(?:系统|平台)$")
_DEFAULTED = ("open_type", "grade")
"""Columns whose empty cells leave the entry as it is."""


@dataclass(slots=True)
class Plan:
    """What one entry of the file means: its content, its items, and the entry it is already."""

    row: IntakeRow
    item_rows: list[IntakeRow]
    content: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] | None = None
    existing: Existing | None = None
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    item_faults: dict[int, list[Fault]] = field(default_factory=lambda: defaultdict(list))

    @property
    def is_faulty(self) -> bool:
        """Whether it must be left out."""
        return bool(self.faults or self.item_faults)

    @property
    def state(self) -> str:
        """What writing it would do."""
        if self.is_faulty:
            return State.FAULTY
        if self.existing is None:
            return State.NEW
        return State.UNCHANGED if _is_unchanged(self, self.existing) else State.CHANGED


class Checker:
    """Checks batches of rows of one upload."""

    def __init__(self, intake: Intake) -> None:
        self.department: Department = intake.department
        self._sheets = [SheetMatch.of_json(sheet) for sheet in intake.matching]
        cells.forget_classes()

    def plans(self, rows: Sequence[IntakeRow], *, about_to_write: bool = False) -> list[Plan]:
        """What these rows of entries mean now; asks the database a few times in all.

        Actions check drafts themselves: what is about to be written is not checked twice.
        """
        items: dict[int | None, list[IntakeRow]] = defaultdict(list)
        owned = IntakeRow.objects.filter(owner__in=[row.pk for row in rows])
        for item in owned.order_by("sheet", "number", "id"):
            items[item.owner_id].append(item)
        plans = [Plan(row, items[row.pk]) for row in rows]
        given = {plan.row.pk: self._cells(plan.row) for plan in plans}
        found = find_existing(self.department, given)
        for plan in plans:
            mine = given[plan.row.pk]
            plan.existing, faults = found[plan.row.pk]
            plan.faults += faults
            self._check_place(plan, mine)
            self._read_content(plan, mine)
            self._read_items(plan)
            if plan.state == State.CHANGED and plan.existing and plan.existing.closed:
                plan.faults.append(plan.existing.closed)
            if not plan.is_faulty and not about_to_write:
                self._check_whole(plan)
        return plans

    def _cells(self, row: IntakeRow) -> dict[str, Cell]:
        columns = self._sheets[row.sheet].columns
        found: dict[str, Cell] = {column.key: "" for column in columns if column.key}
        for column, stored in zip(columns, row.cells, strict=False):
            if column.key:
                found[column.key] = cell_of(stored)
        return found

    def _check_place(self, plan: Plan, given: Mapping[str, Cell]) -> None:
        if plan.row.twin is not None:
            plan.faults.append(
                Fault(
                    "title" if plan.row.identity.startswith("t") else "code",
                    filled(_("The same entry already stands in row %(row)s."), row=plan.row.twin),
                    _("Keep one of the two rows, or tell them apart by code or title."),
                    "duplicate",
                )
            )
        provider = tidy(given.get("provider", ""))
        names = {self.department.name, self.department.name_en, self.department.uscc}
        if provider and provider not in names:
            plan.faults.append(
                Fault(
                    "provider",
                    filled(
                        _("The row belongs to another department than %(department)s."),
                        department=self.department.name,
                    ),
                    _(
                        "Leave it to that department. If the column names internal units, leave the "
                        "column out at the headings."
                    ),
                    "provider",
                )
            )

    def _read_content(self, plan: Plan, given: Mapping[str, Cell]) -> None:
        for key in CONTENT_KEYS:
            if key not in given:
                continue
            column = COLUMNS[key]
            if key in _DEFAULTED and not tidy(given[key]):
                continue
            try:
                plan.content[column.field] = read(column, given[key])
            except CellFault as fault:
                plan.faults.append(fault.at(column))
        broken = given.get("code", "")
        if not isinstance(broken, str) and broken.kind == "broken":
            plan.faults = [_fault_of(broken)]
        elif not plan.content.get("title") and not any(f.field == "title" for f in plan.faults):
            plan.faults.append(
                Fault("title", _("The entry has no title."), _("Name the data, not the system."))
            )

    def _read_items(self, plan: Plan) -> None:
        if not plan.item_rows:
            return
        before = plan.existing.items_by if plan.existing else {}
        plan.items = []
        taken: set[str] = set()
        for position, row in enumerate(plan.item_rows):
            item, faults = self._read_item(row)
            plan.item_faults[position] += faults
            known = before.get(str(item.get("key") or "")) or before.get(f"名{item.get('name')}")
            if known is not None:
                item = {**known, **{k: value for k, value in item.items() if value or k != "key"}}
            if not item.get("key") and item.get("name"):
                item["key"] = unique_key(item["name"], taken)
            taken.add(str(item.get("key", "")))
            plan.item_faults[position] += _missing(item, faults)
            if not plan.item_faults[position]:
                del plan.item_faults[position]
            plan.items.append(item)

    def _read_item(self, row: IntakeRow) -> tuple[dict[str, Any], list[Fault]]:
        given = self._cells(row)
        item: dict[str, Any] = {}
        faults = []
        for column in ITEM_COLUMNS:
            if column.key not in given or (
                column.field in _DEFAULTED and not tidy(given[column.key])
            ):
                continue
            try:
                item[column.field] = read(column, given[column.key])
            except CellFault as fault:
                faults.append(fault.at(column))
        return item, faults

    def _check_whole(self, plan: Plan) -> None:
        """The checks of every draft, on what the entry would be."""
        content = dict(plan.content)
        if plan.existing is not None:
            content = {**plan.existing.content, **content}
        version, faults = self._draft_faults(content, plan.items or [])
        if not faults:
            plan.notes = _notes(version)
        for fault in faults:
            place, _dot, name = fault.field.rpartition(".")
            if place.startswith("items["):
                position = int(place[6:-1])
                plan.item_faults[position].append(_placed(fault, ITEM + name))
            else:
                plan.faults.append(_placed(fault, fault.field))

    def _draft_faults(
        self, content: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
    ) -> tuple[ResourceVersion, list[Fault]]:
        """The draft of this content, and what it would be refused for, in all languages."""
        version, _items, faults = check_draft(self.department, content, items)
        if faults:
            faults = _spoken(faults, lambda: check_draft(self.department, content, items)[2])
        return version, faults


def _spoken(faults: Sequence[Fault], again: Callable[[], Sequence[Fault]]) -> list[Fault]:
    """Faults whose texts were put together on the spot, in all languages."""
    said: list[dict[str, str]] = [{} for _fault in faults]
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for texts, fault in zip(said, again(), strict=True):
                texts[code] = str(fault.message)
    return [
        Fault(fault.field, spoken(texts), fault.remedy, fault.code)
        for fault, texts in zip(faults, said, strict=True)
    ]


def _notes(version: ResourceVersion) -> list[Fault]:
    """What publication will still ask for, and a title that is no name of data."""
    notes = _spoken(entered_faults(version), lambda: entered_faults(version))
    if _SYSTEM.search(version.title):
        notes.append(
            Fault(
                "title",
                _("The title names a system, not data."),
                _("Name the data that the system holds."),
                "system",
            )
        )
    return notes


def _missing(item: Mapping[str, Any], faults: Sequence[Fault]) -> list[Fault]:
    """What an item cannot do without, as far as nothing worse was said of it."""
    said = {fault.field for fault in faults}
    return [
        Fault(
            column.key,
            filled(_("“%(column)s” is empty."), column=column.heading),
            _("Fill in the cell; without a column for it, add one."),
            "missing",
        )
        for column in ITEM_COLUMNS
        if column.needed and not item.get(column.field) and column.key not in said
    ]


def _placed(fault: Fault, key: str) -> Fault:
    remedy = fault.remedy or _("Correct the cell.")
    return Fault(key, fault.message, remedy, fault.code)


def _fault_of(cell: Any) -> Fault:
    try:
        read(COLUMNS["code"], cell)
    except CellFault as fault:
        return fault.at(COLUMNS["code"])
    raise AssertionError


def _is_unchanged(plan: Plan, existing: Existing) -> bool:
    """Whether writing the plan would leave the entry as it is.

    Both sides are compared as cells say them, so that what was exported is never a change.
    """
    for name, value in plan.content.items():
        if not _is_same(name, existing.content[name], value, plan, existing):
            return False
    if plan.items is None:
        return True
    given = [_canonical(item) for item in plan.items]
    return given == [_canonical(item) for item in existing.items]


def _is_same(name: str, before: Any, value: Any, plan: Plan, existing: Existing) -> bool:
    if name == "grade":
        items = existing.items if plan.items is None else plan.items
        highest = highest_grade((item.get("grade", 1) for item in items), default=value)
        return before in {value, highest}
    column = COLUMNS[name]
    known = _as_read(column, before)
    if name == "sharing_condition":
        return {known, value} <= {"", UNCONDITIONAL} or known == value
    return bool(known == value)


def _canonical(item: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for column in ITEM_COLUMNS:
        value = item.get(column.field)
        if column.field == "grade":
            value = value or 1
        found[column.field] = _as_read(column, value)
    return found


def _as_read(column: Column, value: Any) -> Any:
    """The value as it would come back from a file; itself where a file could not hold it."""
    if column.kind == Kind.CLASSIFICATION:
        return value
    try:
        return read(column, write(column, value))
    except CellFault:
        return value


def differences(plan: Plan) -> list[tuple[str, str, str]]:
    """What writing the plan would change, as (heading, before, after), for a person."""
    if plan.existing is None:
        return []
    found = [
        (
            str(COLUMNS[name].heading),
            write(COLUMNS[name], plan.existing.content[name]),
            write(COLUMNS[name], value),
        )
        for name, value in plan.content.items()
        if not _is_same(name, plan.existing.content[name], value, plan, plan.existing)
    ]
    if plan.items is not None:
        before = {item["key"]: _canonical(item) for item in plan.existing.items}
        after = {item["key"]: _canonical(item) for item in plan.items}
        changed = [key for key in after if key in before and before[key] != after[key]]
        for label, keys in (
            (_("Data items added"), [key for key in after if key not in before]),
            (_("Data items changed"), changed),
            (_("Data items removed"), [key for key in before if key not in after]),
        ):
            names = [(after.get(key) or before[key])["name"] for key in keys]
            if names:
                found.append((str(label), "", "、".join(names)))
        if before == after and list(before) != list(after):
            found.append((str(_("Order of the data items")), "", "、".join(after)))
    return found


def save_checked(plans: Iterable[Plan], sheets: Sequence[SheetMatch]) -> None:
    """Keep what was found with the rows."""
    rows = []
    for plan in plans:
        plan.row.state = plan.state
        plan.row.target = plan.existing.resource_id if plan.existing else None
        plan.row.faults = [frozen(fault, plan.row, sheets) for fault in plan.faults]
        plan.row.notes = [frozen(note, plan.row, sheets) for note in plan.notes]
        rows.append(plan.row)
        for position, faults in plan.item_faults.items():
            row = plan.item_rows[position]
            row.faults = [frozen(fault, row, sheets) for fault in faults]
            rows.append(row)
    store_findings(rows)
