"""Telling other apps that due dates may have moved (R16: derived from events and calendar only)."""

from collections.abc import Callable
from datetime import datetime

Callback = Callable[[datetime], None]

_callbacks: list[Callback] = []


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
