"""What people and the clockwork ask of a grant: one command is one intent.

``seen`` is the number of events the person had before their eyes; the command is denied as stale
when more have happened since. None asks for whatever the state is now.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from sharing.grantlife.terms import ChangeKind, Disposal, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all commands."""

    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activate(Command):
    """Supply the data from now on (article 22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRenewal(Command):
    """Ask to go on until a later day, with the same fields or fewer, reporting the use so far."""

    until: date
    keep: tuple[str, ...] | None = None
    use: str
    results: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRenewal(Command):
    """Take the request to renew back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorseRenewal(Command):
    """The steward finds the renewal right, perhaps for fewer fields."""

    keep: tuple[str, ...] | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRenewal(Command):
    """The provider's head consents: the grant goes on without interruption."""

    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRenewal(Command):
    """The provider does not renew."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow(Command):
    """Give a part of the grant up at once; None leaves as it is, nothing ever widens."""

    keep: tuple[str, ...] | None = None
    row_region: str | None = None
    ends_on: date | None = None
    quota: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseMasks(Command):
    """The catalog graded data items higher: ``fields`` carry the stricter masks (就高从严)."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Command):
    """Stop the grant because of misuse; it is to be put right by ``rectify_by`` (article 27)."""

    reason: str
    facts: str
    rectify_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyStop(Command):
    """Stop the grant at once because the data is not safe; filed afterwards (article 35)."""

    reason: str
    facts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRectification(Command):
    """Say what was put right."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendRectification(Command):
    """Not accepted, or not in time: another day is set."""

    reason: str
    rectify_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore(Command):
    """Accept the rectification, or find the danger gone: the grant is in force again."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate(Command):
    """End the grant because misuse was not put right (article 27)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndByRule(Command):
    """End a grant that a rule opened, such as one before consent in an emergency."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp(Command):
    """The recipient ends the grant: its purpose is achieved or gone."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeChange(Command):
    """Begin the negotiation about ending or changing a service in use (R24).

    A narrowing names what is left in ``keep``, ``row_region``, ``ends_on`` and ``quota``.
    """

    change: ChangeKind
    effective_on: date
    reason: str
    keep: tuple[str, ...] | None = None
    row_region: str | None = None
    ends_on: date | None = None
    quota: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChange(Command):
    """The recipient's own word on the planned change."""

    agreed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNegotiation(Command):
    """The record of the negotiation: when, who, with what result."""

    held_on: date
    participants: str
    agreed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange(Command):
    """The authority takes the planned change on file (备案)."""

    filing_number: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropChange(Command):
    """The provider keeps the service as it is."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEmergency(Command):
    """The authority takes an emergency stop on file."""

    filing_number: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeEffect(Command):
    """The day of a filed change has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(Command):
    """The period is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDisposal(Command):
    """Say what became of the data: when, by whom, how, with what proof (R22)."""

    how: Disposal
    disposed_on: date
    responsible: str
    certificate: str
    citation: str = ""


CommandType: TypeAlias = type[Command]

COMMANDS: Final[dict[str, CommandType]] = {
    "activate": Activate,
    "ask_renewal": AskRenewal,
    "withdraw_renewal": WithdrawRenewal,
    "endorse_renewal": EndorseRenewal,
    "consent_renewal": ConsentRenewal,
    "refuse_renewal": RefuseRenewal,
    "narrow": Narrow,
    "raise_masks": RaiseMasks,
    "suspend": Suspend,
    "emergency_stop": EmergencyStop,
    "report_rectification": ReportRectification,
    "extend_rectification": ExtendRectification,
    "restore": Restore,
    "terminate": Terminate,
    "end_by_rule": EndByRule,
    "give_up": GiveUp,
    "propose_change": ProposeChange,
    "answer_change": AnswerChange,
    "record_negotiation": RecordNegotiation,
    "file_change": FileChange,
    "drop_change": DropChange,
    "file_emergency": FileEmergency,
    "take_effect": TakeEffect,
    "expire": Expire,
    "confirm_disposal": ConfirmDisposal,
}
"""Stable names of the commands, in the order in which documents and pages show them."""

NAMES: Final[dict[CommandType, str]] = {command: name for name, command in COMMANDS.items()}
