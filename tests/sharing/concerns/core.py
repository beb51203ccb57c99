"""States and orders of the pure core for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sharing.approval.terms import Person, Signature
from sharing.disputes.commands import Order
from sharing.disputes.decide import decide
from sharing.disputes.events import Event, Raised
from sharing.disputes.evolve import evolve, fold
from sharing.disputes.state import State
from sharing.disputes.terms import Actor, Denied, Kind, Part, Side, Status, Task, TaskKind, Verb

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
RAISING, HANDLING, AUTHORITY, THIRD = 10, 20, 30, 40
WHO = {part: number for number, part in enumerate(Part, start=1)}
TASKS = (
    Task("take_over:10", TaskKind.TAKE_OVER, RAISING),
    Task("take_over:40", TaskKind.TAKE_OVER, THIRD),
)


def by(official: int) -> Signature:
    return Signature(Person(official, f"official {official}"))


def raised(kind: Kind) -> Raised:
    citizen = kind is Kind.COMPLAINT
    return Raised(
        at=START,
        kind=kind,
        content_hash="0" * 64,
        by=None if citizen else by(WHO[Part.RAISER]),
        department=None if citizen else RAISING,
        handler=None if citizen else HANDLING,
        authority=AUTHORITY if kind in {Kind.DISPUTE, Kind.COMPLAINT} else None,
    )


def actor(part: Part, *departments: int) -> Actor:
    sides = {Part.RAISER: Side.RAISER, Part.HANDLER: Side.OTHER}
    return Actor(
        WHO[part],
        frozenset({part}),
        departments=frozenset(departments),
        sides=frozenset({sides[part]} if part in sides else ()),
        identities=frozenset({WHO[part]}),
    )


def order(verb: Verb, state: State, **changes) -> Order:
    """An order with everything that may belong to it."""
    full = Order(
        verb=verb,
        seen=state.version,
        text="because",
        target=THIRD,
        person=Person(WHO[Part.ASSIGNEE], "assignee"),
        score=4,
        solved=True,
        number="苏政决〔2026〕1号",
        decided_on=date(2026, 3, 1),
        task=state.open_tasks[0].key if state.open_tasks else "none",
        tasks=TASKS if verb in {Verb.CORRECT, Verb.RECORD_DECISION} else (),
    )
    return replace(full, **changes)


def give(state: State, verb: Verb, part: Part, **changes):
    departments = [task.department for task in state.open_tasks]
    overdue = changes.pop("overdue", False)
    return decide(
        state,
        order(verb, state, **changes),
        actor=actor(part, *departments),
        by=by(WHO[part]),
        now=START + timedelta(days=state.version),
        overdue=overdue,
    )


def after(state: State, verb: Verb, part: Part, **changes) -> State:
    events = give(state, verb, part, **changes)
    assert not isinstance(events, Denied), events
    for event in events:
        state = evolve(state, event)
    return state


def begun(kind: Kind) -> State:
    return fold([raised(kind)])


def reachable(kind: Kind) -> dict[Status, list[State]]:
    """States of every status, found by giving every order that is carried out."""
    found: dict[Status, list[State]] = {}
    waiting, seen = [begun(kind)], set()
    for _ in count():
        if not waiting:
            return found
        state = waiting.pop()
        key = (state.status, state.said, state.done, state.forwarded)
        if key in seen:
            continue
        seen.add(key)
        found.setdefault(state.status, []).append(state)
        for verb in Verb:
            for part in Part:
                # to another department each time, else it would be there already
                events = give(state, verb, part, target=THIRD + state.forwarded)
                if not isinstance(events, Denied) and state.forwarded < 3:
                    new = state
                    for event in events:
                        new = evolve(new, event)
                    waiting.append(new)
    return found


def folded(events: list[Event]) -> State:
    return fold(events)
