"""What has a due date: clocks that parts of the app register."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured

from portal.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something open with a due date, and whose office has it.

    ``key`` is stable and unique within the clock (at most 120 characters). ``office_id`` is the
    department that is late if nothing happens, ``roles`` the posts in it that act, ``region_id``
    its region. ``number`` and ``title`` name it; ``url`` is its page. ``excluded`` are officials
    who are not told, such as the applicant; ``since`` is the day on which the clock began to run.
    """

    key: str
    due_on: date
    office_id: int
    region_id: str
    roles: tuple[str, ...]
    number: str
    title: str
    url: str
    provisional: bool = False
    excluded: frozenset[int] = frozenset()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which subjects are asked for: due by ``until``, of certain offices, with certain keys."""

    now: datetime
    until: date
    offices: frozenset[int] | None = None
    keys: frozenset[str] | None = None


class Find(Protocol):
    """Yields open subjects; only reads. May yield more than wanted, never less."""

    def __call__(self, wanted: Wanted) -> Iterable[Subject]: ...


@dataclass(frozen=True, slots=True)
class Clock:
    """A kind of due date.

    ``article`` is that of Decree 809 (empty where no law sets the limit). ``soon`` and ``late``
    name the notices to holders. ``reminds`` is off where another part of the portal already tells
    them: then only supervisor and authority come from here.
    """

    code: str
    name: Text
    find: Find
    article: str = ""
    soon: str = "clock.due_soon"
    late: str = "clock.overdue"
    reminds: bool = True


_clocks: dict[str, Clock] = {}


def register_clock(clock: Clock) -> Clock:
    """Have the ladder climbed for what ``clock`` finds; ImproperlyConfigured for a taken code."""
    if _clocks.setdefault(clock.code, clock) != clock:
        message = f"Two clocks are called {clock.code!r}."
        raise ImproperlyConfigured(message)
    return clock


def clocks() -> list[Clock]:
    """All of them, by code."""
    return [_clocks[code] for code in sorted(_clocks)]


def clock_named(code: str) -> Clock | None:
    """The one with this code, if it is still known."""
    return _clocks.get(code)
