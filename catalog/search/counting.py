"""Counts of every facet, and one page of what is found, over the rows in memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from heapq import merge
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.models import ResourceStatus, SharingType
from catalog.search.columns import MANY, NO_DAY, Key, Mask, Positions, Table, values_of
from catalog.search.cursors import Cursor, Order
from catalog.search.filters import COLUMNS, POSSIBLE, USABLE, Filters, Freshness, Reader, fitting
from catalog.search.memory import Part
from catalog.search.query import Query

Usable = Callable[[], NDArray[Any]]
"""Numbers of the rows whose data the reader's departments may pull; asked for where needed."""
_EPOCH = date(1970, 1, 1)
_DENSE = 100
"""Where one row of so many is found, walking along the order is quicker than sorting."""
_STRIDE = 4_096


@dataclass(frozen=True, slots=True)
class Counts:
    """Entries that pass all filters, and the numbers of every facet by value."""

    total: int
    by_facet: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a page."""

    tier: int
    key: Key
    number: int


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Rows of one part that the reader sees and the query finds; ``fits`` by filter."""

    table: Table
    rows: Positions
    tiers: NDArray[np.int8]
    fits: Mapping[str, Mask]
    reader: Reader
    seen: Mask
    usable: Usable

    @property
    def are_all_seen(self) -> bool:
        """Whether neither words nor filters leave out anything that the reader sees."""
        return not self.fits and int(np.count_nonzero(self.seen)) == len(self.rows)

    def passing(self, leaving_out: str = "") -> Mask:
        """Rows that pass every filter but the one left out."""
        mask = np.ones(len(self.rows), dtype=bool)
        for name, fits in self.fits.items():
            if name != leaving_out:
                mask &= fits
        return mask


@dataclass(frozen=True, slots=True)
class Selection:
    """What is found, before it is counted and cut into pages."""

    parts: tuple[_Candidates, ...]

    def total(self) -> int:
        """How many entries there are, exactly."""
        return sum(int(np.count_nonzero(part.passing())) for part in self.parts)

    def counts(self) -> Counts:
        """Exact numbers; a facet counts with every filter but its own."""
        total = 0
        by_facet: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for part in self.parts:
            everything = part.passing()
            total += int(np.count_nonzero(everything))
            groups = [(everything, [name for name in POSSIBLE if name not in part.fits])]
            groups += [(part.passing(name), [name]) for name in part.fits]
            for mask, names in groups:
                for name, value, number in _counted(part, mask, names):
                    if number:
                        by_facet[name][value] += number
        return Counts(total, by_facet)

    def page(self, order: Order, cursor: Cursor | None, size: int) -> list[Place]:
        """The first ``size`` rows after the cursor."""
        ordered = (_first(part, order, cursor, size) for part in self.parts)
        cut = 1 if order is Order.NEWEST else 0
        merged = merge(*ordered, key=lambda place: (place.tier, place.key[cut:]))
        return list(islice(merged, size))


def select(
    parts: Iterable[Part], reader: Reader, query: Query, filters: Filters, usable: Usable
) -> Selection:
    """What the reader sees, the query finds and the filters let pass."""
    return Selection(tuple(_candidates(part, reader, query, filters, usable) for part in parts))


def _candidates(
    part: Part, reader: Reader, query: Query, filters: Filters, usable: Usable
) -> _Candidates:
    table = part.table
    seen, rows = part.seen(reader.sight.labels)
    tiers = np.zeros(0, dtype=np.int8)
    if query:
        rows, tiers = part.found(query)
        rows, tiers = rows[seen[rows]], tiers[seen[rows]]
    everything = _Candidates(table, rows, tiers, {}, reader, seen, usable)
    fits = {name: _fits(everything, name, filters) for name in POSSIBLE if getattr(filters, name)}
    return replace(everything, fits=fits)


# --- filters -------------------------------------------------------------------------------


def _fits(found: _Candidates, name: str, filters: Filters) -> Mask:
    values = getattr(filters, name)
    if name == "usable":
        return _usable(found)
    if name == "freshness":
        return _fresh_or_late(found, set(values))
    accepts = fitting(name, values)
    if (column := COLUMNS.get(name)) in MANY:
        coded = found.table.many[str(column)]
        return np.array([accepts(value) for value in coded.values], dtype=bool)[
            coded.codes[found.rows]
        ]
    few = found.table.few
    chosen = [
        any(accepts(value) for value in values_of(name, combination))
        for combination in few.combinations
    ]
    return np.array(chosen, dtype=bool)[few.codes[found.rows]]


def _fresh_or_late(found: _Candidates, wanted: set[str]) -> Mask:
    late = _overdue(found)
    if wanted == {Freshness.OVERDUE}:
        return late
    known = _known(found)
    return known & ~late if wanted == {Freshness.FRESH} else known


def _known(found: _Candidates) -> Mask:
    known: Mask = found.table.fresh[found.rows] != NO_DAY
    return known


def _overdue(found: _Candidates) -> Mask:
    today = (found.reader.on - _EPOCH).days
    late: Mask = found.table.fresh[found.rows] < today
    return late & _known(found)


def _usable(found: _Candidates) -> Mask:
    """As ``Sight.usable`` says it."""
    sight, table = found.reader.sight, found.table
    if not sight.groups:
        return np.zeros(len(found.rows), dtype=bool)
    free = np.array(
        [
            one["sharing_type"] == SharingType.UNCONDITIONAL
            and one["status"] == ResourceStatus.PUBLISHED
            for one in table.few.combinations
        ],
        dtype=bool,
    )
    providers = table.many["provider_id"]
    own = np.array([int(value) in sight.groups for value in providers.values], dtype=bool)
    foreign = free[table.few.codes[found.rows]] & ~own[providers.codes[found.rows]]
    granted = np.zeros(len(table), dtype=bool)
    granted[table.positions(found.usable())[0]] = True
    usable: Mask = foreign | granted[found.rows]
    return usable


# --- numbers -------------------------------------------------------------------------------


def _counted(
    found: _Candidates, mask: Mask, names: Iterable[str]
) -> Iterator[tuple[str, str, int]]:
    """Facet, value and number of the rows of the mask."""
    rows = found.rows if mask.all() else found.rows[mask]
    few = found.table.few
    numbers = np.bincount(few.codes.take(rows), minlength=len(few.combinations))
    for name in names:
        if name == "usable":
            yield name, USABLE, int(np.count_nonzero(_usable(found) & mask))
        elif name == "freshness":
            late = _overdue(found) & mask
            yield name, Freshness.OVERDUE, int(np.count_nonzero(late))
            yield name, Freshness.FRESH, int(np.count_nonzero(_known(found) & mask & ~late))
        elif (column := COLUMNS.get(name)) in MANY:
            coded = found.table.many[str(column)]
            counted = np.bincount(coded.codes.take(rows), minlength=len(coded.values))
            for place in np.flatnonzero(counted):
                yield name, coded.values[place], int(counted[place])
        else:
            for value, places in few.places.get(name, {}).items():
                yield name, value, int(numbers[places].sum())


# --- pages ---------------------------------------------------------------------------------


def _first(found: _Candidates, order: Order, cursor: Cursor | None, size: int) -> Iterator[Place]:
    """Rows of one part in their order, as far as a page can need them."""
    table = found.table
    sorting = Order.NEWEST if order is Order.NEWEST else Order.MOST_USED
    by_tier = order is Order.RELEVANCE and len(found.tiers) > 0
    begin = table.begins_after(sorting, cursor.key) if cursor else 0
    if found.are_all_seen and not by_tier and len(found.rows) * _DENSE > len(table):
        yield from _walk(table, found.seen, table.sequences[sorting][begin:], size)
        return
    mask = found.passing()
    rows = found.rows[mask]
    if not by_tier and len(rows) * _DENSE > len(table):
        chosen = np.zeros(len(table), dtype=bool)
        chosen[rows] = True
        yield from _walk(table, chosen, table.sequences[sorting][begin:], size)
        return
    keys = table.places[sorting][rows]
    if by_tier:
        keys = keys + (found.tiers[mask].astype(np.int64) << 32)
    if cursor:
        after = keys >= begin + ((cursor.tier << 32) if by_tier else 0)
        rows, keys = rows[after], keys[after]
    if len(keys) > size:
        least = np.argpartition(keys, size - 1)[:size]
        rows, keys = rows[least], keys[least]
    for place in np.argsort(keys):
        row = int(rows[place])
        tier = int(keys[place]) >> 32 if by_tier else 0
        yield Place(tier, table.key(row), int(table.numbers[row]))


def _walk(table: Table, chosen: Mask, sequence: Positions, size: int) -> Iterator[Place]:
    """The first chosen rows along the sequence; quick where every few rows one is found."""
    left = size
    for start in range(0, len(sequence), _STRIDE):
        part = sequence[start : start + _STRIDE]
        for row in part[chosen[part]][:left]:
            yield Place(0, table.key(int(row)), int(table.numbers[row]))
            left -= 1
        if not left:
            return
