"""Where a case stands: the fold of its events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sharing.approval.custody import (
    Consultation,
    Custody,
    Delegation,
    Extension,
    Place,
    SignerGroup,
)
from sharing.approval.events import (
    Consented,
    Refused,
    StageSigned,
    SupplementRequested,
    Urged,
    Withdrawn,
)
from sharing.approval.terms import (
    ItemStatus,
    Office,
    Person,
    Plan,
    Stage,
    StageStatus,
    Terms,
)

FINAL: Final = frozenset({ItemStatus.CONSENTED, ItemStatus.REFUSED, ItemStatus.WITHDRAWN})
"""No command changes anything any more."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A supplement notice and its answer; both times are kept whatever policy makes of them."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """One stage of the frozen chain and what happened to it."""

    stage: Stage
    status: StageStatus = StageStatus.WAITING
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    signatures: tuple[StageSigned, ...] = ()
    custody: Custody | None = None
    delegation: Delegation | None = None
    groups: tuple[SignerGroup, ...] = ()
    extended_days: int = 0

    @property
    def signed_identities(self) -> frozenset[int]:
        """Everybody in whose name the stage was signed, added signers among them."""
        added = (by.identities for group in self.groups for by in group.signed)
        return frozenset().union(*(one.by.identities for one in self.signatures), *added)

    @property
    def limit_days(self) -> int | None:
        """The stage's limit with the extensions that were consented to."""
        days = self.stage.limit_days
        return None if days is None else days + self.extended_days

    @property
    def is_held_enough(self) -> bool:
        """Whether the holders have signed, whatever is with the added signers."""
        return len(self.signatures) >= self.stage.quorum

    @property
    def is_complete(self) -> bool:
        """Whether every signature that is wanted was given."""
        return self.is_held_enough and all(group.is_done for group in self.groups)

    @property
    def is_away(self) -> bool:
        """Whether a delegate has the stage at the moment."""
        return self.delegation is not None and self.delegation.returned_at is None

    @property
    def assignee(self) -> Person | None:
        """The one person who has the stage now; None while any holder of the post may take it."""
        if self.delegation is not None and self.is_away:
            return self.delegation.to
        return self.custody.person if self.custody else None

    def added_now(self) -> tuple[Person, ...]:
        """Added signers whose turn it is."""
        return tuple(
            person
            for group in self.groups
            if self.is_held_enough or group.place is not Place.AFTER
            for person in group.pending
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A case: one entry asked of one provider.

    ``version`` counts the events, ``current`` is the position of the stage that waits,
    ``received_at`` the moment the application reached the provider (article 21),
    ``requesters`` everybody who acted on the applicant's side and therefore never signs.
    ``last_signed`` is the last signature while nobody has acted since, ``involved`` and
    ``involved_offices`` who was drawn in by name beside the chain.
    """

    applicant: Person
    office: Office
    status: ItemStatus = ItemStatus.DRAFT
    version: int = 0
    plan: Plan | None = None
    terms: Terms | None = None
    content_hash: str = ""
    stages: tuple[StageState, ...] = ()
    current: int | None = None
    requesters: frozenset[int] = frozenset()
    supplement: SupplementRequested | None = None
    pauses: tuple[Pause, ...] = ()
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    decision: Consented | Refused | Withdrawn | None = None
    last_signed: StageSigned | None = None
    consultations: tuple[Consultation, ...] = ()
    urged: tuple[Urged, ...] = ()
    extension: Extension | None = None
    involved: frozenset[int] = frozenset()
    involved_offices: frozenset[int] = frozenset()

    @property
    def current_stage(self) -> StageState | None:
        """The stage that waits for a signature, or for the applicant during a supplement."""
        return None if self.current is None else self.stages[self.current - 1]

    @property
    def waiting(self) -> StageState:
        """The current stage of a case that is known to have one; ValueError if it has none."""
        if self.current_stage is None:
            raise ValueError("no stage is waiting")
        return self.current_stage

    @property
    def asked(self) -> tuple[Plan, Terms]:
        """The frozen plan and the terms as they stand; ValueError before submission."""
        if self.plan is None or self.terms is None:
            raise ValueError("nothing was submitted")
        return self.plan, self.terms

    @property
    def extended_days(self) -> int:
        """Working days by which the reply clock was extended in this round."""
        return sum(stage.extended_days for stage in self.stages)

    @property
    def spent_identities(self) -> frozenset[int]:
        """Everybody in whose name a signature of this round stands."""
        return frozenset().union(*(stage.signed_identities for stage in self.stages))


def drafted(applicant: Person, office: Office) -> State:
    """A case before its first event."""
    return State(applicant=applicant, office=office, requesters=frozenset({applicant.official_id}))
