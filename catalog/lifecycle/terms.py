"""Words of the life cycle (Decree 809 articles 3, 13, 16 and 17)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """Where a version is on its way into the catalog; ``DRAFT`` has never been sent."""

    DRAFT = "draft"
    HEAD_REVIEW = "head_review"
    AUTHORITY_REVIEW = "authority_review"
    SCHEDULED = "scheduled"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"
    PUBLISHED = "published"
    BLOCKED = "blocked"


UNDER_REVIEW = frozenset({Status.HEAD_REVIEW, Status.AUTHORITY_REVIEW, Status.SCHEDULED})
"""The version waits for somebody or something; its content stands still."""
FINAL = frozenset({Status.PUBLISHED, Status.BLOCKED})


class Part(StrEnum):
    """What somebody is to a version; one person may be several of these."""

    STEWARD = "steward"
    SENDER = "sender"
    HEAD = "head"
    AUTHORITY = "authority"
    CLOCK = "clock"


class Command(StrEnum):
    """What can be done with a version."""

    SEND = "send"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    RETURN = "return"
    BLOCK = "block"
    TAKE_BACK = "take_back"
    PUBLISH = "publish"


DECISIONS = frozenset({Command.APPROVE, Command.SCHEDULE, Command.RETURN, Command.BLOCK})
"""Commands that judge the work of others, and so are never for those who did it."""


class Mark(StrEnum):
    """Why an entry is blocked for good (R06)."""

    STATE = "secret"
    WORK = "work_secret"


class CheckKind(StrEnum):
    """What article 13 asks for before a catalog is compiled."""

    SECRECY = "secrecy"
    PRIVACY = "privacy"


class Outcome(StrEnum):
    """What a check came to."""

    CLEAR = "clear"
    NO_PERSONAL = "no_personal"
    ACCEPTABLE = "acceptable"
    WITH_MEASURES = "with_measures"


OUTCOMES = {
    CheckKind.SECRECY: (Outcome.CLEAR,),
    CheckKind.PRIVACY: (Outcome.NO_PERSONAL, Outcome.ACCEPTABLE, Outcome.WITH_MEASURES),
}
"""Outcomes with which a version goes on; with any other it is returned or blocked."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check as it is recorded: who did it, when, with which outcome, in which words."""

    kind: CheckKind
    outcome: str
    done_by: str
    done_on: date | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What has to change at one place: a field of the version, or ``items[key]``."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """A command with what belongs to it. ``seen`` is the number of steps the giver knew of."""

    command: Command
    seen: int = 0
    text: str = ""
    remarks: tuple[Remark, ...] = ()
    checks: tuple[Check, ...] = ()
    publish_at: datetime | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What deciding needs to know of a version.

    ``sent_by`` and ``approved_by`` are everybody behind the sending and the head's approval of
    this round: who acted, and for whom. ``latest`` is the last moment for which publication can
    be set, None while the law sets none.
    """

    status: Status
    steps: int = 0
    sent_by: frozenset[int] = frozenset()
    approved_by: frozenset[int] = frozenset()
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: parts in this case, and ids of the person and of all stood in for."""

    parts: frozenset[Part]
    identities: frozenset[int] = field(default_factory=frozenset)


CLOCK = Actor(frozenset({Part.CLOCK}))
"""The portal's own clockwork."""


class Denial(StrEnum):
    """Why a command is refused."""

    STALE = "stale"
    CLOSED = "closed"
    NOT_NOW = "not_now"
    NOT_YOURS = "not_yours"
    OWN_DRAFT = "own_draft"
    ALREADY_APPROVED = "already_approved"
    NOT_LATER = "not_later"
    TOO_LATE = "too_late"
