"""What a chain is planned from: the request, the default chains, and what can stand in the way."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sharing.approval.organisation import DepartmentFacts
from sharing.approval.terms import (
    ClockRule,
    Decides,
    Grade,
    Lane,
    Note,
    Role,
    SharingType,
    Side,
    StageKind,
)


class FaultCode(StrEnum):
    """Why no chain can be planned."""

    SAME_DEPARTMENT = "same_department"
    NON_SHARED = "non_shared"
    NOT_A_SUPERIOR = "not_a_superior"
    REGIONS_DO_NOT_MEET = "regions_do_not_meet"
    NO_AUTHORITY = "no_authority"
    NO_HOLDER = "no_holder"


@dataclass(frozen=True, slots=True)
class Fault:
    """What stands in the way; ``office`` is a department's name or a region's code."""

    code: FaultCode
    office: str
    role: Role | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRequest:
    """What decides the chain. ``stand_ins`` are those who may act for the applicant now."""

    applicant_id: int
    demander_id: int
    provider_id: int
    sharing_type: SharingType
    grade: Grade = Grade.GENERAL_1
    reflux: bool = False
    emergency: bool = False
    stand_ins: frozenset[int] = frozenset()

    @property
    def excluded(self) -> frozenset[int]:
        """Who never signs this application (R19)."""
        return self.stand_ins | {self.applicant_id}


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in the blueprint of a chain; ``careful`` ones exist from important grade up."""

    side: Side
    role: Role
    decides: Decides
    careful: bool = False


_HOME: Final = Seat(Side.HOME, Role.SHARING_OFFICE_HEAD, Decides.SEND)
_OPINION: Final = Seat(Side.PROVIDER, Role.SECADMIN, Decides.SECURITY, careful=True)
_APPROVAL: Final = Seat(Side.PROVIDER, Role.DEPARTMENT_HEAD, Decides.APPROVAL, careful=True)

BLUEPRINTS: Final[dict[Lane, tuple[Seat, ...]]] = {
    Lane.UNCONDITIONAL: (
        _HOME,
        Seat(Side.PROVIDER, Role.STEWARD, Decides.ANSWER),
        _OPINION,
        _APPROVAL,
    ),
    Lane.CONDITIONAL: (
        _HOME,
        Seat(Side.AUTHORITY, Role.AUTHORITY_REVIEWER, Decides.CONFORMITY),
        Seat(Side.AUTHORITY, Role.AUTHORITY_REVIEWER, Decides.RELAY),
        Seat(Side.AUTHORITY, Role.AUTHORITY_REVIEWER, Decides.COORDINATION),
        Seat(Side.PROVIDER, Role.STEWARD, Decides.SCOPE),
        _OPINION,
        Seat(Side.PROVIDER, Role.SHARING_OFFICE_HEAD, Decides.CONSENT),
        _APPROVAL,
    ),
    Lane.REFLUX: (
        _HOME,
        Seat(Side.PROVIDER, Role.STEWARD, Decides.ANSWER),
        _OPINION,
        _APPROVAL,
    ),
}
"""The default chains; RELAY stands for any number of authorities, none or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A seat of the blueprint at the department it first falls to."""

    seat: Seat
    department: DepartmentFacts
    clock_rule: ClockRule
    limit_days: int | None = None
    kind: StageKind = StageKind.SIGN
    notes: tuple[Note, ...] = ()
