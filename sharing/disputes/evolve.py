"""From events to the state. Decides nothing and refuses nothing: events are facts."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import Final, assert_never

from sharing.disputes.events import (
    Accepted,
    Answered,
    AnswerEvent,
    Assigned,
    Closed,
    ComplaintEvent,
    Confirmed,
    Corrected,
    DecisionRecorded,
    Declared,
    Escalated,
    Event,
    Forwarded,
    LadderEvent,
    NotAccepted,
    OpinionGiven,
    Raised,
    Rated,
    Referred,
    Rejected,
    Responded,
    RoundRecorded,
    Settled,
    TakenBack,
    Upheld,
)
from sharing.disputes.rules import CLOCKS, FIRST, FORWARDED_ONCE
from sharing.disputes.state import State
from sharing.disputes.terms import Kind, Outcome, Side, Status

_LOOKED_INTO: Final = {
    Kind.CORRECTION: Status.VERIFYING,
    Kind.OBJECTION: Status.HANDLING,
}
_REACHED: Final[dict[type[LadderEvent], Status]] = {
    Referred: Status.MEDIATING,
    OpinionGiven: Status.ANSWERING,
    Escalated: Status.DECIDING,
}
_HANDLED: Final = {Kind.CORRECTION: Status.REJECTED, Kind.OBJECTION: Status.HANDLED}


def fold(events: Sequence[Event]) -> State:
    """The state after ``events``; ValueError unless the first one raised the concern."""
    match list(events):
        case [Raised() as first, *rest]:
            return reduce(evolve, rest, _begin(first))
        case _:
            raise ValueError("a concern begins with being raised")


def _begin(event: Raised) -> State:
    status = FIRST[event.kind]
    return State(
        kind=event.kind,
        status=status,
        version=1,
        raised_at=event.at,
        clock_at=event.at,
        raiser=event.by.person.official_id if event.by else None,
        department=event.department,
        handler=event.handler,
        authority=event.authority,
    )


def evolve(state: State, event: Event) -> State:
    """The state after one more event."""
    match event:
        case Raised():
            after = state
        case Assigned() | Answered() | NotAccepted():
            after = _complaint(state, event)
        case (
            RoundRecorded() | Declared() | Referred() | OpinionGiven()
            | Responded() | Escalated() | DecisionRecorded() | Settled()
        ):  # fmt: skip
            after = _ladder(state, event)
        case _:
            after = _answer(state, event)
    return replace(_clocked(state, after, event), version=state.version + 1)


def _clocked(before: State, after: State, event: Event) -> State:
    """Start the clock of the step that begins; a correction's goes on when it is passed on."""
    old = CLOCKS.get((before.kind, before.status))
    new = CLOCKS.get((after.kind, after.status))
    if new is None:
        return replace(after, clock_at=None)
    moved = isinstance(event, Forwarded) and after.kind not in FORWARDED_ONCE
    return replace(after, clock_at=event.at) if new != old or moved else after


def _answer(state: State, event: AnswerEvent) -> State:
    match event:
        case Accepted():
            return replace(state, status=_LOOKED_INTO[state.kind])
        case Forwarded():
            return _forwarded(state, event)
        case Rated():
            return replace(state, status=Status.RATED, score=event.score, solved=event.solved)
        case Confirmed():
            return replace(state, done=state.done | {event.task})
        case Closed():
            return replace(state, status=Status.CLOSED)
        case Corrected() | Rejected() | Upheld() | TakenBack():
            return _decided(state, event)
        case _:  # pragma: no cover
            assert_never(event)


def _decided(state: State, event: Corrected | Rejected | Upheld | TakenBack) -> State:
    match event:
        case Corrected():
            corrected = replace(state, status=Status.CORRECTED, tasks=event.tasks)
            return replace(corrected, outcome=Outcome.CORRECTED, decided_at=event.at)
        case Rejected() | Upheld():
            outcome = Outcome.UPHELD if isinstance(event, Upheld) else Outcome.REJECTED
            status = _HANDLED[state.kind]
        case TakenBack():
            outcome, status = Outcome.TAKEN_BACK, Status.TAKEN_BACK
        case _:  # pragma: no cover
            assert_never(event)
    return replace(state, status=status, outcome=outcome, decided_at=event.at)


def _forwarded(state: State, event: Forwarded) -> State:
    moved = replace(state, status=FIRST[state.kind], forwarded=state.forwarded + 1, assignee=None)
    if state.kind is Kind.COMPLAINT:
        return replace(moved, authority=event.target)
    return replace(moved, handler=event.target)


def _ladder(state: State, event: LadderEvent) -> State:
    match event:
        case RoundRecorded():
            return replace(state, rounds=state.rounds + 1)
        case Declared():
            return replace(state, said=_said(state, event.side, agreed=event.agreed))
        case Responded():
            return replace(state, said=_said(state, event.side, agreed=event.accepted))
        case Referred() | OpinionGiven() | Escalated():
            return replace(state, status=_REACHED[type(event)], said=())
        case DecisionRecorded():
            decided = replace(state, status=Status.DECIDED, tasks=event.tasks)
            return replace(
                decided,
                outcome=Outcome.DECIDED,
                decided_at=event.at,
                decision_number=event.number,
            )
        case Settled():
            outcome = Outcome.OPINION_ACCEPTED if event.by_opinion else Outcome.AGREED
            return replace(state, status=Status.SETTLED, outcome=outcome, decided_at=event.at)
        case _:  # pragma: no cover
            assert_never(event)


def _said(state: State, side: Side, *, agreed: bool) -> tuple[tuple[Side, bool], ...]:
    return tuple(sorted({**dict(state.said), side: agreed}.items()))


def _complaint(state: State, event: ComplaintEvent) -> State:
    match event:
        case Assigned():
            return replace(state, status=Status.ASSIGNED, assignee=event.person)
        case Answered():
            return replace(
                state, status=Status.ANSWERED, outcome=Outcome.ANSWERED, decided_at=event.at
            )
        case NotAccepted():
            return replace(
                state,
                status=Status.NOT_ACCEPTED,
                outcome=Outcome.NOT_ACCEPTED,
                decided_at=event.at,
            )
        case _:  # pragma: no cover
            assert_never(event)
