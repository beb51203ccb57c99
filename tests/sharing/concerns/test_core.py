"""The pure core: every triple of state, part and verb; the ladder; random lives of concerns."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sharing.approval.serialise import dump_value, load_value
from sharing.disputes.decide import available, decide, missing_parts
from sharing.disputes.document import DENIALS, PARTS
from sharing.disputes.events import EVENTS, NAMES, Settled
from sharing.disputes.evolve import evolve, fold
from sharing.disputes.ladder import mediator, way_up
from sharing.disputes.rules import (
    CLOCKS,
    NEEDS,
    SIDED,
    TABLES,
    open_statuses,
    permitted,
    statuses,
)
from sharing.disputes.terms import DenialCode, Denied, Kind, Outcome, Part, Side, Status, Verb
from tests.sharing.concerns.core import (
    AUTHORITY,
    HANDLING,
    RAISING,
    START,
    THIRD,
    WHO,
    actor,
    after,
    begun,
    by,
    give,
    order,
    raised,
    reachable,
)

S, P, V = Status, Part, Verb


# --- every triple ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_every_triple_does_what_the_table_says(kind: Kind):
    found = reachable(kind)
    assert set(found) == set(statuses(kind)), "a status nobody reaches"
    for status, states in found.items():
        for verb in Verb:
            for part in Part:
                wanted = TABLES[kind].get((status, part, verb))
                for state in states:
                    answer = give(state, verb, part)
                    if wanted is None:
                        assert isinstance(answer, Denied)
                        assert answer.code in {
                            DenialCode.CLOSED, DenialCode.NOT_NOW, DenialCode.NOT_YOURS,
                        }  # fmt: skip
                    elif not isinstance(answer, Denied):
                        new = state
                        for event in answer:
                            new = evolve(new, event)
                        assert new.status in wanted
                        assert new.version == state.version + len(answer)


@pytest.mark.parametrize("kind", Kind)
def test_every_row_of_the_table_is_carried_out_at_least_once(kind: Kind):
    found = reachable(kind)
    for (status, part, verb), wanted in TABLES[kind].items():
        reached = set()
        for state in found[status]:
            answer = give(state, verb, part)
            if not isinstance(answer, Denied):
                new = state
                for event in answer:
                    new = evolve(new, event)
                reached.add(new.status)
            if verb in {V.CORRECT, V.RECORD_DECISION}:
                without = give(state, verb, part, tasks=())
                assert not isinstance(without, Denied)
                last = state
                for event in without:
                    last = evolve(last, event)
                reached.add(last.status)
        assert reached == wanted, (status, part, verb)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_over_stays_over(kind: Kind):
    for status, states in reachable(kind).items():
        if status in open_statuses(kind):
            continue
        for state in states:
            for verb in Verb:
                for part in Part:
                    assert give(state, verb, part) == Denied(DenialCode.CLOSED)


@pytest.mark.parametrize("kind", Kind)
def test_buttons_and_decisions_are_one(kind: Kind):
    for states in reachable(kind).values():
        for state in states:
            for part in Part:
                departments = [task.department for task in state.open_tasks]
                offered = available(state, actor(part, *departments))
                for verb in Verb:
                    answer = give(state, verb, part)
                    if offered[verb] is None:
                        continues = not isinstance(answer, Denied) or answer.code in {
                            DenialCode.SAME_DEPARTMENT, DenialCode.NO_SUCH_TASK,
                        }  # fmt: skip
                        assert continues, (state.status, part, verb)
                    else:
                        assert answer == Denied(offered[verb])


def test_the_status_is_blamed_before_the_person():
    none = frozenset[Part]()
    assert permitted(Kind.CORRECTION, S.CLOSED, none, V.ACCEPT) is DenialCode.CLOSED
    assert permitted(Kind.CORRECTION, S.RECEIVED, none, V.CORRECT) is DenialCode.NOT_NOW
    assert permitted(Kind.CORRECTION, S.RECEIVED, none, V.ACCEPT) is DenialCode.NOT_YOURS


# --- rules beyond the table -----------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_an_order_of_somebody_who_saw_less_is_stale(kind: Kind):
    state = begun(kind)
    for verb in Verb:
        for part in Part:
            assert give(state, verb, part, seen=0) == Denied(DenialCode.STALE)


@pytest.mark.parametrize("verb", [verb for verb in Verb if NEEDS.get(verb)])
def test_every_missing_part_is_named_at_once(verb: Verb):
    state = begun(Kind.DISPUTE)
    empty = order(
        verb, state, text=" ", target=None, person=None, score=9, solved=None, number="",
        decided_on=None, task="",
    )  # fmt: skip
    assert missing_parts(empty) == NEEDS[verb]
    assert missing_parts(order(verb, state)) == ()


def test_incomplete_orders_are_denied():
    state = after(begun(Kind.CORRECTION), V.ACCEPT, P.HANDLER)
    assert give(state, V.REJECT, P.HANDLER, text="") == Denied(DenialCode.INCOMPLETE, ("text",))


def test_nobody_answers_what_they_raised():
    state = begun(Kind.CORRECTION)
    both = actor(P.HANDLER)
    for official in ({WHO[P.RAISER]}, {99, WHO[P.RAISER]}):  # themselves, or standing in for them
        twin = type(both)(99, both.parts, identities=frozenset(official))
        answer = decide(
            state, order(V.ACCEPT, state), actor=twin, by=by(99), now=START
        )  # fmt: skip
        assert answer == Denied(DenialCode.OWN_CONCERN)


def test_a_correction_is_passed_on_once_and_its_clock_goes_on():
    state = after(begun(Kind.CORRECTION), V.FORWARD, P.HANDLER)
    assert (state.handler, state.clock_at, state.status) == (THIRD, START, S.RECEIVED)
    assert give(state, V.FORWARD, P.HANDLER, target=50) == Denied(DenialCode.FORWARDED_ALREADY)
    verifying = after(state, V.ACCEPT, P.HANDLER)
    assert verifying.clock_at == START
    assert give(verifying, V.FORWARD, P.HANDLER) == Denied(DenialCode.FORWARDED_ALREADY)


def test_an_objection_is_passed_on_again_and_its_clock_begins_anew():
    state = after(begun(Kind.OBJECTION), V.FORWARD, P.HANDLER)
    assert state.clock_at is not None
    assert state.clock_at > START
    assert after(state, V.FORWARD, P.HANDLER, target=50).handler == 50


def test_nothing_is_passed_on_to_its_raiser_or_to_who_has_it():
    for kind in (Kind.CORRECTION, Kind.OBJECTION):
        state = begun(kind)
        assert give(state, V.FORWARD, P.HANDLER, target=RAISING) == Denied(DenialCode.TO_RAISER)
        assert give(state, V.FORWARD, P.HANDLER, target=HANDLING) == Denied(
            DenialCode.SAME_DEPARTMENT
        )
    complaint = begun(Kind.COMPLAINT)
    assert give(complaint, V.FORWARD, P.AUTHORITY, target=AUTHORITY) == Denied(
        DenialCode.SAME_DEPARTMENT
    )


def test_a_correction_is_closed_when_every_holder_has_confirmed():
    state = after(begun(Kind.CORRECTION), V.ACCEPT, P.HANDLER)
    state = after(state, V.CORRECT, P.HANDLER)
    assert state.status is S.CORRECTED
    first, second = state.tasks
    foreign = decide(
        state, order(V.CONFIRM, state, task=second.key), actor=actor(P.TASKED, first.department),
        by=by(WHO[P.TASKED]), now=START,
    )  # fmt: skip
    assert foreign == Denied(DenialCode.NO_SUCH_TASK)
    state = after(state, V.CONFIRM, P.TASKED, task=first.key)
    assert (state.status, state.open_tasks) == (S.CORRECTED, (second,))
    again = decide(
        state, order(V.CONFIRM, state, task=first.key), actor=actor(P.TASKED, first.department),
        by=by(WHO[P.TASKED]), now=START,
    )  # fmt: skip
    assert again == Denied(DenialCode.NOT_YOURS)
    assert after(state, V.CONFIRM, P.TASKED, task=second.key).status is S.CLOSED


def test_a_correction_nobody_holds_is_closed_at_once():
    state = after(begun(Kind.CORRECTION), V.ACCEPT, P.HANDLER)
    assert after(state, V.CORRECT, P.HANDLER, tasks=()).status is S.CLOSED


def test_both_must_record_what_came_of_the_negotiation():
    state = after(begun(Kind.DISPUTE), V.RECORD_ROUND, P.RAISER)
    assert state.rounds == 1
    one = after(state, V.AGREE, P.RAISER)
    assert (one.status, one.said) == (S.NEGOTIATING, ((Side.RAISER, True),))
    assert give(one, V.AGREE, P.RAISER) == Denied(DenialCode.ALREADY_RECORDED)
    changed = after(one, V.FAIL, P.RAISER)
    assert changed.said == ((Side.RAISER, False),)
    settled = after(one, V.AGREE, P.HANDLER)
    assert (settled.status, settled.outcome) == (S.SETTLED, Outcome.AGREED)
    assert after(one, V.FAIL, P.HANDLER).status is S.MEDIATING  # of two minds is no agreement
    assert after(changed, V.FAIL, P.HANDLER).status is S.MEDIATING


def test_when_the_limit_has_passed_the_failure_of_one_is_enough():
    state = begun(Kind.DISPUTE)
    assert after(state, V.FAIL, P.RAISER).status is S.NEGOTIATING
    assert after(state, V.FAIL, P.RAISER, overdue=True).status is S.MEDIATING
    assert after(state, V.AGREE, P.RAISER, overdue=True).status is S.NEGOTIATING


def test_the_answer_to_an_opinion_stands():
    state = begun(Kind.DISPUTE)
    for part in (P.RAISER, P.HANDLER):
        state = after(state, V.FAIL, part)
    state = after(state, V.GIVE_OPINION, P.AUTHORITY)
    one = after(state, V.ACCEPT_OPINION, P.RAISER)
    assert give(one, V.DECLINE_OPINION, P.RAISER) == Denied(DenialCode.ALREADY_RECORDED)
    settled = after(one, V.ACCEPT_OPINION, P.HANDLER)
    assert (settled.status, settled.outcome) == (S.SETTLED, Outcome.OPINION_ACCEPTED)
    before_government = after(one, V.DECLINE_OPINION, P.HANDLER)
    assert before_government.status is S.DECIDING
    decided = after(before_government, V.RECORD_DECISION, P.AUTHORITY, tasks=())
    assert (decided.status, decided.outcome) == (S.CLOSED, Outcome.DECIDED)
    assert decided.decision_number


def test_clocks_begin_with_their_steps():
    state = begun(Kind.DISPUTE)
    assert state.clock_at == START
    for part in (P.RAISER, P.HANDLER):
        state = after(state, V.FAIL, part)
    began = state.clock_at
    assert began is not None
    assert began > START
    assert after(state, V.GIVE_OPINION, P.AUTHORITY).clock_at is None
    assert {kind for kind, _status in CLOCKS} == set(Kind)


def test_now_needs_a_time_zone_and_a_life_begins_with_being_raised():
    state = begun(Kind.OBJECTION)
    with pytest.raises(ValueError, match="time zone"):
        decide(
            state, order(V.ACCEPT, state), actor=actor(P.HANDLER), by=by(2),
            now=datetime(2026, 3, 2),  # noqa: DTZ001
        )  # fmt: skip
    for events in ([], [Settled(at=START, by_opinion=False)]):
        with pytest.raises(ValueError, match="begins"):
            fold(events)


def test_words_of_the_reference_are_complete():
    assert set(DENIALS) == set(DenialCode)
    assert set(PARTS) == set(Part)
    assert set(Verb) >= SIDED
    assert set(EVENTS.values()) == set(NAMES)


# --- the ladder -----------------------------------------------------------------------------


@st.composite
def trees(draw):
    """Parents of regions 0 … n-1; 0 is the top."""
    size = draw(st.integers(1, 12))
    return {
        str(number): str(draw(st.integers(0, number - 1))) if number else None
        for number in range(size)
    }


@given(trees(), st.data())
@settings(max_examples=150, deadline=None)
def test_the_mediator_is_the_lowest_authority_above_both(tree, data):
    codes = st.sampled_from(sorted(tree))
    own, other = way_up(data.draw(codes), tree), way_up(data.draw(codes), tree)
    chosen = data.draw(st.sets(codes))
    authorities = {code: 100 + int(code) for code in chosen}
    parties = data.draw(st.sets(st.sampled_from(sorted({100, *authorities.values()})), max_size=2))
    found = mediator(own, other, authorities, parties)
    assert found == mediator(other, own, authorities, parties), "the same whoever opens it"
    common = [code for code in own if code in other]
    able = [code for code in common if code in authorities and authorities[code] not in parties]
    assert found == (authorities[able[0]] if able else None)
    if found is not None:
        assert found not in parties
        place = str(found - 100)
        lower = common[: common.index(place)]
        assert not any(code in authorities and authorities[code] not in parties for code in lower)


def test_a_region_does_not_stand_above_itself():
    with pytest.raises(ValueError, match="above itself"):
        way_up("a", {"a": "b", "b": "a"})


# --- random lives ---------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """A concern to which anybody gives any order."""

    @initialize(kind=st.sampled_from(Kind))
    def begin(self, kind):
        self.events = [raised(kind)]
        self.state = fold(self.events)
        self.steps = [self.state.status]

    @rule(
        verb=st.sampled_from(Verb), part=st.sampled_from(Part), goal=st.integers(10, 60),
        stale=st.booleans(), text=st.sampled_from(["", "text"]), overdue=st.booleans(),
    )  # fmt: skip
    def give(self, verb, part, goal, stale, text, overdue):
        if stale and goal > 15:  # mostly not
            stale = False
        changes = {"seen": self.state.version - 1} if stale else {}
        answer = give(self.state, verb, part, target=goal, text=text, overdue=overdue, **changes)
        if isinstance(answer, Denied):
            return
        assert not stale
        for event in answer:
            self.events.append(event)
            self.state = evolve(self.state, event)
            self.steps.append(self.state.status)

    @invariant()
    def state_is_the_fold_of_what_was_stored(self):
        if not hasattr(self, "events"):
            return
        stored = [(NAMES[type(event)], dump_value(event)) for event in self.events]
        again = [load_value(EVENTS[name], data) for name, data in stored]
        assert fold(again) == self.state
        assert self.state.version == len(self.events)

    @invariant()
    def steps_of_the_ladder_are_in_order(self):
        if not hasattr(self, "events") or self.state.kind is not Kind.DISPUTE:
            return
        ladder = [S.NEGOTIATING, S.MEDIATING, S.ANSWERING, S.DECIDING, S.DECIDED, S.CLOSED]
        places = [ladder.index(one) for one in self.steps if one in ladder]
        assert places == sorted(places)
        if S.DECIDED in self.steps:
            assert set(ladder[:5]) <= set(self.steps)

    @invariant()
    def done_means_everybody_confirmed(self):
        if hasattr(self, "events") and self.state.status is S.CLOSED:
            assert not self.state.open_tasks


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
