"""Doing the same to many things at once with the code that does it to one.

Code that changes one thing asks a few questions and inserts a few rows. Within ``gathered`` the
same code runs once for each of many things, but equal questions are asked once, rows that only
have to be there when the transaction ends are kept and inserted together, and what has to be done
at the end is done once for all::

    with transaction.atomic(), gathered():
        for item in items:
            with attempt():  # leaves nothing behind when it raises
                sign(item)

Outside of ``gathered`` every function here does its work at once. Whoever inserts a row with
``insert`` must not look for it in the database before the gathering ends.
"""

import gc
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from django.db import models, transaction

from portal import bulk

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)
Work = Callable[[list[Any]], object]


class _Gathering:
    """What has been gathered so far."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], list[models.Model]] = {}
        self.pending: set[int] = set()
        self.last: dict[Work, list[Any]] = {}
        self.answers: dict[str, dict[Any, Any]] = {}

    def marks(self) -> tuple[dict[Any, int], dict[Any, int]]:
        """How far everything has come; ``back_to`` returns there."""
        return (
            {model: len(rows) for model, rows in self.rows.items()},
            {work: len(items) for work, items in self.last.items()},
        )

    def back_to(self, marks: tuple[dict[Any, int], dict[Any, int]]) -> None:
        """Forget what was gathered since."""
        for model, rows in self.rows.items():
            kept = marks[0].get(model, 0)
            self.pending.difference_update(id(row) for row in rows[kept:])
            del rows[kept:]
        for work, items in self.last.items():
            del items[marks[1].get(work, 0) :]


_open: Final[ContextVar[_Gathering | None]] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Gather until the block ends, then write; RuntimeError outside a transaction or within another.

    An exception throws away what was gathered; the transaction must be rolled back with it.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "Gathered rows belong into one transaction."
        raise RuntimeError(message)
    if _open.get() is not None:
        message = "Something is being gathered already."
        raise RuntimeError(message)
    gathering = _Gathering()
    token = _open.set(gathering)
    collects = gc.isenabled()
    gc.disable()  # it would look again and again at rows that all stay until the end
    try:
        yield
    finally:
        _open.reset(token)
        if collects:
            gc.enable()
    for rows in gathering.rows.values():
        bulk.insert(rows)
    for work, items in gathering.last.items():
        if items:
            work(items)


@contextmanager
def attempt() -> Iterator[None]:
    """Forget what the block gathered when it raises; outside of ``gathered`` nothing to forget."""
    gathering = _open.get()
    marks = gathering.marks() if gathering else None
    try:
        yield
    except BaseException:
        if gathering is not None and marks is not None:
            gathering.back_to(marks)
        raise


def atomic(action: Callable[P, V]) -> Callable[P, V]:
    """``transaction.atomic`` for an action that also works within a gathering.

    There ``attempt`` takes back what fails, so that a savepoint would only cost two round trips.
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> V:
        if _open.get() is not None:
            return action(*args, **kwargs)
        with transaction.atomic():
            return action(*args, **kwargs)

    return run


def insert(rows: Sequence[M]) -> list[M]:
    """Insert rows of one model now, or when the gathering ends (and then get their keys)."""
    gathering = _open.get()
    if not rows:
        return []
    if gathering is None:
        bulk.insert(rows)
        return list(rows)
    gathering.rows.setdefault(type(rows[0]), []).extend(rows)
    gathering.pending.update(id(row) for row in rows)
    return list(rows)


def is_pending(row: models.Model) -> bool:
    """Whether the row is still to be inserted, and changes to it will be inserted with it."""
    gathering = _open.get()
    return gathering is not None and id(row) in gathering.pending


def save(row: models.Model, fields: Sequence[str]) -> None:
    """Write the changed ``fields``, unless the row is still to be inserted."""
    if not is_pending(row):
        row.save(update_fields=fields)


def at_the_end(work: Callable[[list[V]], object], items: Iterable[V]) -> None:
    """Call ``work`` with ``items`` now, or once with those of all calls when the gathering ends."""
    gathering = _open.get()
    if gathering is None:
        work(list(items))
    else:
        gathering.last.setdefault(work, []).extend(items)


def remember(kind: str, key: Hashable, ask: Callable[[], V]) -> V:
    """The answer of ``ask``; within one gathering it is asked once for each ``key``."""
    gathering = _open.get()
    if gathering is None:
        return ask()
    answers = gathering.answers.setdefault(kind, {})
    if key not in answers:
        answers[key] = ask()
    known: V = answers[key]
    return known


def remember_each(
    kind: str, keys: Iterable[K], ask: Callable[[set[K]], Mapping[K, V]]
) -> dict[K, V]:
    """What ``ask`` answers for each of ``keys``; within one gathering each key is asked for once.

    Ask beforehand for all keys that will be needed, and later calls cost nothing.
    """
    wanted = set(keys)
    gathering = _open.get()
    if gathering is None:
        return dict(ask(wanted))
    answers = gathering.answers.setdefault(kind, {})
    if missing := {key for key in wanted if key not in answers}:
        found = ask(missing)
        answers.update({key: found.get(key) for key in missing})
    return {key: answers[key] for key in wanted if answers[key] is not None}


def forget(kind: str, key: Hashable) -> None:
    """Ask again for ``key``: what was remembered is not true any more."""
    gathering = _open.get()
    if gathering is not None:
        gathering.answers.get(kind, {}).pop(key, None)
