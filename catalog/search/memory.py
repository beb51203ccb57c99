"""The search rows that this process holds in memory, exactly as the database has them.

Every search row says in which transaction it changed. What is held goes up to a transaction below
which everything had ended; what changed since then is read anew each time, as the asking
connection sees it, and takes the place of what is held. So an entry that was withdrawn, or a right
that was taken, counts no more in the very next answer, in every process; and what a transaction
has not committed nobody else sees.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple, Self

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.search.columns import Mask, Positions, Table, empty, read
from catalog.search.query import Query, matches

Numbers = NDArray[np.int32]
Tiers = NDArray[np.int8]
MOST_FOUND = 32 * 1024**2
"""Bytes of what queries found that are kept."""
MOST_APART = 2_000
"""So many changed rows are read anew each time, before they are put with the others."""

_STATE = """
SELECT pg_relation_filenode('catalog_resourcesearch'),
  pg_relation_filenode('catalog_resourcewords'),
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
  greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
           pg_current_xact_id_if_assigned()::text::bigint),
  ARRAY(SELECT number FROM catalog_searchgone WHERE changed_in >= %(since)s),
  EXISTS(SELECT FROM catalog_resourcesearch WHERE changed_in >= %(since)s),
  pg_current_xact_id_if_assigned() IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows, and which of them count; None: all of them."""

    table: Table
    alive: Mask | None = None
    kept: "_Found | None" = None
    """What queries of late found in the table; None where it may not be kept."""
    is_apart: bool = False
    """Whether these are the rows that changed."""

    def seen(self, labels: list[int]) -> tuple[Mask, Positions]:
        """Rows that count and carry one of the labels, as a mask and by their places."""
        mask, rows = self.table.seen(tuple(labels))
        if self.alive is None:
            return mask, rows
        return mask & self.alive, rows[self.alive[rows]]

    def found(self, query: Query) -> tuple[Positions, Tiers]:
        """Places of the rows that the query finds, and how well they fit (``query.tier``)."""
        if self.kept is not None and (known := self.kept.get(query)) is not None:
            return known
        numbers, tiers = matches(query, self.table.numbers if self.is_apart else None)
        rows, here = self.table.positions(numbers)
        found = rows.astype(np.int32), tiers[here]
        if self.kept is not None:
            self.kept.keep(query, found)
        return found


class _Found:
    """What the last queries found in a table that does not change: up to 32 MB.

    A row of the table that changed since does not count, so it does not matter what was found of
    it; the words of the others are what they were.
    """

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self._known: dict[Query, tuple[Positions, Tiers]] = {}
        self._lock = Lock()
        self._file = 0

    def of(self, file: int) -> Self:
        """The same, forgotten if the words have another file now: the index was built anew."""
        if file != self._file:
            self.clear()
            self._file = file
        return self

    def get(self, query: Query) -> tuple[Positions, Tiers] | None:
        """What is known, which is then the last to be given up."""
        with self._lock:
            if (found := self._known.pop(query, None)) is not None:
                self._known[query] = found
            return found

    def clear(self) -> None:
        """Know nothing any more."""
        with self._lock:
            self._known.clear()

    def keep(self, query: Query, found: tuple[Positions, Tiers]) -> None:
        """Know it, and give up what was not asked for the longest time."""
        with self._lock:
            self._known[query] = found
            size = sum(rows.nbytes + tiers.nbytes for rows, tiers in self._known.values())
            while size > MOST_FOUND:
                rows, tiers = self._known.pop(next(iter(self._known)))
                size -= rows.nbytes + tiers.nbytes


@dataclass(frozen=True, slots=True)
class _Held:
    table: Table
    since: int
    """Changes of this transaction and later ones are not in the table, or perhaps not."""
    file: int
    """What the table's rows were stored in; another file holds other rows."""
    found: _Found = field(default_factory=_Found)


_held: dict[str, _Held] = {}
_lock = Lock()


def look() -> list[Part]:
    """All search rows as of now: those held, and those that changed since."""
    name = str(connection.settings_dict["NAME"])
    held = _held.get(name)
    state = _state(held.since if held else 0)
    if held is None or held.file != state.file:
        held, state = _hold(name, None)
    changed = _read_changed(held, state)
    if len(changed) > MOST_APART and state.settled > held.since:
        held, state = _hold(name, held)
        changed = _read_changed(held, state)
    # what a transaction sees of its own changes may yet be taken back
    kept = None if state.writes else held.found.of(state.words)
    if not len(changed) and not len(state.gone):
        return [Part(held.table, kept=kept)]
    alive = np.ones(len(held.table), dtype=bool)
    alive[held.table.positions(np.concatenate([changed.numbers, state.gone]))[0]] = False
    return [Part(held.table, alive, kept), Part(changed, is_apart=True)]


def _read_changed(held: _Held, state: "_State") -> Table:
    return read(_changed(held.since, state.newest)) if state.changed else empty()


def _changed(since: int, newest: int) -> str:
    # numbers beyond the newest transaction come from another server, by a restored backup
    return f"(changed_in BETWEEN {since:d} AND {newest:d})"


def forget() -> None:
    """Read everything anew at the next look, for whoever has changed rows behind the triggers."""
    _held.clear()


def forget_words() -> None:
    """Ask the database anew for the next words, whoever asked for them before."""
    for held in _held.values():
        held.found.clear()


def _hold(name: str, known: _Held | None) -> tuple[_Held, "_State"]:
    """Read everything anew, unless another thread has done so in the meantime."""
    with _lock:
        held = _held.get(name)
        state = _state(held.since if held else 0)
        if held is None or held is known or held.file != state.file:
            table = read(f"NOT {_changed(state.settled, state.newest)}")
            held = _held[name] = _Held(table, state.settled, state.file)
            state = _state(held.since)
        return held, state


class _State(NamedTuple):
    file: int
    words: int
    """What the words are stored in."""
    settled: int
    """Every transaction before this one has ended."""
    newest: int
    """No transaction after this one has begun."""
    gone: Numbers
    changed: bool
    """Whether any row has changed since, or comes from another server."""
    writes: bool
    """Whether the asking transaction has changed anything."""


def _state(since: int) -> _State:
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"since": since})
        file, words, settled, newest, gone, changed, writes = cursor.fetchone()
    return _State(file, words, settled, newest, np.array(gone, dtype=np.int32), changed, writes)
