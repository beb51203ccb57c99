"""State × role × command as data. What is not here is denied."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sharing.grantlife import commands as c
from sharing.grantlife.terms import ENDED, PROVIDER, RUNNING, Denial, Part, Status


@dataclass(frozen=True, slots=True)
class Rule:
    """In which states a command is known, who may give it, and where it leads (None: nowhere)."""

    states: frozenset[Status]
    parts: frozenset[Part]
    leads_to: Status | None = None


def _of(*items: Status) -> frozenset[Status]:
    return frozenset(items)


_RECIPIENT: Final = frozenset({Part.RECIPIENT})
_STEWARD: Final = frozenset({Part.STEWARD})
_HEAD: Final = frozenset({Part.PROVIDER_HEAD})
_AUTHORITY: Final = frozenset({Part.AUTHORITY})
_FILING: Final = frozenset({Part.FILING})
_CLOCK: Final = frozenset({Part.CLOCK})
_IMPOSING: Final = PROVIDER | _AUTHORITY
_OPEN: Final = _of(Status.PROVISIONING, Status.ACTIVE)
_ACTIVE: Final = _of(Status.ACTIVE)
_SUSPENDED: Final = _of(Status.SUSPENDED)

RULES: Final[Mapping[c.CommandType, Rule]] = {
    c.Activate: Rule(_of(Status.PROVISIONING), _STEWARD | _CLOCK, Status.ACTIVE),
    c.AskRenewal: Rule(_ACTIVE, _RECIPIENT),
    c.WithdrawRenewal: Rule(_of(Status.ACTIVE, Status.SUSPENDED), _RECIPIENT),
    c.EndorseRenewal: Rule(_ACTIVE, _STEWARD),
    c.ConsentRenewal: Rule(_ACTIVE, _HEAD),
    c.RefuseRenewal: Rule(_of(Status.ACTIVE, Status.SUSPENDED), PROVIDER),
    c.Narrow: Rule(RUNNING, _RECIPIENT),
    c.RaiseMasks: Rule(RUNNING, _CLOCK),
    c.Suspend: Rule(_OPEN, _IMPOSING, Status.SUSPENDED),
    c.EmergencyStop: Rule(_OPEN, _IMPOSING, Status.SUSPENDED),
    c.ReportRectification: Rule(_SUSPENDED, _RECIPIENT),
    c.ExtendRectification: Rule(_SUSPENDED, _IMPOSING),
    c.Restore: Rule(_SUSPENDED, _IMPOSING, Status.ACTIVE),
    c.Terminate: Rule(_SUSPENDED, _IMPOSING, Status.TERMINATED),
    c.EndByRule: Rule(RUNNING, _CLOCK, Status.TERMINATED),
    c.GiveUp: Rule(RUNNING, _RECIPIENT, Status.TERMINATED),
    c.ProposeChange: Rule(RUNNING, PROVIDER),
    c.AnswerChange: Rule(RUNNING, _RECIPIENT),
    c.RecordNegotiation: Rule(RUNNING, PROVIDER),
    c.FileChange: Rule(RUNNING, _FILING),
    c.DropChange: Rule(RUNNING, PROVIDER),
    c.FileEmergency: Rule(frozenset(Status), _FILING),
    c.TakeEffect: Rule(RUNNING, _CLOCK, Status.TERMINATED),
    c.Expire: Rule(RUNNING, _CLOCK, Status.EXPIRED),
    c.ConfirmDisposal: Rule(ENDED, _RECIPIENT),
}


def denial(status: Status, part: Part | None, command: c.CommandType) -> Denial | None:
    """Why the table forbids ``command`` to ``part`` in ``status``; the state is blamed first."""
    rule = RULES[command]
    if status not in rule.states:
        return Denial.CLOSED if status in ENDED else Denial.NOT_NOW
    return None if part in rule.parts else Denial.NOT_YOURS
