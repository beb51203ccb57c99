"""The life of a pull: a pure state machine. The row in the database is its state.

A worker *claims* a pull and gets a lease and a fencing number (token). Whoever writes afterwards
names its token; a worker that slept past its lease and was replaced holds an old one and is
refused. The standard library is all this module knows.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias, assert_never


class PullStatus(StrEnum):
    """Where a pull is."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    EXTRACTING = "extracting"
    CHECKING = "checking"
    PACKAGING = "packaging"
    PUBLISHED = "published"
    FAILED = "failed"
    """Will be tried again at ``retry_at``."""
    QUARANTINED = "quarantined"
    """Given up; only a person starts it again."""
    CANCELLED = "cancelled"


_ORDER: Final = (
    PullStatus.CLAIMED,
    PullStatus.EXTRACTING,
    PullStatus.CHECKING,
    PullStatus.PACKAGING,
)
RUNNING: Final = frozenset(_ORDER)
ENDED: Final = frozenset({PullStatus.PUBLISHED, PullStatus.QUARANTINED, PullStatus.CANCELLED})
WORKER_LOST: Final = "worker_lost"


@dataclass(frozen=True, slots=True)
class Policy:
    """How often, how long. ``backoff`` doubles with every failed attempt up to ``backoff_limit``."""

    max_attempts: int = 3
    max_lease: timedelta = timedelta(seconds=60)
    backoff: timedelta = timedelta(seconds=30)
    backoff_limit: timedelta = timedelta(hours=1)

    def delay(self, attempts: int) -> timedelta:
        """Time to wait after ``attempts`` attempts."""
        doublings = min(max(attempts - 1, 0), 20)
        return min(self.backoff * (1 << doublings), self.backoff_limit)


@dataclass(frozen=True, slots=True)
class PullState:
    """What the row says. ``attempts`` counts claims since the last start by a person."""

    status: PullStatus = PullStatus.QUEUED
    token: int = 0
    attempts: int = 0
    lease_until: datetime | None = None
    retry_at: datetime | None = None
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker wants to run the pull for the length of one lease."""

    lease: timedelta


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The worker is alive and asks for another lease."""

    token: int
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Advance:
    """The worker reaches the next phase."""

    token: int
    to: PullStatus


@dataclass(frozen=True, slots=True)
class Publish:
    """The result is complete and is put in place in the same transaction."""

    token: int


@dataclass(frozen=True, slots=True)
class Fail:
    """The attempt failed; ``retryable`` says whether another one may help."""

    token: int
    code: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Sweep:
    """Somebody looks whether the worker is still there."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The right to the data ended, or a person stops the pull."""

    code: str


@dataclass(frozen=True, slots=True)
class Retry:
    """A person starts a failed or given-up pull again, with a fresh budget."""


Command: TypeAlias = Claim | Heartbeat | Advance | Publish | Fail | Sweep | Cancel | Retry


@dataclass(frozen=True, slots=True)
class Claimed:
    token: int
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Extended:
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Advanced:
    to: PullStatus


@dataclass(frozen=True, slots=True)
class Published:
    pass


@dataclass(frozen=True, slots=True)
class Failed:
    code: str
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Quarantined:
    code: str


@dataclass(frozen=True, slots=True)
class Requeued:
    code: str
    fresh: bool
    """Whether the budget of attempts starts anew."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    code: str


Event: TypeAlias = (
    Claimed | Extended | Advanced | Published | Failed | Quarantined | Requeued | Cancelled
)


@dataclass(frozen=True, slots=True)
class Denied:
    """The command does not apply; ``code`` says why, nothing changes."""

    code: str


Decision: TypeAlias = tuple[Event, ...] | Denied
DEFAULT_POLICY: Final = Policy()


def lease_expired(state: PullState, *, now: datetime, policy: Policy = DEFAULT_POLICY) -> bool:
    """Whether nobody holds the pull.

    A lease further ahead than the longest one allowed was written by a clock gone wrong and
    counts as expired, so that no lease is stuck.
    """
    until = state.lease_until
    return until is None or until <= now or until > now + policy.max_lease


def claimable(state: PullState, *, now: datetime, policy: Policy = DEFAULT_POLICY) -> bool:
    """Whether a worker should be woken for this pull."""
    if state.status in RUNNING:
        return state.attempts < policy.max_attempts and lease_expired(state, now=now, policy=policy)
    if state.status is PullStatus.FAILED:
        return state.retry_at is None or state.retry_at <= now
    return state.status is PullStatus.QUEUED


def decide(
    state: PullState, command: Command, *, now: datetime, policy: Policy = DEFAULT_POLICY
) -> Decision:
    """Return what happens if ``command`` is carried out, or why it is refused."""
    if state.status in ENDED and not isinstance(command, Retry):
        return Denied("ended")
    match command:
        case Claim():
            return _claim(state, command, now, policy)
        case Sweep():
            return _sweep(state, now, policy)
        case Cancel(code):
            return (Cancelled(code),)
        case Retry():
            return _retry(state)
        case Heartbeat() | Advance() | Publish() | Fail():
            return _held(state, command, now, policy)
        case _:
            assert_never(command)


def _claim(state: PullState, command: Claim, now: datetime, policy: Policy) -> Decision:
    if not timedelta() < command.lease <= policy.max_lease:
        return Denied("lease_too_long")
    if not claimable(state, now=now, policy=policy):
        if state.status is PullStatus.FAILED:
            return Denied("too_early")
        expired = lease_expired(state, now=now, policy=policy)
        return Denied("attempts_used_up" if expired else "held")
    return (Claimed(state.token + 1, now + command.lease),)


def _sweep(state: PullState, now: datetime, policy: Policy) -> Decision:
    if state.status not in RUNNING or not lease_expired(state, now=now, policy=policy):
        return ()
    if state.attempts >= policy.max_attempts:
        return (Quarantined(WORKER_LOST),)
    return (Requeued(WORKER_LOST, fresh=False),)


def _retry(state: PullState) -> Decision:
    if state.status in {PullStatus.FAILED, PullStatus.QUARANTINED}:
        return (Requeued("", fresh=True),)
    return Denied("ended" if state.status in ENDED else "not_failed")


def _held(
    state: PullState, command: Heartbeat | Advance | Publish | Fail, now: datetime, policy: Policy
) -> Decision:
    """Commands of the worker that holds the pull."""
    if command.token != state.token:
        return Denied("stale_token")
    if state.status not in RUNNING:
        return Denied("not_running")
    match command:
        case Heartbeat(lease=lease):
            allowed = timedelta() < lease <= policy.max_lease
            return (Extended(now + lease),) if allowed else Denied("lease_too_long")
        case Advance(to=to):
            return _advance(state, to)
        case Publish():
            packed = state.status is PullStatus.PACKAGING
            return (Published(),) if packed else Denied("wrong_order")
        case Fail():
            return _fail(state, command, now, policy)
        case _:
            assert_never(command)


def _advance(state: PullState, to: PullStatus) -> Decision:
    if to not in RUNNING or _ORDER.index(to) < _ORDER.index(state.status):
        return Denied("wrong_order")
    return (Advanced(to),) if to is not state.status else ()


def _fail(state: PullState, command: Fail, now: datetime, policy: Policy) -> Decision:
    if not command.retryable or state.attempts >= policy.max_attempts:
        return (Quarantined(command.code),)
    return (Failed(command.code, now + policy.delay(state.attempts)),)


def evolve(state: PullState, event: Event) -> PullState:
    """Return the state after ``event``."""
    match event:
        case Claimed(token, until):
            return PullState(PullStatus.CLAIMED, token, state.attempts + 1, until)
        case Extended(until):
            return replace(state, lease_until=until)
        case Advanced(to):
            return replace(state, status=to)
        case Published() | Failed() | Quarantined() | Requeued() | Cancelled():
            return _released(replace(state, lease_until=None, retry_at=None), event)
        case _:
            assert_never(event)


def _released(
    state: PullState, event: Published | Failed | Quarantined | Requeued | Cancelled
) -> PullState:
    """Nobody holds the pull any more."""
    match event:
        case Published():
            return replace(state, status=PullStatus.PUBLISHED, failure_code="")
        case Failed(code, at):
            return replace(state, status=PullStatus.FAILED, failure_code=code, retry_at=at)
        case Quarantined(code):
            return replace(state, status=PullStatus.QUARANTINED, failure_code=code)
        case Requeued(code, fresh):
            attempts = 0 if fresh else state.attempts
            return replace(state, status=PullStatus.QUEUED, failure_code=code, attempts=attempts)
        case Cancelled(code):
            return replace(state, status=PullStatus.CANCELLED, failure_code=code)
        case _:
            assert_never(event)


def apply(state: PullState, events: tuple[Event, ...]) -> PullState:
    """Return the state after all ``events``."""
    for event in events:
        state = evolve(state, event)
    return state
