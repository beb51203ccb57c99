"""The search rows that this process holds in memory, exactly as the database has them.

Every search row says in which transaction it changed. What is held goes up to a transaction below
which everything had ended; what changed since then is read anew each time, as the asking
connection sees it, and takes the place of what is held. So an entry that was withdrawn, or a right
that was taken, counts no more in the very next answer, in every process; and what a transaction
has not committed nobody else sees.
"""

from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from catalog.search.columns import Mask, Positions, Table, read

Numbers = NDArray[np.int32]
MOST_APART = 2_000
"""So many changed rows are read anew each time, before they are put with the others."""

_STATE = """
SELECT pg_relation_filenode('catalog_resourcesearch'),
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
  greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
           pg_current_xact_id_if_assigned()::text::bigint),
  ARRAY(SELECT number FROM catalog_searchgone WHERE changed_in >= %s)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows, and which of them count; None: all of them."""

    table: Table
    alive: Mask | None = None

    def seen(self, labels: list[int]) -> tuple[Mask, Positions]:
        """Rows that count and carry one of the labels, as a mask and by their places."""
        mask, rows = self.table.seen(tuple(labels))
        if self.alive is None:
            return mask, rows
        return mask & self.alive, rows[self.alive[rows]]


@dataclass(frozen=True, slots=True)
class _Held:
    table: Table
    since: int
    """Changes of this transaction and later ones are not in the table, or perhaps not."""
    file: int
    """What the table's rows were stored in; another file holds other rows."""


_held: dict[str, _Held] = {}
_lock = Lock()


def look() -> list[Part]:
    """All search rows as of now: those held, and those that changed since."""
    name = str(connection.settings_dict["NAME"])
    held = _held.get(name)
    state = _state(held.since if held else 0)
    if held is None or held.file != state.file:
        held, state = _hold(name, None)
    changed = read(_changed(held.since, state.newest))
    if len(changed) > MOST_APART and state.settled > held.since:
        held, state = _hold(name, held)
        changed = read(_changed(held.since, state.newest))
    if not len(changed) and not len(state.gone):
        return [Part(held.table)]
    alive = np.ones(len(held.table), dtype=bool)
    alive[held.table.positions(np.concatenate([changed.numbers, state.gone]))[0]] = False
    return [Part(held.table, alive), Part(changed)]


def _changed(since: int, newest: int) -> str:
    # numbers beyond the newest transaction come from another server, by a restored backup
    return f"(changed_in BETWEEN {since:d} AND {newest:d})"


def forget() -> None:
    """Read everything anew at the next look, for whoever has changed rows behind the triggers."""
    _held.clear()


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
    settled: int
    """Every transaction before this one has ended."""
    newest: int
    """No transaction after this one has begun."""
    gone: Numbers


def _state(since: int) -> _State:
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [since])
        file, settled, newest, gone = cursor.fetchone()
    return _State(file, settled, newest, np.array(gone, dtype=np.int32))
