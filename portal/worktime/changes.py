"""Telling other apps that due dates may have moved (R16: derived from events and calendar only)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from portal.errors import Text
from portal.worktime.calendar import Calendar

Callback = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """A due date that another calendar would move, or whose provisional mark it would change."""

    what: Text
    label: str
    before: date | None
    after: date | None
    provisional: bool


Preview = Callable[[Calendar], Iterable[Moved]]

_callbacks: list[Callback] = []
_previews: list[Preview] = []


def on_calendar_change(callback: Callback) -> Callback:
    """Have ``callback(now)`` called in every transaction that changes calendar or limits.

    It runs inside that transaction: write rows or enqueue work, nothing slower. Apps register from
    ``AppConfig.ready``; may stand as a decorator.
    """
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def announce(now: datetime) -> None:
    """Call everybody who asked."""
    for callback in _callbacks:
        callback(now)


def register_preview(preview: Preview) -> Preview:
    """Have ``preview(calendar)`` asked which open due dates a calendar would move; it only reads."""
    if preview not in _previews:
        _previews.append(preview)
    return preview


def moved_by(calendar: Calendar) -> Iterator[Moved]:
    """Every open due date that ``calendar`` would move."""
    for preview in _previews:
        yield from preview(calendar)
