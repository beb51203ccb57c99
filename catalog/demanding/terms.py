"""Words of the demand desk (Decree 809 articles 19 and 20)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Where a demand is."""

    ASSIGNING = "assigning"
    ANSWERING = "answering"
    PROMISED = "promised"
    ANSWERED = "answered"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


OPEN = frozenset({Status.ASSIGNING, Status.ANSWERING, Status.PROMISED})
"""Somebody still has to do something."""
FINAL = frozenset({Status.TAKEN_BACK})


class Part(StrEnum):
    """What somebody is to a demand; one person may be several of these."""

    ASKER = "asker"
    AUTHORITY = "authority"
    RESPONDER = "responder"


class Command(StrEnum):
    """What can be done with a demand."""

    ASSIGN = "assign"
    ANSWER = "answer"
    PROMISE = "promise"
    REFUSE = "refuse"
    TRANSFER = "transfer"
    RETURN = "return"
    TAKE_BACK = "take_back"
    REOPEN = "reopen"


REPLIES = frozenset({Command.ANSWER, Command.PROMISE, Command.REFUSE})
"""Commands that answer the demand, and so are never for the department that asks."""
PASSING_ON = frozenset({Command.ASSIGN, Command.TRANSFER})
"""Commands that name the department that is to answer."""


class Refusal(StrEnum):
    """Why a demand cannot be met."""

    LAW = "1"
    ELSEWHERE = "2"
    NOT_READY = "3"
    OTHER = "4"


@dataclass(frozen=True, slots=True)
class Order:
    """A command with what belongs to it. ``seen`` is the number of steps the giver knew of.

    ``target`` is the department a demand is passed on to, ``entry`` the id of the entry that
    answers it, ``promised_on`` the day by which the data will be catalogued.
    """

    command: Command
    seen: int = 0
    text: str = ""
    target: int | None = None
    entry: str = ""
    promised_on: date | None = None
    refusal: Refusal | None = None
    citation: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What deciding needs to know of a demand; departments are ids."""

    status: Status
    department: int
    responder: int | None = None
    steps: int = 0
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: parts in this case, and the departments acted for."""

    parts: frozenset[Part]
    departments: frozenset[int] = frozenset()


class Denial(StrEnum):
    """Why a command is refused."""

    STALE = "stale"
    CLOSED = "closed"
    NOT_NOW = "not_now"
    NOT_YOURS = "not_yours"
    OWN_DEMAND = "own_demand"
    TO_ASKER = "to_asker"
    SAME_DEPARTMENT = "same_department"
    REOPENED_ALREADY = "reopened_already"
