"""Every kind, status, part and command: what the table has leads on, everything else is denied."""

from itertools import product

import pytest

from sharing.models import OversightItem
from sharing.oversight.decide import OF_PEOPLE, available, decide
from sharing.oversight.rules import TABLE
from sharing.oversight.terms import (
    CLOCK,
    FINAL,
    Actor,
    Command,
    Denial,
    Kind,
    Order,
    Part,
    State,
    Status,
)

EVERY = list(product(Kind, Status, Part, Command))


@pytest.mark.parametrize("kind", Kind)
def test_all_triples(kind: Kind):
    for one, status, part, command in EVERY:
        if one is not kind:
            continue
        state = State(kind, status, 3)
        answer = decide(state, Order(command, 3), actor=Actor(frozenset({part})))
        expected = TABLE.get((kind, status, part, command))
        assert answer is expected if expected else isinstance(answer, Denial)
        assert decide(state, Order(command, 2), actor=CLOCK) is Denial.STALE


def test_what_is_over_stays_over():
    assert not [row for row in TABLE if row[1] in FINAL]


def test_only_the_clockwork_lapses_and_reopens():
    parts = {row[2] for row in TABLE if row[3] in {Command.LAPSE, Command.REOPEN}}
    assert parts == {Part.CLOCK}
    assert {row[3] for row in TABLE if row[2] is Part.CLOCK} == {Command.LAPSE, Command.REOPEN}


def test_each_denial_is_told_apart():
    answered = State(Kind.VIOLATION, Status.ANSWERED, 1)

    def said(state: State, command: Command, *parts: Part, own: bool = False) -> object:
        return decide(state, Order(command, 1), actor=Actor(frozenset(parts), own))

    assert said(answered, Command.CONFIRM) is Denial.NOT_A_PART
    assert said(answered, Command.CONFIRM, Part.DEPARTMENT) is Denial.OTHER_PART
    assert said(answered, Command.CLOSE, Part.AUTHORITY) is Denial.OTHER_KIND
    assert said(answered, Command.RECTIFY, Part.AUTHORITY) is Denial.NOT_NOW
    over = State(Kind.VIOLATION, Status.RECTIFIED, 1)
    assert said(over, Command.CONFIRM, Part.AUTHORITY) is Denial.OVER
    both = (Part.AUTHORITY, Part.DEPARTMENT)
    assert said(answered, Command.CONFIRM, *both, own=True) is Denial.OWN_CASE
    assert said(answered, Command.ANSWER, *both, own=True) is Status.ANSWERED


def test_buttons_and_answers_agree():
    for kind, status, part in product(Kind, Status, Part):
        state, actor = State(kind, status, 0), Actor(frozenset({part}))
        for command, denial in available(state, actor=actor).items():
            answer = decide(state, Order(command, 0), actor=actor)
            assert denial == (answer if isinstance(answer, Denial) else None)
    assert set(OF_PEOPLE) == set(Command) - {Command.LAPSE, Command.REOPEN}


def test_the_columns_know_every_word():
    assert set(OversightItem.Kind.values) == {one.value for one in Kind}
    assert set(OversightItem.Status.values) == {one.value for one in Status}
