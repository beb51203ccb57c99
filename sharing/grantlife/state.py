"""Where a grant stands: the fold of its events."""

from dataclasses import dataclass
from datetime import date, datetime

from sharing.approval.terms import Signature
from sharing.grantlife.terms import Cause, ChangeKind, ChangeStep, Part, RenewalStep, Status, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """An open request to go on."""

    until: date
    keep: tuple[str, ...]
    step: RenewalStep = RenewalStep.ASKED
    asked_by: Signature | None = None
    endorsed_by: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Why nothing leaves at present, and what is to be put right by when."""

    part: Part
    cause: Cause
    rectify_by: date | None = None
    reported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A planned end or change of the service."""

    kind: ChangeKind
    effective_on: date
    reason: str
    step: ChangeStep = ChangeStep.PROPOSED
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything deciding needs; ``version`` counts the events.

    ``since``, ``by`` and ``reason`` belong to the last change of the status.
    """

    status: Status
    terms: Terms
    since: datetime
    version: int = 1
    by: Signature | None = None
    reason: str = ""
    renewal: Renewal | None = None
    suspension: Suspension | None = None
    change: Change | None = None
    emergency_unfiled: bool = False
    disposal_due_on: date | None = None
    disposed_on: date | None = None
