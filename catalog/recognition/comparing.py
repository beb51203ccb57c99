"""How a table differs from the items of its entry and from what it looked like before (R11)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from catalog.recognition.shapes import ColumnShape, Kind, TableShape


class DriftKind(StrEnum):
    """What has become different."""

    TABLE = "table"
    MISSING = "missing"
    RENAMED = "renamed"
    NEW = "new"
    RETYPED = "retyped"
    LENGTH = "length"
    NULLABLE = "nullable"


@dataclass(frozen=True, slots=True)
class MappedItem:
    """A data item of the published version and the column that carries it."""

    key: str
    name: str
    column: str
    data_type: str
    length: int | None
    required: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, at one column; ``detail`` has the item and the column before and after."""

    kind: DriftKind
    column: str
    detail: Mapping[str, Any] = field(default_factory=dict)


HOLDS: Final[Mapping[str, frozenset[str]]] = {
    "C": frozenset((Kind.TEXT, Kind.BINARY)),
    "M": frozenset((Kind.TEXT, Kind.BINARY)),
    "N": frozenset((Kind.DECIMAL, Kind.INTEGER, Kind.FLOAT)),
    "Y": frozenset((Kind.DECIMAL, Kind.INTEGER, Kind.FLOAT)),
    "I": frozenset((Kind.INTEGER,)),
    "B": frozenset((Kind.FLOAT, Kind.DECIMAL)),
    "F": frozenset((Kind.FLOAT, Kind.DECIMAL)),
    "D": frozenset((Kind.DATE, Kind.DATETIME)),
    "T": frozenset((Kind.DATETIME,)),
    "L": frozenset((Kind.BOOLEAN,)),
    "G": frozenset(Kind),
}
"""Which columns can carry an item of each type (2017 Guide) without changing its values."""
LETTERS: Final[Mapping[str, str]] = {
    Kind.TEXT: "C",
    Kind.INTEGER: "I",
    Kind.DECIMAL: "N",
    Kind.FLOAT: "B",
    Kind.BOOLEAN: "L",
    Kind.DATE: "D",
    Kind.DATETIME: "T",
    Kind.BINARY: "G",
}
"""The type of an item that takes over the type of its column."""


def compare(
    items: Sequence[MappedItem],
    others: Collection[str],
    known: Sequence[ColumnShape],
    found: TableShape | None,
) -> list[Difference]:
    """Every difference that somebody has to know of, in the order of the columns.

    ``others`` are columns that are used without being an item: key, region, time of change.
    ``known`` is what the table looked like when it was attached, empty if nobody noted it; new
    columns, lengths and what may be empty are only told against it.
    """
    if found is None:
        return [Difference(DriftKind.TABLE, "")]
    now = {column.name: column for column in found.columns}
    before = {column.name: column for column in known}
    gone = _gone(items, others, now, before)
    new = [column for column in found.columns if known and column.name not in before]
    mapped = {item.column for item in items} | set(others)
    new = [column for column in new if column.name not in mapped]
    renamed = _renamed(gone, new, known, found.columns)
    differences: list[Difference] = []
    for missing in gone:
        successor = renamed.get(missing.column)
        if successor is None:
            differences.append(missing)
        else:
            detail = {**missing.detail, "after": successor.as_json()}
            differences.append(Difference(DriftKind.RENAMED, missing.column, detail))
    taken = {column.name for column in renamed.values()}
    for item in items:
        if item.column in now:
            differences += _changed(item, before.get(item.column), now[item.column])
    differences += [
        Difference(DriftKind.NEW, column.name, {"after": column.as_json()})
        for column in new
        if column.name not in taken
    ]
    return differences


def _gone(
    items: Sequence[MappedItem],
    others: Collection[str],
    now: Mapping[str, ColumnShape],
    before: Mapping[str, ColumnShape],
) -> list[Difference]:
    """Columns in use that are not there; each once, with the item it carries."""
    used = {name: ("", "") for name in others if name}
    used |= {item.column: (item.key, item.name) for item in items}
    return [
        Difference(
            DriftKind.MISSING, column, _detail(key, name, before.get(column), None)
        )
        for column, (key, name) in used.items()
        if column not in now
    ]  # fmt: skip


def _detail(
    key: str, name: str, before: ColumnShape | None, after: ColumnShape | None
) -> dict[str, Any]:
    return {
        "item": key,
        "name": name,
        "before": before.as_json() if before else None,
        "after": after.as_json() if after else None,
    }


def _changed(
    item: MappedItem, before: ColumnShape | None, now: ColumnShape
) -> list[Difference]:  # fmt: skip
    detail = _detail(item.key, item.name, before, now)
    if now.kind and now.kind not in HOLDS.get(item.data_type, frozenset(Kind)):
        return [Difference(DriftKind.RETYPED, now.name, detail)]
    found: list[Difference] = []
    if before is None:
        return found
    if before.length != now.length and not _fits(item.length, now.length):
        found.append(Difference(DriftKind.LENGTH, now.name, detail))
    if now.nullable and not before.nullable and item.required:
        found.append(Difference(DriftKind.NULLABLE, now.name, detail))
    return found


def _fits(item: int | None, column: int | None) -> bool:
    """Items count bytes of GB 18030, columns characters: one or two bytes each."""
    return item == column or (item is not None and column is not None and item == 2 * column)


def length_for(item: int | None, before: int | None, now: int | None) -> int | None:
    """The length of an item that follows its column: wide stays wide."""
    if now is None:
        return None
    return 2 * now if item is not None and before is not None and item == 2 * before else now


def _renamed(
    gone: Sequence[Difference],
    new: Sequence[ColumnShape],
    known: Sequence[ColumnShape],
    found: Sequence[ColumnShape],
) -> dict[str, ColumnShape]:
    """Which new column probably is which missing one: same type, same place or same comment.

    Only where there is exactly one candidate, and it is the candidate of one column only.
    """
    shapes = {column.name: column for column in known}
    was_at = {column.name: place for place, column in enumerate(known)}
    is_at = {column.name: place for place, column in enumerate(found)}
    guesses: dict[str, ColumnShape] = {}
    for missing in gone:
        old = shapes.get(missing.column)
        if old is None:
            continue
        alike = [
            column
            for column in new
            if column.source_type == old.source_type
            and (
                is_at[column.name] == was_at[old.name]
                or (old.comment and column.comment == old.comment)
            )
        ]
        if len(alike) == 1:
            guesses[missing.column] = alike[0]
    names = [column.name for column in guesses.values()]
    return {name: column for name, column in guesses.items() if names.count(column.name) == 1}
