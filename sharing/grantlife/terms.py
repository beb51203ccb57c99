"""The words of the life of a grant: stable codes and the small values made of them.

Codes are stored and sent over interfaces: never rename one. Text for people is made elsewhere.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sharing.approval.terms import Person, Signature


class Status(StrEnum):
    """Where a grant stands; the last two are final, what is left then is disposal."""

    PROVISIONING = "provisioning"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    TERMINATED = "terminated"


RUNNING = frozenset({Status.PROVISIONING, Status.ACTIVE, Status.SUSPENDED})
ENDED = frozenset({Status.EXPIRED, Status.TERMINATED})


class Part(StrEnum):
    """What somebody is to a grant; one person may be several of these.

    An authority supervises one of the two sides; the one that files is that of the provider's own
    level (article 27 paragraph 3).
    """

    RECIPIENT = "recipient"
    STEWARD = "steward"
    PROVIDER_HEAD = "provider_head"
    AUTHORITY = "authority"
    FILING = "filing"
    CLOCK = "clock"


PROVIDER = frozenset({Part.STEWARD, Part.PROVIDER_HEAD})


class Cause(StrEnum):
    """Why a grant was suspended or ended."""

    MISUSE = "misuse"
    SAFETY = "safety"
    NOT_NEEDED = "not_needed"
    SERVICE = "service"
    RULE = "rule"


class ChangeKind(StrEnum):
    """What a provider plans to change of a service in use (article 27 paragraph 3)."""

    TERMINATION = "termination"
    NARROWING = "narrowing"
    SOURCE = "source"


class ChangeStep(StrEnum):
    """How far a planned change is: it takes effect only when it is filed."""

    PROPOSED = "proposed"
    NEGOTIATED = "negotiated"
    FILED = "filed"


class RenewalStep(StrEnum):
    """How far a renewal is: the steward endorses, then a head consents."""

    ASKED = "asked"
    ENDORSED = "endorsed"


class Disposal(StrEnum):
    """What became of the data after the end of a grant (article 27 paragraph 1)."""

    DELETED = "deleted"
    SEALED = "sealed"
    KEPT_BY_LAW = "kept_by_law"


class Denial(StrEnum):
    """Why a command is not carried out."""

    STALE = "stale"
    CLOSED = "closed"
    NOT_NOW = "not_now"
    NOT_YOURS = "not_yours"
    NOT_ATTACHED = "not_attached"
    PERIOD_OVER = "period_over"
    TOO_EARLY = "too_early"
    RENEWAL_OPEN = "renewal_open"
    NO_RENEWAL = "no_renewal"
    NOT_ENDORSED = "not_endorsed"
    ALREADY_ENDORSED = "already_endorsed"
    SAME_PERSON = "same_person"
    RENEWAL_SHORTENS = "renewal_shortens"
    RENEWAL_TOO_LONG = "renewal_too_long"
    REPORT_MISSING = "report_missing"
    WIDENS = "widens"
    NARROWED_TO_NOTHING = "narrowed_to_nothing"
    NOTHING_CHANGED = "nothing_changed"
    REASON_MISSING = "reason_missing"
    FACTS_MISSING = "facts_missing"
    DAY_PAST = "day_past"
    AUTHORITY_SUSPENDED = "authority_suspended"
    NO_RECTIFICATION = "no_rectification"
    RECTIFICATION_RUNS = "rectification_runs"
    CHANGE_OPEN = "change_open"
    NO_CHANGE = "no_change"
    NOT_NEGOTIATED = "not_negotiated"
    ALREADY_FILED = "already_filed"
    NOT_FILED = "not_filed"
    NOT_DUE = "not_due"
    NOTHING_TO_FILE = "nothing_to_file"
    ALREADY_DISPOSED = "already_disposed"
    CITATION_MISSING = "citation_missing"
    PROOF_MISSING = "proof_missing"
    DAY_AHEAD = "day_ahead"


@dataclass(frozen=True, slots=True)
class Denied:
    """A command that changes nothing, and why."""

    code: Denial


@dataclass(frozen=True, slots=True)
class Held:
    """One part an actor may play, their own or that of the person they stand in for."""

    part: Part
    acting_for: Person | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command; ``person`` is None for the clockwork."""

    person: Person | None
    held: tuple[Held, ...]

    def as_one_of(self, parts: Collection[Part]) -> Held | None:
        """The first of the actor's parts that is among ``parts``, their own before another's."""
        fitting = [one for one in self.held if one.part in parts]
        return min(fitting, key=lambda one: one.acting_for is not None, default=None)

    def signature(self, held: Held) -> Signature | None:
        """Who acts and for whom; None for the clockwork."""
        return None if self.person is None else Signature(self.person, held.acting_for)


CLOCKWORK = Actor(None, (Held(Part.CLOCK),))
"""What happens by itself: attachment, the calendar, a grade that was raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One data item granted, with the mask its grade asked for."""

    key: str
    name: str
    type: str
    length: int | None = None
    required: bool = False
    grade: int = 1
    mask: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What of a grant may change in its life (R20); the rest is settled by consent."""

    fields: tuple[Field, ...]
    ends_on: date
    row_region: str = ""
    quota: int | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The identifiers of the data items."""
        return tuple(field.key for field in self.fields)

    def keeping(self, keys: Collection[str]) -> "Terms":
        """The same with those fields only."""
        return replace(self, fields=tuple(one for one in self.fields if one.key in set(keys)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the core cannot know by itself.

    ``disposal_due_on`` is the day by which data must be disposed of if the grant ended now, None
    without a local limit (the Decree sets none); days are calendar days.
    """

    attached: bool = True
    disposal_due_on: date | None = None
    renewal_window_days: int = 90
    longest_renewal_days: int = 1095


def region_within(inner: str, outer: str) -> bool:
    """Whether rows of the region ``inner`` are among those of ``outer``; "" means all rows."""
    prefix = re.sub(r"(00)+$", "", outer) if len(outer) == 6 else outer
    return not prefix or inner.startswith(prefix)
