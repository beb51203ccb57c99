"""From an order to events, or to the reason why not. The one place where rules are enforced."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sharing.approval.terms import Signature
from sharing.disputes.commands import Order
from sharing.disputes.events import (
    Accepted,
    Answered,
    Assigned,
    Closed,
    Confirmed,
    Corrected,
    DecisionRecorded,
    Declared,
    Escalated,
    Event,
    Forwarded,
    NotAccepted,
    OpinionGiven,
    Rated,
    Referred,
    Rejected,
    Responded,
    RoundRecorded,
    Settled,
    TakenBack,
    Upheld,
)
from sharing.disputes.rules import ANSWERS, FORWARDED_ONCE, NEEDS, SIDED, permitted
from sharing.disputes.state import State
from sharing.disputes.terms import Actor, DenialCode, Denied, Part, Side, Verb

Answer = tuple[Event, ...] | Denied
LOWEST_SCORE: Final = 1
HIGHEST_SCORE: Final = 5


def decide(
    state: State,
    order: Order,
    *,
    actor: Actor,
    by: Signature,
    now: datetime,
    overdue: bool = False,
) -> Answer:
    """What follows from ``order``: at least one event, or the reason why nothing does.

    ``overdue`` says that the limit of the present step has passed: then the failure of a
    negotiation needs the record of one side only. ``now`` must carry a time zone (ValueError).
    """
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    if order.seen != state.version:
        return Denied(DenialCode.STALE)
    code = forbidden(state, order.verb, actor)
    if code is not None:
        return Denied(code)
    if missing := missing_parts(order):
        return Denied(DenialCode.INCOMPLETE, missing)
    if (code := _misdirected(state, order, actor)) is not None:
        return Denied(code)
    if order.verb in SIDED:
        return _sided(state, order, actor, by, now, overdue=overdue)
    return _MAKERS[order.verb](state, order, by, now)


def available(state: State, actor: Actor) -> dict[Verb, DenialCode | None]:
    """For every verb: None if the actor could give it now, or why not.

    Pages draw their choices from this; it asks what ``decide`` obeys.
    """
    return {verb: forbidden(state, verb, actor) for verb in Verb}


def forbidden(state: State, verb: Verb, actor: Actor) -> DenialCode | None:
    """Why the actor cannot give the verb now, whatever comes with it."""
    parts = permitted(state.kind, state.status, actor.parts, verb)
    if isinstance(parts, DenialCode):
        return parts
    if verb in ANSWERS and state.raiser is not None and state.raiser in actor.identities:
        return DenialCode.OWN_CONCERN
    if verb is Verb.FORWARD and state.kind in FORWARDED_ONCE and state.forwarded:
        return DenialCode.FORWARDED_ALREADY
    if verb in SIDED and not _sides(state, verb, actor):
        return DenialCode.ALREADY_RECORDED
    if verb is Verb.CONFIRM and not _tasks(state, actor):
        return DenialCode.NOT_YOURS
    return None


def missing_parts(order: Order) -> tuple[str, ...]:
    """Which parts of the order are missing or cannot be right."""
    return tuple(name for name in NEEDS.get(order.verb, ()) if not _given(order, name))


def _given(order: Order, name: str) -> bool:
    value = getattr(order, name)
    if name == "score":
        return value is not None and LOWEST_SCORE <= value <= HIGHEST_SCORE
    return bool(value.strip()) if isinstance(value, str) else value is not None


def side_of(state: State, order: Order, actor: Actor) -> Side:
    """For which of the two departments the order is given."""
    return _sides(state, order.verb, actor)[0]


def _sides(state: State, verb: Verb, actor: Actor) -> tuple[Side, ...]:
    """The sides for which the actor may still record something in this step.

    A side changes what it declared about the negotiation; the answer to an opinion stands.
    """
    said = dict(state.said)
    answers = verb in {Verb.ACCEPT_OPINION, Verb.DECLINE_OPINION}
    same = verb is Verb.AGREE
    return tuple(
        side
        for side in Side
        if side in actor.sides
        and (verb is Verb.RECORD_ROUND or side not in said or (not answers and said[side] != same))
    )


def _tasks(state: State, actor: Actor) -> tuple[str, ...]:
    return tuple(one.key for one in state.open_tasks if one.department in actor.departments)


def _misdirected(state: State, order: Order, actor: Actor) -> DenialCode | None:
    if order.verb is Verb.FORWARD:
        if order.target == state.department:
            return DenialCode.TO_RAISER
        present = state.authority if state.handler is None else state.handler
        return DenialCode.SAME_DEPARTMENT if order.target == present else None
    if order.verb is Verb.CONFIRM and order.task not in _tasks(state, actor):
        return DenialCode.NO_SUCH_TASK
    return None


def _sided(
    state: State, order: Order, actor: Actor, by: Signature, now: datetime, *, overdue: bool
) -> Answer:
    side, text = side_of(state, order, actor), order.text.strip()
    if order.verb is Verb.RECORD_ROUND:
        return (RoundRecorded(at=now, by=by, side=side, text=text),)
    said = dict(state.said)
    if order.verb in {Verb.AGREE, Verb.FAIL}:
        agreed = said[side] = order.verb is Verb.AGREE
        declared = Declared(at=now, by=by, side=side, agreed=agreed, text=text)
        if len(said) < len(Side) and not (overdue and not agreed):
            return (declared,)
        if all(said.values()):
            return (declared, Settled(at=now, by_opinion=False))
        return (declared, Referred(at=now))
    accepted = said[side] = order.verb is Verb.ACCEPT_OPINION
    responded = Responded(at=now, by=by, side=side, accepted=accepted, text=text)
    if len(said) < len(Side):
        return (responded,)
    if all(said.values()):
        return (responded, Settled(at=now, by_opinion=True))
    return (responded, Escalated(at=now))


Maker = Callable[[State, Order, Signature, datetime], tuple[Event, ...]]


def _accept(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    return (Accepted(at=now, by=by, text=order.text.strip()),)


def _forward(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    target = order.target or 0  # NEEDS has seen to it
    return (Forwarded(at=now, by=by, target=target, text=order.text.strip()),)


def _correct(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    corrected = Corrected(at=now, by=by, text=order.text.strip(), tasks=order.tasks)
    return (corrected,) if order.tasks else (corrected, Closed(at=now))


def _reject(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    return (Rejected(at=now, by=by, text=order.text.strip()),)


def _uphold(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    return (Upheld(at=now, by=by, text=order.text.strip()),)


def _rate(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    score, solved = order.score or 0, bool(order.solved)
    return (Rated(at=now, by=by, score=score, solved=solved, text=order.text.strip()),)


def _give_opinion(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    return (OpinionGiven(at=now, by=by, text=order.text.strip()),)


def _record_decision(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    recorded = DecisionRecorded(
        at=now,
        by=by,
        number=order.number.strip(),
        decided_on=order.decided_on or now.date(),
        text=order.text.strip(),
        tasks=order.tasks,
    )
    return (recorded,) if order.tasks else (recorded, Closed(at=now))


def _assign(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    person = order.person or by.person
    return (Assigned(at=now, by=by, person=person, text=order.text.strip()),)


def _answer(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    return (Answered(at=now, by=by, text=order.text.strip()),)


def _not_accept(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    return (NotAccepted(at=now, by=by, text=order.text.strip()),)


def _confirm(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    confirmed = Confirmed(at=now, by=by, task=order.task, text=order.text.strip())
    last = [one.key for one in state.open_tasks] == [order.task]
    return (confirmed, Closed(at=now)) if last else (confirmed,)


def _take_back(state: State, order: Order, by: Signature, now: datetime) -> tuple[Event, ...]:
    del state
    return (TakenBack(at=now, by=by, text=order.text.strip()),)


_MAKERS: Final[dict[Verb, Maker]] = {
    Verb.ACCEPT: _accept,
    Verb.FORWARD: _forward,
    Verb.CORRECT: _correct,
    Verb.REJECT: _reject,
    Verb.UPHOLD: _uphold,
    Verb.RATE: _rate,
    Verb.GIVE_OPINION: _give_opinion,
    Verb.RECORD_DECISION: _record_decision,
    Verb.ASSIGN: _assign,
    Verb.ANSWER: _answer,
    Verb.NOT_ACCEPT: _not_accept,
    Verb.CONFIRM: _confirm,
    Verb.TAKE_BACK: _take_back,
}


def part_of(state: State, order: Order, actor: Actor) -> Part:
    """As what the actor gives an order that the table permits."""
    parts = permitted(state.kind, state.status, actor.parts, order.verb)
    if isinstance(parts, DenialCode):
        raise TypeError("the order is not permitted")
    if order.verb in SIDED:
        return Part.RAISER if side_of(state, order, actor) is Side.RAISER else Part.HANDLER
    return parts[0]
