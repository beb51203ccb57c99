"""What officials ask for: one command is one intent.

``seen`` is the number of events the person had before their eyes; the command is denied as stale
when more have happened since.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from sharing.approval.terms import Gap, Plan, RefusalCode, Terms


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
    ``plan`` must hold the chain planned for them.
    """

    seen: int
    terms: Terms
    content_hash: str
    explanation: str = ""
    plan: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take the application back for good."""

    seen: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Sign the current stage; ``narrow_fields`` names the fields to keep, None keeps all."""

    seen: int
    narrow_fields: tuple[str, ...] | None = None
    comment: str = ""


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


ApplicantCommand: TypeAlias = Submit | Resubmit | Withdraw
SignerCommand: TypeAlias = Sign | Refuse | RequestSupplement
Command: TypeAlias = ApplicantCommand | SignerCommand
CommandType: TypeAlias = (
    type[Submit]
    | type[Resubmit]
    | type[Withdraw]
    | type[Sign]
    | type[Refuse]
    | type[RequestSupplement]
)

APPLICANT_COMMANDS: Final[tuple[CommandType, ...]] = (Submit, Resubmit, Withdraw)
SIGNER_COMMANDS: Final[tuple[CommandType, ...]] = (Sign, Refuse, RequestSupplement)

COMMANDS: Final[dict[str, CommandType]] = {
    "submit": Submit,
    "resubmit": Resubmit,
    "withdraw": Withdraw,
    "sign": Sign,
    "refuse": Refuse,
    "request_supplement": RequestSupplement,
}
"""Stable names of the commands, in the order in which documents and pages show them."""

NAMES: Final[dict[CommandType, str]] = {command: name for name, command in COMMANDS.items()}
