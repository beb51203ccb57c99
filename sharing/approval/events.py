"""What happened, in the past tense. Events are kept for ever: add fields with defaults only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from sharing.approval.custody import Place
from sharing.approval.terms import (
    Change,
    Gap,
    Holder,
    Office,
    Person,
    Plan,
    RefusalCode,
    Role,
    Signature,
    SigningRule,
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
    """A holder, or with ``added`` an added signer, signed what ``content_hash`` covers.

    ``terms_before`` are the terms before this signer narrowed them; None without narrowing.
    """

    at: datetime
    position: int
    by: Signature
    content_hash: str
    comment: str = ""
    added: bool = False
    terms_before: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsNarrowed:
    """A signer left fields out; nobody can add them again without a new round."""

    at: datetime
    position: int
    by: Signature
    kept: tuple[str, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsNarrowed:
    """A signer made rows, period or masks stricter; ``narrowed`` names which of them."""

    at: datetime
    position: int
    by: Signature
    terms: Terms
    narrowed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureTakenBack:
    """The last signer took the signature back; ``terms`` are those before it."""

    at: datetime
    position: int
    by: Signature
    terms: Terms
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTransferred:
    """The holder handed the stage to ``to``, who has it alone under the post ``role``."""

    at: datetime
    position: int
    by: Signature
    to: Person
    role: Role
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReassigned:
    """Who heads the office, or the authority over it, gave the stage to ``to``."""

    at: datetime
    position: int
    by: Signature
    to: Person
    role: Role
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDelegated:
    """``to`` works on the stage for its holder."""

    at: datetime
    position: int
    by: Signature
    to: Person
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationReturned:
    """The stage is with its holder again: handed back with an opinion, or called back."""

    at: datetime
    position: int
    by: Signature
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClaimed:
    """One of several holders took the stage on."""

    at: datetime
    position: int
    by: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReleased:
    """Every holder may decide the stage again."""

    at: datetime
    position: int
    by: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class SignersAdded:
    """Officials of the office sign beside the holder."""

    at: datetime
    position: int
    by: Signature
    signers: tuple[Person, ...]
    place: Place = Place.PARALLEL
    rule: SigningRule = SigningRule.ALL
    needed: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRemoved:
    """An added signer is not asked any more."""

    at: datetime
    position: int
    by: Signature
    signer: Person
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionAsked:
    """An office, or one official there, was asked for an opinion."""

    at: datetime
    position: int
    by: Signature
    office: Office
    question: str
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionGiven:
    """Who was asked for an opinion gave it; ``asked`` is the number of the question, from 0."""

    at: datetime
    position: int
    by: Signature
    asked: int
    text: str
    agrees: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Others were let know."""

    at: datetime
    position: int
    by: Signature
    to: tuple[Person, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urged:
    """The applicant's side or an authority reminded whoever has the case."""

    at: datetime
    position: int
    by: Signature
    counts_for: date
    by_authority: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRequested:
    """The provider asked its authority for more working days."""

    at: datetime
    position: int
    by: Signature
    days: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionConsented:
    """The authority consented: the reply clock has ``days`` more working days."""

    at: datetime
    position: int
    by: Signature
    days: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRefused:
    """The authority refused: the reply clock stays as it was."""

    at: datetime
    position: int
    by: Signature
    reason: str


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
    """The applicant answered; with a ``plan`` the terms changed and earlier signatures are void.

    ``changes`` is what signers read: every part that is different, before and after.
    """

    at: datetime
    by: Signature
    terms: Terms
    content_hash: str
    explanation: str = ""
    plan: Plan | None = None
    changes: tuple[Change, ...] = ()


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


StageEvent: TypeAlias = (
    StageOpened | StageNotified | StageSigned | FieldsNarrowed | TermsNarrowed | OfficeSucceeded
)
CustodyEvent: TypeAlias = (
    StageTransferred
    | StageReassigned
    | StageDelegated
    | DelegationReturned
    | StageClaimed
    | StageReleased
    | SignersAdded
    | SignerRemoved
    | SignatureTakenBack
)
AsideEvent: TypeAlias = (
    OpinionAsked
    | OpinionGiven
    | Copied
    | Urged
    | ExtensionRequested
    | ExtensionConsented
    | ExtensionRefused
)
Decision: TypeAlias = Consented | Refused | Withdrawn
CaseEvent: TypeAlias = Submitted | SupplementRequested | Resubmitted | Decision
Event: TypeAlias = StageEvent | CustodyEvent | AsideEvent | CaseEvent

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
    "terms_narrowed": TermsNarrowed,
    "signature_taken_back": SignatureTakenBack,
    "stage_transferred": StageTransferred,
    "stage_reassigned": StageReassigned,
    "stage_delegated": StageDelegated,
    "delegation_returned": DelegationReturned,
    "stage_claimed": StageClaimed,
    "stage_released": StageReleased,
    "signers_added": SignersAdded,
    "signer_removed": SignerRemoved,
    "opinion_asked": OpinionAsked,
    "opinion_given": OpinionGiven,
    "copied": Copied,
    "urged": Urged,
    "extension_requested": ExtensionRequested,
    "extension_consented": ExtensionConsented,
    "extension_refused": ExtensionRefused,
}
"""Stable names under which events are stored."""
