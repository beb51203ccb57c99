"""The pure core: every triple of the table, separation of people, time, and differences."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lifecycle.decide import available, decide
from catalog.lifecycle.difference import Kind, compare
from catalog.lifecycle.rules import TABLE, following
from catalog.lifecycle.terms import (
    CLOCK,
    FINAL,
    UNDER_REVIEW,
    Actor,
    Command,
    Denial,
    Order,
    Part,
    State,
    Status,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SENDER, HEAD, REVIEWER, OTHER = range(1, 5)

MATRIX = """
status            part      send         approve           schedule   return    block    take_back   publish
draft             steward   head_review  -                 -          -         -        -           -
returned          steward   head_review  -                 -          -         -        -           -
taken_back        steward   head_review  -                 -          -         -        -           -
head_review       head      -            authority_review  -          returned  blocked  -           -
head_review       sender    -            -                 -          -         -        taken_back  -
head_review       clock     -            -                 -          returned  -        -           -
authority_review  authority -            published         scheduled  returned  blocked  -           -
authority_review  sender    -            -                 -          -         -        taken_back  -
authority_review  clock     -            -                 -          returned  -        -           -
scheduled         authority -            -                 -          returned  blocked  -           -
scheduled         sender    -            -                 -          -         -        taken_back  -
scheduled         clock     -            -                 -          returned  -        -           published
"""


def expected() -> dict[tuple[str, str, str], str]:
    """What the law and the issue ask for, written apart from the code."""
    header, *lines = [line.split() for line in MATRIX.strip().splitlines()]
    return {
        (status, part, command): after
        for status, part, *afters in lines
        for command, after in zip(header[2:], afters, strict=True)
        if after != "-"
    }


@pytest.mark.parametrize("triple", list(product(Status, Part, Command)), ids="-".join)
def test_every_triple_of_status_part_and_command(triple):
    status, part, command = triple
    after = following(status, frozenset({part}), command)
    wanted = expected().get((status.value, part.value, command.value))
    if wanted is not None:
        assert after == Status(wanted)
    else:
        assert isinstance(after, Denial)
    assert (triple in TABLE) == (wanted is not None)


def test_what_is_final_stays_and_what_is_under_review_can_be_left():
    for status in FINAL:
        assert not [triple for triple in TABLE if triple[0] is status]
    for status in UNDER_REVIEW:
        assert {after for (at, _part, _command), after in TABLE.items() if at is status}


def test_a_denial_says_whether_the_state_or_the_person_is_to_blame():
    assert following(Status.PUBLISHED, frozenset(Part), Command.RETURN) is Denial.CLOSED
    assert following(Status.DRAFT, frozenset(Part), Command.RETURN) is Denial.NOT_NOW
    assert following(Status.HEAD_REVIEW, frozenset(), Command.RETURN) is Denial.NOT_YOURS


def state(status: Status, **changes) -> State:
    facts = {"steps": 2, "sent_by": frozenset({SENDER}), "approved_by": frozenset({HEAD})}
    return State(status, **(facts | changes))


def actor(*parts: Part, identity: int = OTHER) -> Actor:
    return Actor(frozenset(parts), frozenset({identity}))


def test_whoever_saw_fewer_steps_is_told_so_but_the_clock_looks_for_itself():
    at = state(Status.HEAD_REVIEW)
    head = actor(Part.HEAD)
    assert decide(at, Order(Command.APPROVE, 1), actor=head, now=NOW) is Denial.STALE
    assert decide(at, Order(Command.APPROVE, 2), actor=head, now=NOW) is Status.AUTHORITY_REVIEW
    timed = state(Status.SCHEDULED)
    assert decide(timed, Order(Command.PUBLISH), actor=CLOCK, now=NOW) is Status.PUBLISHED


@pytest.mark.parametrize("command", [Command.APPROVE, Command.RETURN, Command.BLOCK])
def test_nobody_decides_on_what_they_sent_or_approved_themselves(command):
    head = actor(Part.HEAD, Part.STEWARD, Part.SENDER, identity=SENDER)
    order = Order(command, 2)
    assert decide(state(Status.HEAD_REVIEW), order, actor=head, now=NOW) is Denial.OWN_DRAFT
    both = actor(Part.AUTHORITY, identity=SENDER)
    assert decide(state(Status.AUTHORITY_REVIEW), order, actor=both, now=NOW) is Denial.OWN_DRAFT
    both = actor(Part.AUTHORITY, identity=HEAD)
    answer = decide(state(Status.AUTHORITY_REVIEW), order, actor=both, now=NOW)
    assert answer is Denial.ALREADY_APPROVED


def test_a_publication_time_is_in_the_future_and_not_after_the_due_date():
    latest = NOW + timedelta(days=2)
    at, reviewer = state(Status.AUTHORITY_REVIEW, latest=latest), actor(Part.AUTHORITY)

    def schedule(when):
        return decide(at, Order(Command.SCHEDULE, 2, publish_at=when), actor=reviewer, now=NOW)

    assert schedule(None) is Denial.NOT_LATER
    assert schedule(NOW) is Denial.NOT_LATER
    assert schedule(latest + timedelta(minutes=1)) is Denial.TOO_LATE
    assert schedule(latest) is Status.SCHEDULED


def test_what_is_available_is_what_would_be_done():
    for status, part in product(Status, Part):
        if part is Part.CLOCK:
            continue
        at, who = state(status), actor(part)
        for command, denial in available(at, actor=who).items():
            order = Order(command, 2, publish_at=NOW + timedelta(days=1))
            answer = decide(at, order, actor=who, now=NOW)
            assert (denial is None) == isinstance(answer, Status)


# --- differences ---------------------------------------------------------------------------


def items(*keys: str, **changes) -> list[dict]:
    return [
        {"key": key, "name": f"项{key}", "data_type": "C", "length": 10} | changes.get(key, {})
        for key in keys
    ]


def kinds(old, new) -> list[tuple[str, str]]:
    return [(one.kind.value, one.values["key"]) for one in compare({}, {}, old, new).items]


def test_fields_are_compared_one_by_one():
    found = compare({"title": "甲", "grade": 1, "x": 1}, {"title": "乙", "grade": 1}, [], [])
    assert [(one.field, one.old, one.new) for one in found.fields] == [
        ("title", "甲", "乙"), ("x", 1, None),
    ]  # fmt: skip
    assert not compare({"a": 1}, {"a": 1}, items("a"), items("a"))


def test_items_are_added_removed_and_changed():
    old, new = items("a", "b", "c"), items("a", "c", "d", c={"length": 20})
    assert kinds(old, new) == [("removed", "b"), ("changed", "c"), ("added", "d")]
    (change,) = compare({}, {}, old, new).items[1].changes
    assert (change.field, change.old, change.new) == ("length", 10, 20)
    assert compare({}, {}, old, new).unchanged == 1


def test_a_key_that_changed_is_a_renamed_item_not_one_lost_and_one_won():
    (one,) = compare({}, {}, items("a", "b"), items("a", "b2", b2={"name": "项b"})).items
    assert one.kind is Kind.CHANGED
    assert [(change.field, change.old, change.new) for change in one.changes] == [
        ("key", "b", "b2")
    ]


def test_a_renamed_item_that_could_be_two_is_not_guessed():
    old = items("a", "b", a={"name": "同名"}, b={"name": "同名"})
    new = items("c", c={"name": "同名"})
    assert sorted(kinds(old, new)) == [("added", "c"), ("removed", "a"), ("removed", "b")]


def test_the_fewest_items_have_moved():
    assert kinds(items(*"abcde"), items(*"eabcd")) == [("moved", "e")]
    assert kinds(items(*"abcde"), items(*"bcdae")) == [("moved", "a")]


@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdefgh")), st.permutations("abcdefgh"))
def test_every_item_is_told_exactly_once(before, kept, after):
    old = items(*(key for key in before if key in kept))
    new = items(*after)
    found = compare({}, {}, old, new)
    assert len(found.items) == len({one.values["key"] for one in found.items})
    assert len(found.items) + found.unchanged == len({*kept, *after} - (set("gh") - set(after)))
    stay = [one["key"] for one in new if one["key"] not in {i.values["key"] for i in found.items}]
    assert stay == [one["key"] for one in old if one["key"] in stay]
