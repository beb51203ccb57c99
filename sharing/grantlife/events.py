"""What happened to a grant, in the past tense. Kept for ever: add fields with defaults only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from sharing.approval.terms import Signature
from sharing.grantlife.terms import Cause, ChangeKind, Disposal, Part, Status, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; ``by`` is None for what happened by itself."""

    at: datetime
    by: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted(Event):
    """Consent made the grant. ``status`` differs from the default for grants older than events."""

    terms: Terms
    status: Status = Status.PROVISIONING
    disposal_due_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated(Event):
    """The data can be pulled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalAsked(Event):
    """The recipient asked to go on."""

    until: date
    keep: tuple[str, ...]
    use: str
    results: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalWithdrawn(Event):
    """The recipient took the request back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalEndorsed(Event):
    """The steward agreed, for these fields."""

    keep: tuple[str, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalRefused(Event):
    """The provider did not renew."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed(Event):
    """The grant goes on with these terms."""

    terms: Terms
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed(Event):
    """Less is granted from now on."""

    terms: Terms
    withheld: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasksRaised(Event):
    """Stricter masks apply from now on."""

    terms: Terms
    raised: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended(Event):
    """Nothing leaves any more until the grant is restored; ``part`` says who imposed it."""

    part: Part
    cause: Cause
    reason: str
    facts: str = ""
    rectify_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationReported(Event):
    """The recipient said what was put right."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationExtended(Event):
    """Another day was set."""

    reason: str
    rectify_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Event):
    """In force again."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminated(Event):
    """Ended for good; the data is to be disposed of."""

    cause: Cause
    reason: str
    disposal_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(Event):
    """The period was over; the data is to be disposed of."""

    disposal_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProposed(Event):
    """The provider wants to end or change the service; ``terms`` are those of a narrowing."""

    change: ChangeKind
    effective_on: date
    reason: str
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAnswered(Event):
    """The recipient's word."""

    agreed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiationRecorded(Event):
    """The negotiation took place."""

    held_on: date
    participants: str
    agreed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFiled(Event):
    """On file with the authority; it takes effect on its day."""

    filing_number: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDropped(Event):
    """The service stays as it is."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChanged(Event):
    """A filed change of the service took effect."""

    change: ChangeKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyFiled(Event):
    """The emergency stop is on file."""

    filing_number: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalConfirmed(Event):
    """What became of the data."""

    how: Disposal
    disposed_on: date
    responsible: str
    certificate: str
    citation: str = ""


EventType: TypeAlias = type[Event]

EVENTS: Final[dict[str, EventType]] = {
    "granted": Granted,
    "activated": Activated,
    "renewal_asked": RenewalAsked,
    "renewal_withdrawn": RenewalWithdrawn,
    "renewal_endorsed": RenewalEndorsed,
    "renewal_refused": RenewalRefused,
    "renewed": Renewed,
    "narrowed": Narrowed,
    "masks_raised": MasksRaised,
    "suspended": Suspended,
    "rectification_reported": RectificationReported,
    "rectification_extended": RectificationExtended,
    "resumed": Restored,
    "terminated": Terminated,
    "expired": Expired,
    "change_proposed": ChangeProposed,
    "change_answered": ChangeAnswered,
    "negotiation_recorded": NegotiationRecorded,
    "change_filed": ChangeFiled,
    "change_dropped": ChangeDropped,
    "service_changed": ServiceChanged,
    "emergency_filed": EmergencyFiled,
    "disposal_confirmed": DisposalConfirmed,
}
"""Stable names under which events are stored; the ledger's kinds are ``grant.<name>``."""

KINDS: Final[dict[EventType, str]] = {event: kind for kind, event in EVENTS.items()}
