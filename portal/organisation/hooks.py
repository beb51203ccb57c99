"""Where other apps join in when departments change, without this app knowing them.

``register_effects``: what a change means for the app's own rows. ``preview`` is asked before, as
often as somebody looks; ``carry_out`` is called once, in the transaction of the change, after the
departments, posts and accounts are as they will be.

``on_seats_change``: posts, accounts or substitutions changed, so that other people may have to do
what is open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from portal.errors import Fault, Text
from portal.organisation.models import Department, DepartmentChange


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that a change brings: how many of what, and what becomes of them.

    ``examples`` names some of them.
    """

    what: Text
    count: int
    becomes: Text
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything a change brings, and everything that stands in its way."""

    consequences: tuple[Consequence, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


class Effects(Protocol):
    """What an app does about a change of departments."""

    def preview(self, change: DepartmentChange, on: date) -> Outlook:
        """What would happen if the change were done on the day ``on``; changes nothing."""
        ...

    def holds(self, department: Department) -> bool:
        """Whether something of the app belongs to the department that somebody has to take over."""
        ...

    def carry_out(self, change: DepartmentChange, *, now: datetime) -> None:
        """Do it. ``change.receivers`` all have their department now."""
        ...


_effects: dict[str, Effects] = {}


def register_effects(name: str, effects: Effects) -> None:
    """Ask ``effects`` about every change; call it from AppConfig.ready."""
    _effects[name] = effects


def outlook(change: DepartmentChange, on: date) -> Outlook:
    """What all apps say about the change."""
    found = [effects.preview(change, on) for effects in _effects.values()]
    consequences: Sequence[Consequence] = [one for each in found for one in each.consequences]
    return Outlook(tuple(consequences), tuple(fault for each in found for fault in each.faults))


def is_empty(department: Department) -> bool:
    """Whether no app has anything of the department that somebody would have to take over."""
    return not any(effects.holds(department) for effects in _effects.values())


def carry_out(change: DepartmentChange, *, now: datetime) -> None:
    """Have all apps do their part."""
    for effects in _effects.values():
        effects.carry_out(change, now=now)


_seat_callbacks: list[Callable[[datetime], None]] = []


def on_seats_change(callback: Callable[[datetime], None]) -> None:
    """Have ``callback(now)`` called in every transaction that changes who may act in which post.

    It runs inside that transaction: write rows or enqueue work, nothing slower. Call it from
    AppConfig.ready.
    """
    if callback not in _seat_callbacks:
        _seat_callbacks.append(callback)


def seats_changed(now: datetime) -> None:
    """Call everybody who asked."""
    for callback in _seat_callbacks:
        callback(now)
