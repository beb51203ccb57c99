"""The pure core: every triple of the table, and the rules beside it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sharing.grantlife import commands as c
from sharing.grantlife import events as e
from sharing.grantlife.decide import available, decide
from sharing.grantlife.evolve import fold
from sharing.grantlife.rules import RULES, denial
from sharing.grantlife.serialise import from_dict, to_dict
from sharing.grantlife.state import State
from sharing.grantlife.terms import (
    Actor,
    ChangeKind,
    Denial,
    Denied,
    Disposal,
    Part,
    RenewalStep,
    Status,
    region_within,
)
from tests.sharing.grantlife.samples import (
    ACTORS,
    COMMANDS,
    ENDS,
    FACTS,
    NOW,
    TERMS,
    TODAY,
    person,
)


def start(status: Status = Status.ACTIVE) -> State:
    return fold([e.Granted(at=NOW, terms=TERMS, status=status)])


def go(state: State, *steps: tuple[Part | Actor, c.Command], days: int = 0) -> State:
    """The state after lawful steps."""
    for who, command in steps:
        found = ask(state, who, command, days=days)
        assert not isinstance(found, Denied), (command, found)
        state = fold(found, start=state)
    return state


def ask(state: State, who: Part | Actor, command: c.Command, *, days: int = 0, facts=FACTS):
    actor = who if isinstance(who, Actor) else ACTORS[who]
    return decide(state, command, actor=actor, now=NOW + timedelta(days=days), facts=facts)


def denied(state: State, who: Part | Actor, command: c.Command, *, days: int = 0, facts=FACTS):
    found = ask(state, who, command, days=days, facts=facts)
    assert isinstance(found, Denied)
    return found.code


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("status", Status)
def test_every_triple(status: Status, name: str):
    """What the table forbids is denied with its code; what it allows never for the table's sake."""
    command, rule = COMMANDS[name], RULES[c.COMMANDS[name]]
    state = start(status)
    for part, actor in ACTORS.items():
        parts = {held.part for held in actor.held}
        found = decide(state, command, actor=actor, now=NOW, facts=FACTS)
        if status not in rule.states:
            assert found == Denied(
                Denial.CLOSED if status in {"expired", "terminated"} else Denial.NOT_NOW
            )
        elif not parts & rule.parts:
            assert found == Denied(Denial.NOT_YOURS)
        else:
            code = found.code if isinstance(found, Denied) else None
            assert code not in {Denial.CLOSED, Denial.NOT_NOW, Denial.NOT_YOURS}, part


def test_the_table_knows_every_command_and_every_command_its_words():
    assert set(RULES) == set(c.COMMANDS.values()) == {type(one) for one in COMMANDS.values()}
    assert denial(Status.ACTIVE, None, c.Narrow) is Denial.NOT_YOURS


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("part", Part)
def test_buttons_agree_with_answers(status: Status, part: Part):
    state = start(status)
    offered = available(state, actor=ACTORS[part], now=NOW, facts=FACTS)
    for name, command in COMMANDS.items():
        found = decide(state, command, actor=ACTORS[part], now=NOW, facts=FACTS)
        if offered[c.COMMANDS[name]] is not None:
            assert found == Denied(offered[c.COMMANDS[name]])
        else:
            assert not isinstance(found, Denied), name


@pytest.mark.parametrize("name", COMMANDS)
def test_a_stale_form_changes_nothing(name: str):
    stale = replace(COMMANDS[name], seen=7)
    assert denied(start(), Part.RECIPIENT, stale) is Denial.STALE


ASKED = (Part.RECIPIENT, COMMANDS["ask_renewal"])
ENDORSED = (Part.STEWARD, COMMANDS["endorse_renewal"])


def test_renewal_goes_on_without_interruption():
    state = go(start(), ASKED)
    assert state.renewal is not None
    assert state.renewal.step is RenewalStep.ASKED
    assert denied(state, Part.PROVIDER_HEAD, c.ConsentRenewal()) is Denial.NOT_ENDORSED
    state = go(state, (Part.STEWARD, c.EndorseRenewal(keep=("a", "b"))))
    state = go(state, (Part.PROVIDER_HEAD, c.ConsentRenewal()))
    assert (state.status, state.renewal) == (Status.ACTIVE, None)
    assert state.terms.keys == ("a", "b")
    assert state.terms.ends_on == ENDS + timedelta(days=90)


def test_renewal_wants_its_time_its_report_and_no_more():
    wish = COMMANDS["ask_renewal"]
    assert isinstance(wish, c.AskRenewal)
    early = replace(FACTS, renewal_window_days=59)
    assert denied(start(), Part.RECIPIENT, wish, facts=early) is Denial.TOO_EARLY
    exactly = replace(FACTS, renewal_window_days=60)
    assert not isinstance(ask(start(), Part.RECIPIENT, wish, facts=exactly), Denied)
    for change, code in (
        ({"results": " "}, Denial.REPORT_MISSING),
        ({"until": ENDS}, Denial.RENEWAL_SHORTENS),
        ({"until": ENDS + timedelta(days=1096)}, Denial.RENEWAL_TOO_LONG),
        ({"keep": ("a", "x")}, Denial.WIDENS),
        ({"keep": ()}, Denial.NARROWED_TO_NOTHING),
    ):
        assert denied(start(), Part.RECIPIENT, replace(wish, **change)) is code
    assert denied(start(), Part.RECIPIENT, wish, days=61) is Denial.PERIOD_OVER
    assert denied(go(start(), ASKED), Part.RECIPIENT, wish) is Denial.RENEWAL_OPEN


def test_nobody_takes_two_steps_of_a_renewal():
    """Not in another's name either."""
    both = person(1, Part.RECIPIENT, Part.STEWARD)
    state = go(start(), (both, COMMANDS["ask_renewal"]))
    assert denied(state, both, c.EndorseRenewal()) is Denial.SAME_PERSON
    stand_in = person(9, Part.STEWARD, for_=1)
    assert denied(state, stand_in, c.EndorseRenewal()) is Denial.SAME_PERSON
    state = go(state, ENDORSED)
    assert denied(state, person(2, Part.PROVIDER_HEAD), c.ConsentRenewal()) is Denial.SAME_PERSON


def test_masks_raised_while_a_renewal_waits_stay_raised():
    state = go(start(), ASKED, ENDORSED, (Part.CLOCK, COMMANDS["raise_masks"]))
    state = go(state, (Part.PROVIDER_HEAD, c.ConsentRenewal()))
    assert {one.key: one.mask for one in state.terms.fields}["a"] == "redact"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"keep": ("a", "x")}, Denial.WIDENS),
        ({"keep": ()}, Denial.NARROWED_TO_NOTHING),
        ({"ends_on": ENDS + timedelta(days=1)}, Denial.WIDENS),
        ({"ends_on": TODAY - timedelta(days=1)}, Denial.DAY_PAST),
        ({"row_region": "320600"}, Denial.WIDENS),
        ({"row_region": ""}, Denial.WIDENS),
        ({"quota": 11}, Denial.WIDENS),
        ({}, Denial.NOTHING_CHANGED),
        ({"quota": 10, "keep": ("c", "b", "a")}, Denial.NOTHING_CHANGED),
    ],
)
def test_narrowing_never_widens(change: dict, code: Denial):
    assert denied(start(), Part.RECIPIENT, c.Narrow(**change)) is code
    planned = c.ProposeChange(
        change=ChangeKind.NARROWING, effective_on=TODAY, reason="收窄", **change
    )
    assert denied(start(), Part.STEWARD, planned) is code


def test_narrowing_takes_everything_at_once():
    cut = c.Narrow(keep=("b",), row_region="320613100", quota=3, ends_on=TODAY)
    terms = go(start(), (Part.RECIPIENT, cut)).terms
    assert (terms.keys, terms.row_region, terms.quota, terms.ends_on) == (
        ("b",), "320613100", 3, TODAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("inner", "outer", "answer"),
    [
        ("320613", "", True),
        ("320613", "320600", True),
        ("320613100", "320613", True),
        ("320500", "320600", False),
        ("", "320600", False),
        ("320600", "320613", False),
        ("320613200", "320613100", False),
    ],
)
def test_regions_within_regions(inner: str, outer: str, *, answer: bool):
    assert region_within(inner, outer) is answer


def test_misuse_is_put_right_or_ends_the_grant():
    state = go(start(), (Part.STEWARD, COMMANDS["suspend"]))
    assert denied(state, Part.STEWARD, c.Terminate(reason="x")) is Denial.RECTIFICATION_RUNS
    assert denied(state, Part.STEWARD, c.Terminate(reason="x"), days=7) is Denial.RECTIFICATION_RUNS
    over = go(state, (Part.STEWARD, c.Terminate(reason="x")), days=8)
    assert over.status is Status.TERMINATED
    assert over.disposal_due_on == FACTS.disposal_due_on
    told = go(state, (Part.RECIPIENT, COMMANDS["report_rectification"]))
    assert go(told, (Part.STEWARD, c.Restore())).status is Status.ACTIVE
    again = go(told, (Part.STEWARD, COMMANDS["extend_rectification"]))
    assert again.suspension is not None
    assert not again.suspension.reported
    assert denied(again, Part.STEWARD, c.Terminate(reason="x"), days=8) is Denial.RECTIFICATION_RUNS


@pytest.mark.parametrize("name", ["restore", "terminate", "extend_rectification"])
def test_what_the_authority_suspended_only_the_authority_lifts(name: str):
    state = go(start(), (Part.AUTHORITY, COMMANDS["suspend"]))
    for part in (Part.STEWARD, Part.PROVIDER_HEAD):
        assert denied(state, part, COMMANDS[name], days=8) is Denial.AUTHORITY_SUSPENDED
    assert not isinstance(ask(state, Part.AUTHORITY, COMMANDS[name], days=8), Denied)


def test_suspension_needs_reason_facts_and_a_day():
    good = COMMANDS["suspend"]
    for change, code in (
        ({"reason": ""}, Denial.REASON_MISSING),
        ({"facts": " "}, Denial.FACTS_MISSING),
        ({"rectify_by": TODAY - timedelta(days=1)}, Denial.DAY_PAST),
    ):
        assert denied(start(), Part.STEWARD, replace(good, **change)) is code


def test_provider_ends_only_after_negotiation_and_filing():
    state = go(start(), (Part.STEWARD, COMMANDS["propose_change"]))
    assert denied(state, Part.FILING, COMMANDS["file_change"]) is Denial.NOT_NEGOTIATED
    assert denied(state, Part.CLOCK, c.TakeEffect(), days=40) is Denial.NOT_FILED
    state = go(
        state,
        (Part.RECIPIENT, COMMANDS["answer_change"]),
        (Part.STEWARD, COMMANDS["record_negotiation"]),
    )
    assert denied(state, Part.CLOCK, c.TakeEffect(), days=40) is Denial.NOT_FILED
    assert denied(state, Part.AUTHORITY, COMMANDS["file_change"]) is Denial.NOT_YOURS
    state = go(state, (Part.FILING, COMMANDS["file_change"]))
    assert denied(state, Part.CLOCK, c.TakeEffect(), days=29) is Denial.NOT_DUE
    after = go(state, (Part.CLOCK, c.TakeEffect()), days=30)
    assert after.status is Status.TERMINATED


def filed(change: c.ProposeChange) -> State:
    return go(
        start(),
        (Part.STEWARD, change),
        (Part.STEWARD, COMMANDS["record_negotiation"]),
        (Part.FILING, COMMANDS["file_change"]),
    )


def test_filed_narrowing_and_source_change_take_effect_and_the_grant_goes_on():
    plan = c.ProposeChange(
        change=ChangeKind.NARROWING, effective_on=TODAY, reason="r", keep=("a", "b")
    )
    narrowed = go(filed(plan), (Part.CLOCK, c.TakeEffect()))
    assert (narrowed.status, narrowed.terms.keys, narrowed.change) == (
        Status.ACTIVE, ("a", "b"), None,
    )  # fmt: skip
    source = replace(plan, change=ChangeKind.SOURCE, keep=None)
    assert go(filed(source), (Part.CLOCK, c.TakeEffect())).terms == TERMS


def test_planned_narrowing_never_gives_back_what_was_given_up_meanwhile():
    plan = c.ProposeChange(
        change=ChangeKind.NARROWING, effective_on=TODAY, reason="r", keep=("a", "b")
    )
    state = go(filed(plan), (Part.RECIPIENT, c.Narrow(keep=("b", "c"), quota=2)))
    assert go(state, (Part.CLOCK, c.TakeEffect())).terms.keys == ("b",)
    gone = go(filed(plan), (Part.RECIPIENT, c.Narrow(keep=("c",))))
    assert go(gone, (Part.CLOCK, c.TakeEffect())).status is Status.TERMINATED


def test_emergency_stop_is_filed_afterwards_and_is_no_fault():
    state = go(start(), (Part.STEWARD, COMMANDS["emergency_stop"]))
    assert (state.status, state.emergency_unfiled) == (Status.SUSPENDED, True)
    assert denied(state, Part.STEWARD, c.Terminate(reason="x")) is Denial.NO_RECTIFICATION
    assert not go(state, (Part.FILING, COMMANDS["file_emergency"])).emergency_unfiled
    assert denied(start(), Part.FILING, COMMANDS["file_emergency"]) is Denial.NOTHING_TO_FILE


def test_disposal_is_confirmed_once_with_proof():
    over = go(start(), (Part.RECIPIENT, COMMANDS["give_up"]))
    good = COMMANDS["confirm_disposal"]
    for change, code in (
        ({"disposed_on": TODAY + timedelta(days=1)}, Denial.DAY_AHEAD),
        ({"how": Disposal.KEPT_BY_LAW}, Denial.CITATION_MISSING),
        ({"certificate": ""}, Denial.PROOF_MISSING),
        ({"responsible": " "}, Denial.PROOF_MISSING),
    ):
        assert denied(over, Part.RECIPIENT, replace(good, **change)) is code
    done = go(over, (Part.RECIPIENT, good))
    assert done.disposed_on == TODAY
    assert denied(done, Part.RECIPIENT, good) is Denial.ALREADY_DISPOSED


def test_expiry_waits_for_the_last_day():
    assert denied(start(), Part.CLOCK, c.Expire(), days=60) is Denial.NOT_DUE
    state = go(start(), ASKED)
    after = go(state, (Part.CLOCK, c.Expire()), days=61)
    assert (after.status, after.renewal) == (Status.EXPIRED, None)


def test_an_own_part_counts_before_anothers():
    mixed = Actor(
        ACTORS[Part.STEWARD].person,
        (*person(2, Part.STEWARD, for_=8).held, *person(2, Part.PROVIDER_HEAD).held),
    )
    (event,) = ask(start(), mixed, COMMANDS["suspend"])
    assert (event.part, event.by.acting_for) == (Part.PROVIDER_HEAD, None)


@pytest.mark.parametrize("name", COMMANDS)
def test_events_survive_storage(name: str):
    state = {
        "activate": start(Status.PROVISIONING),
        "confirm_disposal": start(Status.EXPIRED),
    }.get(name, start())
    for actor in ACTORS.values():
        found = decide(state, COMMANDS[name], actor=actor, now=NOW, facts=FACTS)
        for event in () if isinstance(found, Denied) else found:
            assert from_dict(to_dict(event)) == event


def test_life_begins_with_the_grant():
    with pytest.raises(ValueError, match="begins"):
        fold([e.Activated(at=NOW)])
    with pytest.raises(ValueError, match="unknown kind"):
        from_dict({"kind": "other"})
