"""The life of a pull: every status with every command, and a model under random schedules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sharing.pulls.machine import (
    ENDED,
    RUNNING,
    WORKER_LOST,
    Advance,
    Advanced,
    Cancel,
    Cancelled,
    Claim,
    Claimed,
    Denied,
    Extended,
    Fail,
    Failed,
    Heartbeat,
    Policy,
    Publish,
    Published,
    PullState,
    PullStatus,
    Quarantined,
    Requeued,
    Retry,
    Sweep,
    apply,
    claimable,
    decide,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEASE = timedelta(seconds=30)
POLICY = Policy()
S = PullStatus
HELD = {"token": 3, "attempts": 1, "lease_until": NOW + LEASE}
STATES = {
    "queued": PullState(),
    "claimed": PullState(S.CLAIMED, **HELD),
    "extracting": PullState(S.EXTRACTING, **HELD),
    "checking": PullState(S.CHECKING, **HELD),
    "packaging": PullState(S.PACKAGING, **HELD),
    "lost": PullState(S.EXTRACTING, token=3, attempts=1, lease_until=NOW),
    "lost, last": PullState(S.EXTRACTING, token=3, attempts=3, lease_until=NOW),
    "clock wrong": PullState(
        S.EXTRACTING, token=3, attempts=1, lease_until=NOW + timedelta(days=1)
    ),
    "failed, due": PullState(S.FAILED, token=3, attempts=1, retry_at=NOW, failure_code="x"),
    "failed, early": PullState(S.FAILED, token=3, attempts=1, retry_at=NOW + LEASE),
    "published": PullState(S.PUBLISHED, token=3, attempts=1),
    "quarantined": PullState(S.QUARANTINED, token=3, attempts=3, failure_code="x"),
    "cancelled": PullState(S.CANCELLED, token=3, attempts=1, failure_code="x"),
}
COMMANDS = {
    "claim": Claim(LEASE),
    "heartbeat": Heartbeat(3, LEASE),
    "extract": Advance(3, S.EXTRACTING),
    "package": Advance(3, S.PACKAGING),
    "publish": Publish(3),
    "fail": Fail(3, "source_unreachable", retryable=True),
    "fail for good": Fail(3, "schema_drift", retryable=False),
    "sweep": Sweep(),
    "cancel": Cancel("grant_suspended"),
    "retry": Retry(),
    "stale": Publish(2),
}
UNTIL = NOW + LEASE
NEXT = (Claimed(4, UNTIL),)
BEAT = (Extended(UNTIL),)
GONE = (Quarantined("schema_drift"),)
AGAIN = (Failed("source_unreachable", NOW + timedelta(seconds=30)),)
STOP = (Cancelled("grant_suspended"),)
FRESH = (Requeued("", fresh=True),)
LOST = (Requeued(WORKER_LOST, fresh=False),)
QUIT = (Quarantined("source_unreachable"),)
E, P, OK = (Advanced(S.EXTRACTING),), (Advanced(S.PACKAGING),), (Published(),)
# in the order of COMMANDS; a text is the reason of a refusal
TABLE = {
    "queued": [(Claimed(1, UNTIL),), *["stale_token"] * 6, (), STOP, "not_failed", "stale_token"],
    "claimed": ["held", BEAT, E, P, "wrong_order", AGAIN, GONE, (), STOP, "not_failed", "stale_token"],
    "extracting": ["held", BEAT, (), P, "wrong_order", AGAIN, GONE, (), STOP, "not_failed", "stale_token"],
    "checking": ["held", BEAT, "wrong_order", P, "wrong_order", AGAIN, GONE, (), STOP, "not_failed", "stale_token"],
    "packaging": ["held", BEAT, "wrong_order", (), OK, AGAIN, GONE, (), STOP, "not_failed", "stale_token"],
    "lost": [NEXT, BEAT, (), P, "wrong_order", AGAIN, GONE, LOST, STOP, "not_failed", "stale_token"],
    "lost, last": [
        "attempts_used_up", BEAT, (), P, "wrong_order", QUIT, GONE, (Quarantined(WORKER_LOST),), STOP,
        "not_failed", "stale_token",
    ],
    "clock wrong": [NEXT, BEAT, (), P, "wrong_order", AGAIN, GONE, LOST, STOP, "not_failed", "stale_token"],
    "failed, due": [NEXT, *["not_running"] * 6, (), STOP, FRESH, "stale_token"],
    "failed, early": ["too_early", *["not_running"] * 6, (), STOP, FRESH, "stale_token"],
    "published": ["ended"] * 11,
    "quarantined": [*["ended"] * 9, FRESH, "ended"],
    "cancelled": ["ended"] * 11,
}  # fmt: skip


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_status_with_every_command(status, command):
    expected = TABLE[status][list(COMMANDS).index(command)]
    decision = decide(STATES[status], COMMANDS[command], now=NOW, policy=POLICY)
    assert decision == (Denied(expected) if isinstance(expected, str) else expected)


def test_table_is_complete():
    assert set(TABLE) == set(STATES)
    assert all(len(row) == len(COMMANDS) for row in TABLE.values())
    assert {state.status for state in STATES.values()} == set(PullStatus)


@pytest.mark.parametrize("lease", [timedelta(), timedelta(seconds=-1), timedelta(minutes=2)])
def test_no_lease_is_longer_than_allowed(lease):
    assert decide(STATES["queued"], Claim(lease), now=NOW) == Denied("lease_too_long")
    assert decide(STATES["claimed"], Heartbeat(3, lease), now=NOW) == Denied("lease_too_long")


def test_backoff_doubles_up_to_its_limit():
    delays = [POLICY.delay(attempts).total_seconds() for attempts in (1, 2, 3, 9, 1000)]
    assert delays == [30, 60, 120, 3600, 3600]


def test_a_fresh_start_has_a_fresh_budget_and_keeps_the_token():
    state = apply(STATES["quarantined"], FRESH)
    assert (state.status, state.attempts, state.token) == (S.QUEUED, 0, 3)


def test_statuses_are_those_of_the_database():
    from sharing.models import Pull

    assert {status.value for status in PullStatus} == set(Pull.Status.values)
    assert {status.value for status in RUNNING} == set(Pull.RUNNING)
    assert {status.value for status in ENDED} == set(Pull.ENDED)


class Schedules(RuleBasedStateMachine):
    """Several workers that sleep, die and come back, one pull, one sweep."""

    def __init__(self) -> None:
        super().__init__()
        self.state = PullState()
        self.now = NOW
        self.latest = NOW  # a clock that was set back has to come here again
        self.tokens: list[int] = []  # what the workers believe to hold
        self.published_by: list[int] = []
        self.attempts = 0

    def send(self, command):
        decision = decide(self.state, command, now=self.now, policy=POLICY)
        if isinstance(decision, Denied):
            return decision
        before = self.state
        self.state = apply(self.state, decision)
        assert self.state.token >= before.token
        return decision

    @rule(seconds=st.integers(0, 100))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(days=st.sampled_from([-1, 1]))
    def clock_jumps(self, days):
        self.latest = max(self.latest, self.now)
        self.now += timedelta(days=days)

    @rule()
    def claim(self):
        held = self.state.status in RUNNING and (
            self.now < self.state.lease_until <= self.now + POLICY.max_lease
        )
        decision = self.send(Claim(LEASE))
        if isinstance(decision, tuple):
            assert not held
            self.tokens.append(self.state.token)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def worker_does_something(self, data):
        token = data.draw(st.sampled_from(self.tokens))
        command = data.draw(
            st.sampled_from(
                [
                    Heartbeat(token, LEASE),
                    Advance(token, data.draw(st.sampled_from(sorted(RUNNING)))),
                    Publish(token),
                    Fail(token, "x", retryable=data.draw(st.booleans())),
                ]
            )
        )
        decision = self.send(command)
        if token != self.state.token:
            assert isinstance(decision, Denied)
        if decision == (Published(),):
            self.published_by.append(token)

    @rule()
    def sweep(self):
        self.send(Sweep())

    @rule()
    def cancel(self):
        self.send(Cancel("stopped"))

    @rule()
    def retry(self):
        self.send(Retry())

    @invariant()
    def published_at_most_once(self):
        assert len(self.published_by) <= 1
        assert bool(self.published_by) == (self.state.status is S.PUBLISHED)

    @invariant()
    def row_fits_the_constraints(self):
        assert (self.state.lease_until is not None) == (self.state.status in RUNNING)
        assert (self.state.retry_at is not None) == (self.state.status is S.FAILED)

    @invariant()
    def never_stuck(self):
        """Whoever waits and sweeps gets every pull on or ended."""
        if self.state.status in ENDED:
            return
        later = max(self.now, self.latest) + POLICY.backoff_limit + POLICY.max_lease
        swept = decide(self.state, Sweep(), now=later, policy=POLICY)
        state = apply(self.state, swept)
        assert state.status in ENDED or claimable(state, now=later + timedelta(days=2))


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_the_longest_lease_is_the_boundary():
    state = replace(STATES["claimed"], lease_until=NOW + POLICY.max_lease)
    assert decide(state, Claim(LEASE), now=NOW) == Denied("held")
    late = replace(state, lease_until=state.lease_until + timedelta(microseconds=1))
    assert decide(late, Claim(LEASE), now=NOW) == NEXT
