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
    RuleRef,
    SharingType,
    Side,
    SigningRule,
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
    rule: RuleRef | None = None
    """The provider's own rule that answers at once, if one fits."""

    @property
    def excluded(self) -> frozenset[int]:
        """Who never signs this application (R19)."""
        return self.stand_ins | {self.applicant_id}


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in the blueprint of a chain; it exists for data of ``from_grade`` and above.

    ``needed`` is for the rule n of m. ``days`` is a limit of this seat alone, in working days;
    only the requesting side and authorities have one, because the provider's seats share the
    reply limit of article 21.
    """

    side: Side
    role: Role
    decides: Decides
    from_grade: Grade = Grade.GENERAL_1
    kind: StageKind = StageKind.SIGN
    rule: SigningRule = SigningRule.ANY_ONE
    needed: int = 1
    days: int | None = None

    @property
    def careful(self) -> bool:
        """Whether only data of important or core grade has this seat."""
        return self.from_grade >= Grade.IMPORTANT


_HOME: Final = Seat(Side.HOME, Role.SHARING_OFFICE_HEAD, Decides.SEND)
_OPINION: Final = Seat(Side.PROVIDER, Role.SECADMIN, Decides.SECURITY, Grade.IMPORTANT)
_APPROVAL: Final = Seat(Side.PROVIDER, Role.DEPARTMENT_HEAD, Decides.APPROVAL, Grade.IMPORTANT)

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

EMERGENCY: Final[tuple[Seat, ...]] = (
    _HOME,
    Seat(Side.AUTHORITY, Role.AUTHORITY_REVIEWER, Decides.CONFORMITY, kind=StageKind.NOTIFY),
    Seat(Side.PROVIDER, Role.STEWARD, Decides.SCOPE),
    _OPINION,
    Seat(Side.PROVIDER, Role.SHARING_OFFICE_HEAD, Decides.CONSENT),
    _APPROVAL,
)
"""The default chain of an entry on conditions that is asked for in an emergency: no relaying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A seat of the blueprint at the department it first falls to."""

    seat: Seat
    department: DepartmentFacts
    clock_rule: ClockRule
    limit_days: int | None = None
    kind: StageKind = StageKind.SIGN
    notes: tuple[Note, ...] = ()
