"""Where a case stands: the fold of its events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sharing.approval.events import Consented, Refused, StageSigned, SupplementRequested, Withdrawn
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

    @property
    def signed_identities(self) -> frozenset[int]:
        """Everybody in whose name the stage was signed."""
        return frozenset().union(*(signature.by.identities for signature in self.signatures))


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A case: one entry asked of one provider.

    ``version`` counts the events, ``current`` is the position of the stage that waits,
    ``received_at`` the moment the application reached the provider (article 21),
    ``requesters`` everybody who acted on the applicant's side and therefore never signs.
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
    def spent_identities(self) -> frozenset[int]:
        """Everybody in whose name a signature of this round stands."""
        return frozenset().union(*(stage.signed_identities for stage in self.stages))


def drafted(applicant: Person, office: Office) -> State:
    """A case before its first event."""
    return State(applicant=applicant, office=office, requesters=frozenset({applicant.official_id}))
