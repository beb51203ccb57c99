"""Who else has a hand in a stage: who has it alone, who prepares it, who signs with its holder.

Nothing here moves the frozen chain or its clocks: all of it happens inside one stage.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sharing.approval.terms import (
    Office,
    Person,
    Role,
    Signature,
    SigningRule,
    signatures_wanted,
)


class Hold(StrEnum):
    """How one of several came to have a stage alone."""

    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    DELEGATED = "delegated"
    REASSIGNED = "reassigned"


class Place(StrEnum):
    """When added signers sign, seen from the holder's signature."""

    BEFORE = "before"
    PARALLEL = "parallel"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """The one person who has a stage, under which post of its office, since when and why."""

    how: Hold
    person: Person
    role: Role
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """An official works on a stage for its holder, who decides when it has come back."""

    by: Signature
    to: Person
    since: datetime
    task: str = ""
    returned_at: datetime | None = None
    opinion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerGroup:
    """Officials of the office who sign beside the holder, and who of them has signed."""

    place: Place
    rule: SigningRule
    signers: tuple[Person, ...]
    needed: int = 1
    signed: tuple[Signature, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether enough of them have signed."""
        wanted = signatures_wanted(self.rule, len(self.signers), self.needed)
        return not self.signers or len(self.signed) >= wanted

    @property
    def pending(self) -> tuple[Person, ...]:
        """Who may still sign; nobody once enough have."""
        if self.is_done:
            return ()
        done = frozenset().union(*(by.identities for by in self.signed))
        return tuple(person for person in self.signers if person.official_id not in done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """An opinion asked of an office or of one official there; nothing waits for the answer."""

    position: int
    by: Signature
    office: Office
    question: str
    asked_at: datetime
    person: Person | None = None
    answered_by: Signature | None = None
    answered_at: datetime | None = None
    answer: str = ""
    agrees: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More working days asked for the reply (Decree 809 article 21, R13)."""

    position: int
    by: Signature
    days: int
    reason: str
    asked_at: datetime
