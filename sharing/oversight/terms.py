"""Words of oversight: kinds, statuses, parts, commands, denials."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a case of oversight is about."""

    SUPERVISION = "supervision"
    """督办: something is late and the competent authority follows it (Decree 809 article 29)."""
    VIOLATION = "violation"
    """Something articles 39 to 41 name (R42)."""


class Status(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    ASKED = "asked"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    RECTIFIED = "rectified"
    DISMISSED = "dismissed"
    CLOSED = "closed"
    LAPSED = "lapsed"


FINAL: Final = frozenset({Status.RECTIFIED, Status.DISMISSED, Status.CLOSED})
"""Nothing follows any more; a lapsed case comes back when its facts do."""
UNDECIDED: Final = frozenset({Status.OPEN, Status.ASKED, Status.ANSWERED})
"""The authority has not decided yet."""


class Part(StrEnum):
    """What somebody is to a case."""

    DEPARTMENT = "department"
    AUTHORITY = "authority"
    CLOCK = "clock"


class Command(StrEnum):
    """What can be done with a case."""

    ASK = "ask"
    ANSWER = "answer"
    SET_DATE = "set_date"
    CLOSE = "close"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    RECTIFY = "rectify"
    LAPSE = "lapse"
    REOPEN = "reopen"


class Denial(StrEnum):
    """Why a command is not carried out."""

    NOT_A_PART = "not_a_part"
    OWN_CASE = "own_case"
    OTHER_PART = "other_part"
    OTHER_KIND = "other_kind"
    OVER = "over"
    NOT_NOW = "not_now"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class State:
    """A case as far as deciding goes; ``steps`` counts what has happened to it."""

    kind: Kind
    status: Status
    steps: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody and their parts; ``own_case`` for an authority's official whose own department it is."""

    parts: frozenset[Part]
    own_case: bool = False


CLOCK: Final = Actor(frozenset({Part.CLOCK}))
"""The portal's own clockwork."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command given by somebody who has ``seen`` that many steps."""

    command: Command
    seen: int
