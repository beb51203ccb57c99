"""The search rows as columns of numbers, the form in which a million of them count in milliseconds."""

import io
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from numpy.typing import NDArray
from pyarrow import csv

from catalog.models import ResourceStatus
from catalog.search.cursors import Order
from catalog.search.filters import COLUMNS

Positions = NDArray[np.int64] | NDArray[np.int32]
Mask = NDArray[np.bool_]
Key = tuple[int, int, int]
"""What orders two rows of one tier: use, moment in microseconds, number; each falling."""

MOST_KEPT = 24
"""Of so many readers at most it is known what they see; nine bytes for each entry seen."""
NO_DAY = -(2**31)
MANY = frozenset({"provider_id", "region_id", "theme", "classification_code"})
"""Columns of many values; the others have so few that most combinations occur often."""
FEW = tuple(dict.fromkeys(name for name in (*COLUMNS.values(), "grade") if name not in MANY))
FACETS = ("grade", *(name for name, column in COLUMNS.items() if column not in MANY))
"""Facets that follow from the columns of few values."""
_NUMBERS = {"number": pa.int32(), "used": pa.int32(), "updated": pa.int64(), "fresh": pa.int32()}
_TEXTS = (*FEW, *sorted(MANY))
_SELECTED = {
    "number": "number",
    "used": "used",
    "updated": "(extract(epoch FROM updated_at) * 1000000)::bigint",
    "fresh": f"coalesce(fresh_until - DATE '1970-01-01', {NO_DAY})",
    "labels": "array_to_string(labels, ',')",
    **{name: name for name in _TEXTS},
    "sharing_modes": "array_to_string(sharing_modes, ',')",
}
_CODED = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: for each row the place of its text among ``values``."""

    codes: NDArray[np.int32]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Few:
    """All columns of few values in one: for each row the place of its combination."""

    codes: NDArray[np.int32]
    combinations: tuple[Mapping[str, str], ...]
    places: Mapping[str, Mapping[str, Positions]]
    """For each facet the combinations that have a value of it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Search rows, ordered by number."""

    numbers: NDArray[np.int32]
    used: NDArray[np.int32]
    updated: NDArray[np.int64]
    fresh: NDArray[np.int32]
    """Last day of freshness, in days since 1970; NO_DAY where nobody knows."""
    few: Few
    many: Mapping[str, Coded]
    postings: Mapping[int, Positions]
    """The rows of each permission label."""
    sequences: Mapping[Order, Positions]
    """All rows in the order of a list."""
    places: Mapping[Order, NDArray[np.int64]]
    """The place of each row in that order."""
    kept: dict[tuple[int, ...], tuple[Mask, Positions]] = field(default_factory=dict)
    """What readers of late have seen, by their labels; a table never changes."""

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.numbers)

    def positions(self, numbers: NDArray[Any]) -> tuple[Positions, Mask]:
        """Where rows of these numbers stand, and which of the numbers are here at all."""
        found = np.searchsorted(self.numbers, numbers)
        found[found == len(self)] = 0
        here = self.numbers[found] == numbers if len(self) else np.zeros(len(numbers), dtype=bool)
        return found[here], here

    def seen(self, labels: tuple[int, ...]) -> tuple[Mask, Positions]:
        """Rows that carry one of the labels, as a mask and by their places."""
        if (kept := self.kept.get(labels)) is not None:
            return kept
        mask = np.zeros(len(self), dtype=bool)
        for label in labels:
            if (rows := self.postings.get(label)) is not None:
                mask[rows] = True
        found = mask, np.flatnonzero(mask)
        if len(self.kept) >= MOST_KEPT:
            self.kept.clear()
        self.kept[labels] = found
        return found

    def key(self, position: int) -> Key:
        """What the row is ordered by."""
        used, updated, number = self.used[position], self.updated[position], self.numbers[position]
        return -int(used), -int(updated), -int(number)

    def begins_after(self, order: Order, key: Key) -> int:
        """How many rows stand up to ``key`` in the order."""
        cut = 1 if order is Order.NEWEST else 0
        sequence = self.sequences[order]
        return bisect_right(
            range(len(self)), key[cut:], key=lambda place: self.key(int(sequence[place]))[cut:]
        )


def read(where: str) -> Table:
    """The search rows for which the condition is true, as this connection sees them now."""
    chosen = ", ".join(f"{column} AS {name}" for name, column in _SELECTED.items())
    rows = f"SELECT {chosen} FROM catalog_resourcesearch WHERE {where} ORDER BY number"  # noqa: S608 - ours
    data = io.BytesIO()
    statement = f"COPY ({rows}) TO STDOUT (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            data.write(block)
    return build(_parsed(data)) if data.tell() else empty()


@cache
def empty() -> Table:
    """No rows."""
    return build(_parsed(io.BytesIO()))


def _parsed(data: io.BytesIO) -> pa.Table:
    types = {**_NUMBERS, "labels": pa.string(), **dict.fromkeys(_TEXTS, _CODED)}
    if not data.tell():
        return pa.table({name: pa.array([], types[name]) for name in _SELECTED})
    data.seek(0)
    return csv.read_csv(
        data,
        read_options=csv.ReadOptions(column_names=list(_SELECTED), use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={**types, **dict.fromkeys(_TEXTS, pa.string())}, strings_can_be_null=False
        ),
    )


def build(rows: pa.Table) -> Table:
    """The columns of these rows, which come in the order of their numbers."""
    numbers, used, updated, fresh = (rows[name].to_numpy() for name in _NUMBERS)
    coded = {name: _coded(rows[name]) for name in _TEXTS}
    newest = np.lexsort((-numbers.astype(np.int64), -updated))
    most_used = np.lexsort((-numbers.astype(np.int64), -updated, -used.astype(np.int64)))
    sequences = {Order.NEWEST: newest, Order.MOST_USED: most_used}
    return Table(
        numbers, used, updated, fresh,
        few=_few({name: coded[name] for name in FEW}, len(numbers)),
        many={name: coded[name] for name in MANY},
        postings=_postings(rows["labels"]),
        sequences=sequences,
        places={order: _inverse(sequence) for order, sequence in sequences.items()},
    )  # fmt: skip


def _coded(column: pa.ChunkedArray) -> Coded:
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return Coded(
        encoded.indices.to_numpy(zero_copy_only=False), tuple(encoded.dictionary.to_pylist())
    )


def _few(columns: Mapping[str, Coded], rows: int) -> Few:
    mixed = np.zeros(rows, dtype=np.int64)
    for column in columns.values():
        mixed = mixed * max(1, len(column.values)) + column.codes
    _values, first, codes = np.unique(mixed, return_index=True, return_inverse=True)
    combinations = tuple(
        {name: column.values[column.codes[row]] for name, column in columns.items()}
        for row in first
    )
    places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, combination in enumerate(combinations):
        for facet in FACETS:
            for value in values_of(facet, combination):
                places[facet][value].append(place)
    found = {
        facet: {value: np.array(listed, dtype=np.int64) for value, listed in values.items()}
        for facet, values in places.items()
    }
    return Few(codes.astype(np.int32), combinations, found)


def values_of(facet: str, combination: Mapping[str, str]) -> list[str]:
    """Values of a facet that a row of this combination has."""
    if facet == "grade":
        imported = combination["status"] == ResourceStatus.IMPORTED
        return [] if imported else [combination["grade"]]
    value = combination[COLUMNS[facet]]
    return [one for one in value.split(",") if one] if facet == "mode" else [value]


def _postings(labels: pa.ChunkedArray) -> dict[int, Positions]:
    listed = pc.split_pattern(labels.combine_chunks(), ",")
    rows = pc.list_parent_indices(listed).to_numpy(zero_copy_only=False).astype(np.int32)
    texts = pc.list_flatten(listed)
    filled = pc.not_equal(texts, "")
    values = texts.filter(filled).cast(pa.int32()).to_numpy(zero_copy_only=False)
    rows = rows[filled.to_numpy(zero_copy_only=False)]
    order = np.argsort(values, kind="stable")
    distinct, starts = np.unique(values[order], return_index=True)
    parts = np.split(rows[order], starts[1:])
    return dict(zip(distinct.tolist(), parts, strict=True)) if len(distinct) else {}


def _inverse(sequence: Positions) -> NDArray[np.int64]:
    places = np.empty(len(sequence), dtype=np.int64)
    places[sequence] = np.arange(len(sequence))
    return places
