"""The choices a region may make about its chains, and the bounds the law sets to them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sharing.approval.blueprint import BLUEPRINTS, EMERGENCY, Seat
from sharing.approval.terms import ClockRule, Grade, Lane, Role, SharingType, SupplementClock

NATIONAL_LIMITS: Final = {"reply_unconditional": 1, "reply_conditional": 10, "supply": 20}
"""Working days of Decree 809 articles 21 and 22; a local limit may only be shorter (R46)."""

LONGEST_EMERGENCY: Final = 15
"""Days that access before consent may last at most. The Decree knows no such access: a bound of
this portal, so that no policy makes a way around the chain of it."""


class RelayMode(StrEnum):
    """What the authorities between the requesting region and the provider's do."""

    SIGN = "sign"
    NOTIFY = "notify"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits in working days; None is no limit, which only local steps may have.

    ValueError for a limit below one day or longer than the national one.
    """

    home_review: int | None = 2
    authority_review: int | None = 2
    reply_unconditional: int = NATIONAL_LIMITS["reply_unconditional"]
    reply_conditional: int = NATIONAL_LIMITS["reply_conditional"]
    supply: int = NATIONAL_LIMITS["supply"]

    def __post_init__(self) -> None:
        for name in ("home_review", "authority_review", *NATIONAL_LIMITS):
            days = getattr(self, name)
            if days is not None and days < 1:
                raise ValueError(f"{name}: a limit is at least one working day")
        for name, longest in NATIONAL_LIMITS.items():
            if getattr(self, name) > longest:
                raise ValueError(f"{name}: the national limit is {longest} working days")

    def reply(self, sharing_type: SharingType) -> tuple[ClockRule, int]:
        """Which reply limit of article 21 holds for an entry, and how long it is."""
        if sharing_type is SharingType.UNCONDITIONAL:
            return ClockRule.REPLY_UNCONDITIONAL, self.reply_unconditional
        return ClockRule.REPLY_CONDITIONAL, self.reply_conditional


@dataclass(frozen=True, slots=True, kw_only=True)
class Relays:
    """What authorities of one level do instead of what ``Policy.relay`` says; None: the same."""

    nation: RelayMode | None = None
    province: RelayMode | None = None
    city: RelayMode | None = None
    county: RelayMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """The seats of every kind of chain, in order; an emergency concerns entries on conditions."""

    unconditional: tuple[Seat, ...] = BLUEPRINTS[Lane.UNCONDITIONAL]
    conditional: tuple[Seat, ...] = BLUEPRINTS[Lane.CONDITIONAL]
    reflux: tuple[Seat, ...] = BLUEPRINTS[Lane.REFLUX]
    emergency: tuple[Seat, ...] = EMERGENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergencies:
    """Access before consent: for how many days (0: never), opened by whom, up to which grade."""

    days: int = 0
    who: tuple[Role, ...] = (Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD)
    max_grade: Grade = Grade.GENERAL_4


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of the rules for chains; cases keep the version they were submitted under."""

    version: str = "default-1"
    relay: RelayMode = RelayMode.SIGN
    answer_unconditional_by_rule: bool = False
    supplement_clock: SupplementClock = SupplementClock.PAUSES
    limits: Limits = field(default_factory=Limits)
    relays: Relays = field(default_factory=Relays)
    lanes: Lanes = field(default_factory=Lanes)
    emergencies: Emergencies = field(default_factory=Emergencies)

    def relay_at(self, level: str) -> RelayMode:
        """What an authority of a level of regions does that only passes applications on."""
        own: RelayMode | None = getattr(self.relays, level, None)
        return own or self.relay

    def seats(self, lane: Lane, *, emergency: bool = False) -> tuple[Seat, ...]:
        """The seats of a chain; what needs no conditions goes its short way in emergencies too."""
        if emergency and lane is Lane.CONDITIONAL:
            return self.lanes.emergency
        chain: tuple[Seat, ...] = getattr(self.lanes, lane.value)
        return chain


def lane_of(sharing_type: SharingType, *, reflux: bool) -> Lane:
    """Which kind of chain an entry of this sharing type runs through."""
    if reflux:
        return Lane.REFLUX
    if sharing_type is SharingType.UNCONDITIONAL:
        return Lane.UNCONDITIONAL
    return Lane.CONDITIONAL


DEFAULT_POLICY: Final = Policy()
