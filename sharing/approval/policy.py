"""The choices a region may make about its chains, and the bounds the law sets to them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sharing.approval.terms import ClockRule, Lane, SharingType, SupplementClock

NATIONAL_LIMITS: Final = {"reply_unconditional": 1, "reply_conditional": 10, "supply": 20}
"""Working days of Decree 809 articles 21 and 22; a local limit may only be shorter (R46)."""


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
class Policy:
    """One version of the rules for chains; cases keep the version they were submitted under."""

    version: str = "default-1"
    relay: RelayMode = RelayMode.SIGN
    answer_unconditional_by_rule: bool = False
    supplement_clock: SupplementClock = SupplementClock.PAUSES
    limits: Limits = field(default_factory=Limits)


def lane_of(sharing_type: SharingType, *, reflux: bool) -> Lane:
    """Which kind of chain an entry of this sharing type runs through."""
    if reflux:
        return Lane.REFLUX
    if sharing_type is SharingType.UNCONDITIONAL:
        return Lane.UNCONDITIONAL
    return Lane.CONDITIONAL


DEFAULT_POLICY: Final = Policy()
