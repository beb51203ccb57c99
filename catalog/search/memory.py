"""The search rows that this process holds in memory, exactly as the database has them.

Every search row says in which transaction it changed. What is held goes up to a transaction below
which everything had ended; what changed since then is read anew each time, as the asking
connection sees it, and takes the place of what is held. So an entry that was withdrawn, or a right
that was taken, counts no more in the very next answer, in every process; and what a transaction
has not committed nobody else sees.
"""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from django.db import connection

from catalog.search.columns import Mask, Table, read

MOST_APART = 2_000
"""So many changed rows are read anew each time, before they are put with the others."""

_STATE = """
SELECT pg_relation_filenode('catalog_resourcesearch'),
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
  greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
           pg_current_xact_id_if_assigned()::text::bigint)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows, and which of them count; None: all of them."""

    table: Table
    alive: Mask | None = None

    def seen(self, labels: list[int]) -> Mask:
        """Rows that count and carry one of the labels."""
        mask = self.table.seen(labels)
        return mask if self.alive is None else mask & self.alive


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
    file, settled, newest = _state()
    held = _held.get(name)
    if held is None or held.file != file:
        held = _hold(name, None)
    changed = read(_changed(held.since, newest))
    if len(changed) > MOST_APART and settled > held.since:
        held = _hold(name, held)
        changed = read(_changed(held.since, newest))
    gone = _gone(held.since)
    if not len(changed) and not len(gone):
        return [Part(held.table)]
    alive = np.ones(len(held.table), dtype=bool)
    alive[held.table.positions(np.concatenate([changed.numbers, gone]))[0]] = False
    return [Part(held.table, alive), Part(changed)]


def _changed(since: int, newest: int) -> str:
    # numbers beyond the newest transaction come from another server, by a restored backup
    return f"(changed_in BETWEEN {since:d} AND {newest:d})"


def forget() -> None:
    """Read everything anew at the next look, for whoever has changed rows behind the triggers."""
    _held.clear()


def _hold(name: str, known: _Held | None) -> _Held:
    """Read everything anew, unless another thread has done so in the meantime."""
    with _lock:
        file, settled, newest = _state()
        held = _held.get(name)
        if held is None or held is known or held.file != file:
            held = _Held(read(f"NOT {_changed(settled, newest)}"), settled, file)
            _held[name] = held
        return held


def _state() -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        file, settled, newest = cursor.fetchone()
    return file, settled, newest


def _gone(since: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM catalog_searchgone WHERE changed_in >= %s", [since])
        return np.array([number for (number,) in cursor.fetchall()], dtype=np.int32)
