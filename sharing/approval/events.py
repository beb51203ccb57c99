"""What happened, in the past tense. Events are kept for ever: add fields with defaults only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sharing.approval.terms import (
    Gap,
    Holder,
    Office,
    Person,
    Plan,
    RefusalCode,
    Role,
    Signature,
    Terms,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The application entered its frozen chain."""

    at: datetime
    by: Signature
    applicant: Person
    office: Office
    plan: Plan
    terms: Terms
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOpened:
    """A stage became the current one; its clock, if it has one, starts."""

    at: datetime
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageNotified:
    """An office was told and nothing waits for it."""

    at: datetime
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSigned:
    """A holder signed what ``content_hash`` covers."""

    at: datetime
    position: int
    by: Signature
    content_hash: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsNarrowed:
    """A signer left fields out; nobody can add them again without a new round."""

    at: datetime
    position: int
    by: Signature
    kept: tuple[str, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSucceeded:
    """Others took a stage over that was not decided yet: departments changed, or nobody was there.

    ``reason`` names the legal basis or says who left. With a ``role`` another post took over. Who
    signed before stays as it was.
    """

    at: datetime
    position: int
    office: Office
    holders: tuple[Holder, ...] = ()
    reason: str = ""
    role: Role | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequested:
    """The applicant was told once everything that is missing."""

    at: datetime
    position: int
    by: Signature
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubmitted:
    """The applicant answered; with a ``plan`` the terms changed and earlier signatures are void."""

    at: datetime
    by: Signature
    terms: Terms
    content_hash: str
    explanation: str = ""
    plan: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The case ended with a no; some refusals are copied to the authority (R18)."""

    at: datetime
    position: int
    by: Signature
    code: RefusalCode
    text: str
    citation: str
    copy_to_authority: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The applicant took the application back."""

    at: datetime
    by: Signature
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """Every stage is done: ``terms`` are granted. ``by_rule`` when nobody at the provider signed."""

    at: datetime
    terms: Terms
    by_rule: bool


StageEvent: TypeAlias = StageOpened | StageNotified | StageSigned | FieldsNarrowed | OfficeSucceeded
Decision: TypeAlias = Consented | Refused | Withdrawn
CaseEvent: TypeAlias = Submitted | SupplementRequested | Resubmitted | Decision
Event: TypeAlias = StageEvent | CaseEvent

EVENTS: Final[dict[str, type[Event]]] = {
    "submitted": Submitted,
    "stage_opened": StageOpened,
    "stage_notified": StageNotified,
    "stage_signed": StageSigned,
    "fields_narrowed": FieldsNarrowed,
    "office_succeeded": OfficeSucceeded,
    "supplement_requested": SupplementRequested,
    "resubmitted": Resubmitted,
    "refused": Refused,
    "withdrawn": Withdrawn,
    "consented": Consented,
}
"""Stable names under which events are stored."""
