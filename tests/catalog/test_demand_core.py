"""The table of the demand desk: every status × part × command, and what no table can say."""

import itertools

import pytest

from catalog.demanding.decide import available, decide
from catalog.demanding.document import PARTS, STATUSES
from catalog.demanding.rules import TABLE
from catalog.demanding.terms import Actor, Command, Denial, Order, Part, Refusal, State, Status
from catalog.models import DemandStatus, RefusalType

ASKS, ANSWERS, OTHER = 1, 2, 3
EXPECTED = {
    "assigning": {
        "authority": {"assign": "answering", "answer": "answered", "refuse": "refused"},
        "asker": {"take_back": "taken_back"},
    },
    "answering": {
        "responder": {
            "answer": "answered", "promise": "promised", "refuse": "refused",
            "transfer": "answering", "return": "assigning",
        },
        "authority": {"assign": "answering"},
        "asker": {"take_back": "taken_back"},
    },
    "promised": {
        "responder": {"answer": "answered", "promise": "promised", "refuse": "refused"},
        "asker": {"take_back": "taken_back"},
    },
    "answered": {"asker": {"reopen": "assigning"}},
    "refused": {"asker": {"reopen": "assigning"}},
    "taken_back": {},
}  # fmt: skip


def state(status: str, **changes: object) -> State:
    return State(Status(status), ASKS, ANSWERS, **changes)


def actor(part: str) -> Actor:
    own = {"asker": ASKS, "responder": ANSWERS, "authority": OTHER}[part]
    return Actor(frozenset({Part(part)}), frozenset({own}))


@pytest.mark.parametrize(
    ("status", "part", "command"), list(itertools.product(Status, Part, Command))
)
def test_every_step_is_in_the_table_or_denied(status: Status, part: Part, command: Command):
    expected = EXPECTED[status].get(part, {}).get(command)
    answer = decide(state(status), Order(command, target=OTHER), actor=actor(part))
    allowed = available(state(status), actor=actor(part))[command] is None
    assert allowed == (expected is not None)
    if expected is not None:
        assert answer is Status(expected)
    else:
        assert answer in {Denial.CLOSED, Denial.NOT_NOW, Denial.NOT_YOURS}


def test_the_status_is_blamed_before_the_person():
    assert decide(state("answered"), Order(Command.REFUSE), actor=actor("asker")) is Denial.NOT_NOW
    assert decide(state("taken_back"), Order(Command.REOPEN), actor=actor("asker")) is Denial.CLOSED
    assert (
        decide(state("answering"), Order(Command.REFUSE), actor=actor("asker")) is Denial.NOT_YOURS
    )


@pytest.mark.parametrize("command", [Command.ANSWER, Command.PROMISE, Command.REFUSE])
def test_nobody_replies_to_their_own_department(command):
    both = Actor(frozenset({Part.RESPONDER, Part.ASKER}), frozenset({ASKS, ANSWERS}))
    assert decide(state("answering"), Order(command), actor=both) is Denial.OWN_DEMAND
    own = Actor(frozenset({Part.AUTHORITY}), frozenset({ASKS}))
    assert decide(state("assigning"), Order(Command.ANSWER), actor=own) is Denial.OWN_DEMAND
    assert decide(state("assigning"), Order(Command.ASSIGN, target=ANSWERS + 5), actor=own) is (
        Status.ANSWERING
    )


def test_a_demand_goes_neither_to_its_asker_nor_to_who_has_it():
    for target, denial in ((ASKS, Denial.TO_ASKER), (ANSWERS, Denial.SAME_DEPARTMENT)):
        order = Order(Command.TRANSFER, target=target)
        assert decide(state("answering"), order, actor=actor("responder")) is denial


def test_it_is_reopened_once_and_on_what_was_seen():
    order = Order(Command.REOPEN)
    assert decide(state("refused"), order, actor=actor("asker")) is Status.ASSIGNING
    again = state("refused", reopened=True)
    assert decide(again, order, actor=actor("asker")) is Denial.REOPENED_ALREADY
    assert available(again, actor=actor("asker"))[Command.REOPEN] is Denial.REOPENED_ALREADY
    assert decide(state("refused", steps=2), order, actor=actor("asker")) is Denial.STALE


def test_core_tables_and_models_speak_of_the_same():
    assert set(Status) == set(DemandStatus.values) == set(STATUSES)
    assert set(PARTS) == set(Part)
    assert set(Refusal) == set(RefusalType.values)
    assert {(s, p, c): TABLE[s, p, c] for s, p, c in TABLE} == {
        (Status(s), Part(p), Command(c)): Status(after)
        for s, parts in EXPECTED.items()
        for p, commands in parts.items()
        for c, after in commands.items()
    }
