"""What officials ask for: one command is one intent.

``seen`` is the number of events the person had before their eyes; the command is denied as stale
when more have happened since.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from sharing.approval.custody import Place
from sharing.approval.terms import (
    Actor,
    Change,
    Gap,
    Masked,
    Office,
    Person,
    Plan,
    RefusalCode,
    SigningRule,
    Terms,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Send the application into its chain. ``content_hash`` covers everything that was entered."""

    seen: int
    plan: Plan
    terms: Terms
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubmit:
    """Answer the supplement notice.

    With the same terms the case goes on where it stopped; with other terms it starts over, and
    ``plan`` must hold the chain planned for them. ``changes`` says in words what is different.
    """

    seen: int
    terms: Terms
    content_hash: str
    explanation: str = ""
    plan: Plan | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take the application back for good."""

    seen: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Sign the current stage; ``narrow_fields`` names the fields to keep, None keeps all.

    ``row_region`` (a region code), ``period`` (first and last day) and ``masks`` may only be
    stricter than what is asked; None and () leave them as they are.
    """

    seen: int
    narrow_fields: tuple[str, ...] | None = None
    comment: str = ""
    row_region: str | None = None
    period: tuple[date, date] | None = None
    masks: tuple[Masked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Refuse with a lawful reason (R18)."""

    seen: int
    code: RefusalCode
    text: str
    citation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSupplement:
    """Tell the applicant once everything that is missing (article 21, R17)."""

    seen: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Hand the stage to another official of the office, who then has it alone (转办)."""

    seen: int
    to: Actor
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """Let another official of the office work on the stage; it comes back to the holder (委派)."""

    seen: int
    to: Actor
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack:
    """Return a delegated stage with an opinion, or call it back."""

    seen: int
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Take the own signature back while nobody has acted since (拿回)."""

    seen: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Take the stage on; the other holders see who has it (认领)."""

    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Give a claimed stage back to all its holders."""

    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    """Give the stage of a holder who is gone to another official of the office."""

    seen: int
    to: Actor
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSigner:
    """Let officials of the office sign beside the holder (加签); ``needed`` counts for N_OF_M."""

    seen: int
    signers: tuple[Actor, ...]
    place: Place = Place.PARALLEL
    rule: SigningRule = SigningRule.ALL
    needed: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSigner:
    """Do without an added signer who has not signed (减签)."""

    seen: int
    official_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Ask an office, or one official there, for an opinion (征求意见); no clock waits for it."""

    seen: int
    office: Office
    question: str
    person: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advise:
    """Answer a consultation; ``agrees`` is None for a remark."""

    seen: int
    text: str
    agrees: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Let others know (抄送)."""

    seen: int
    to: tuple[Person, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urge:
    """Remind whoever has the case (催办), once for each working day.

    ``counts_for`` is the working day it counts for: today, or the next one.
    """

    seen: int
    counts_for: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExtension:
    """Ask the authority for more working days to reply (article 21, R13).

    ``reply_due`` is the day on which the limit ends now.
    """

    seen: int
    days: int
    reason: str
    reply_due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentExtension:
    """Consent to the extension that was asked for."""

    seen: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseExtension:
    """Refuse the extension that was asked for."""

    seen: int
    reason: str


ApplicantCommand: TypeAlias = Submit | Resubmit | Withdraw
SignerCommand: TypeAlias = Sign | Refuse | RequestSupplement
CustodyCommand: TypeAlias = Transfer | Delegate | HandBack | TakeBack | Claim | Release | Reassign
AddingCommand: TypeAlias = AddSigner | RemoveSigner | Consult | Advise | Copy | Urge
ExtensionCommand: TypeAlias = RequestExtension | ConsentExtension | RefuseExtension
Command: TypeAlias = (
    ApplicantCommand | SignerCommand | CustodyCommand | AddingCommand | ExtensionCommand
)
CommandType: TypeAlias = type[Command]

APPLICANT_COMMANDS: Final[tuple[CommandType, ...]] = (Submit, Resubmit, Withdraw)
SIGNER_COMMANDS: Final[tuple[CommandType, ...]] = (Sign, Refuse, RequestSupplement)

COMMANDS: Final[dict[str, CommandType]] = {
    "submit": Submit,
    "resubmit": Resubmit,
    "withdraw": Withdraw,
    "sign": Sign,
    "refuse": Refuse,
    "request_supplement": RequestSupplement,
    "transfer": Transfer,
    "delegate": Delegate,
    "hand_back": HandBack,
    "take_back": TakeBack,
    "claim": Claim,
    "release": Release,
    "reassign": Reassign,
    "add_signer": AddSigner,
    "remove_signer": RemoveSigner,
    "consult": Consult,
    "advise": Advise,
    "copy": Copy,
    "urge": Urge,
    "request_extension": RequestExtension,
    "consent_extension": ConsentExtension,
    "refuse_extension": RefuseExtension,
}
"""Stable names of the commands, in the order in which documents and pages show them."""

NAMES: Final[dict[CommandType, str]] = {command: name for name, command in COMMANDS.items()}
