"""What happened, in the past tense. Events are kept for ever: add fields with defaults only.

Texts stand in the events because officials answer for them; what a citizen wrote does not.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from sharing.approval.terms import Person, Signature
from sharing.disputes.terms import Kind, Side, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """Somebody raised it; ``by`` is None for a citizen. Departments are ids."""

    at: datetime
    kind: Kind
    content_hash: str
    by: Signature | None = None
    department: int | None = None
    handler: int | None = None
    authority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The handling department looks into it."""

    at: datetime
    by: Signature
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """It belongs to another department, which has it now."""

    at: datetime
    by: Signature
    target: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The error was real and is put right; every holder of the data has a task now (R28)."""

    at: datetime
    by: Signature
    text: str
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The handling department says no, with its reason."""

    at: datetime
    by: Signature
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld:
    """The objection was right; what was done about it."""

    at: datetime
    by: Signature
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Who objected says how it was handled: 1 to 5, and whether it is solved (R27)."""

    at: datetime
    by: Signature
    score: int
    solved: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRecorded:
    """One round of negotiation, as one side recorded it."""

    at: datetime
    by: Signature
    side: Side
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One side recorded that the negotiation led to agreement, or that it failed."""

    at: datetime
    by: Signature
    side: Side
    agreed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """The negotiation failed: the common superior authority mediates (article 28)."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionGiven:
    """The authority's opinion in the mediation."""

    at: datetime
    by: Signature
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """One side accepts the opinion of the authority or does not."""

    at: datetime
    by: Signature
    side: Side
    accepted: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """No agreement: the authority reports to its own people's government, which decides."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecorded:
    """What the people's government decided, as the authority recorded it."""

    at: datetime
    by: Signature
    number: str
    decided_on: date
    text: str
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Both sides are of one mind."""

    at: datetime
    by_opinion: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """An official of the authority handles the complaint."""

    at: datetime
    by: Signature
    person: Person
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The complaint was handled; ``text`` is what its sender reads."""

    at: datetime
    by: Signature
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """The complaint is not accepted; ``text`` is the reason its sender reads."""

    at: datetime
    by: Signature
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A department confirms that it has done its task."""

    at: datetime
    by: Signature
    task: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Nothing is left to do."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """Who raised it took it back."""

    at: datetime
    by: Signature
    text: str = ""


AnswerEvent: TypeAlias = (
    Accepted | Forwarded | Corrected | Rejected | Upheld | Rated | TakenBack | Confirmed | Closed
)
LadderEvent: TypeAlias = (
    RoundRecorded | Declared | Referred | OpinionGiven | Responded | Escalated
    | DecisionRecorded | Settled
)  # fmt: skip
ComplaintEvent: TypeAlias = Assigned | Answered | NotAccepted
Event: TypeAlias = Raised | AnswerEvent | LadderEvent | ComplaintEvent

EVENTS: Final[dict[str, type[Event]]] = {
    "raised": Raised,
    "accepted": Accepted,
    "forwarded": Forwarded,
    "corrected": Corrected,
    "rejected": Rejected,
    "upheld": Upheld,
    "rated": Rated,
    "round_recorded": RoundRecorded,
    "declared": Declared,
    "referred": Referred,
    "opinion_given": OpinionGiven,
    "responded": Responded,
    "escalated": Escalated,
    "decision_recorded": DecisionRecorded,
    "settled": Settled,
    "assigned": Assigned,
    "answered": Answered,
    "not_accepted": NotAccepted,
    "confirmed": Confirmed,
    "closed": Closed,
    "taken_back": TakenBack,
}
"""Stable names under which events are stored."""
NAMES: Final[dict[type[Event], str]] = {event: name for name, event in EVENTS.items()}
