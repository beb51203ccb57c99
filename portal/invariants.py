"""What must hold at every moment: a registry of checks that apps fill and operators run.

An invariant has a number for life. Its check reads the database (and, where it says so, files) and
yields every violation it finds; it never changes anything. ``manage.py verify_invariants`` runs
them, and every fault test ends with them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.errors import Text


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be: which object, and what is wrong with it."""

    obj: str
    message: Text


Check = Callable[[datetime], Iterator[Violation]]
"""Yields violations; the moment is that of the check."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise, in one sentence, with the check that looks whether it is kept."""

    number: int
    promise: Text
    check: Check


_known: dict[int, Invariant] = {}


def invariant(number: int, promise: Text) -> Callable[[Check], Check]:
    """Register the decorated check; RuntimeError if the number is taken by another."""

    def register(check: Check) -> Check:
        present = _known.get(number)
        if present is not None and present.check.__qualname__ != check.__qualname__:
            message = f"Two invariants have the number {number}."
            raise RuntimeError(message)
        _known[number] = Invariant(number, promise, check)
        return check

    return register


def invariants() -> list[Invariant]:
    """All that are known, by number."""
    return [_known[number] for number in sorted(_known)]


def verify(number: int, now: datetime) -> list[Violation]:
    """The violations of one invariant; KeyError for an unknown number."""
    return list(_known[number].check(now))
