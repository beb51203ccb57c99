"""What a policy may say: its shape, what the law needs, what a region may not loosen (R46)."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharing.approval.blueprint import Seat
from sharing.approval.chain import plan_chain
from sharing.approval.lawful import DECISIONS, NEEDED, ROLES, faults_of
from sharing.approval.policy import DEFAULT_POLICY, Emergencies, Lanes, Policy, RelayMode, Relays
from sharing.approval.schema import policy_schema
from sharing.approval.serialise import dump_policy, load_policy
from sharing.approval.terms import (
    Decides,
    Grade,
    Plan,
    Role,
    SharingType,
    Side,
    SigningRule,
    StageKind,
)
from tests.sharing.approval.province import (
    APPLICANT,
    CITY,
    COUNTY,
    HEAD,
    POLICE,
    PROVINCE,
    STEWARD,
    TOWNSHIP,
    chain,
    department,
    faults,
    holders,
    organisation,
    request,
    seats,
)
from tests.sharing.approval.test_any_organisation import organisations, someone_for_each


def definition() -> dict:
    return json.loads(json.dumps(dump_policy(DEFAULT_POLICY)))


def codes(found) -> set[tuple[str, str]]:
    return {(one.path, one.code) for one in found}


# --- shape -----------------------------------------------------------------------------------


def test_defaults_are_lawful_and_written_out_in_full():
    assert faults_of(definition(), DEFAULT_POLICY) == ()
    assert load_policy(definition()) == DEFAULT_POLICY
    assert faults_of({}, DEFAULT_POLICY) == ()


def test_all_faults_of_shape_at_once():
    wrong = {
        "speed": 1, "relay": "never", "limits": {"supply": 21, "home_review": 0, "reply": 3},
        "lanes": {"reflux": [{"side": "home", "needed": "two"}]},
        "emergencies": {"days": 99, "who": "clerk"}, "answer_unconditional_by_rule": 1,
    }  # fmt: skip
    assert codes(faults_of(wrong)) == {
        ("speed", "unknown"), ("relay", "not_a_choice"), ("limits.supply", "too_high"),
        ("limits.home_review", "too_low"), ("limits.reply", "unknown"),
        ("lanes.reflux.0.role", "missing"), ("lanes.reflux.0.decides", "missing"),
        ("lanes.reflux.0.needed", "wrong_type"), ("emergencies.days", "too_high"),
        ("emergencies.who", "wrong_type"), ("answer_unconditional_by_rule", "wrong_type"),
    }  # fmt: skip


@pytest.mark.parametrize("value", ["x", [], None, 3, True])
def test_only_an_object_is_a_definition(value):
    assert [one.code for one in faults_of(value)] == ["wrong_type"]


def test_schema_holds_the_law():
    limits = policy_schema()["properties"]["limits"]["properties"]
    assert limits["reply_conditional"] == {"type": "integer", "minimum": 1, "maximum": 10}
    assert limits["supply"]["maximum"] == 20
    assert limits["reply_unconditional"]["maximum"] == 1


# --- law -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lane", list(NEEDED))
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("change", ["drop", "notify", "careful"])
def test_needed_seats_always_sign(lane: str, number: int, change: str):
    wanted = NEEDED[lane][number]
    rules = definition()
    kept = []
    for seat in rules["lanes"][lane]:
        if (seat["side"], seat["role"], seat["decides"]) == wanted:
            if change == "drop":
                continue
            seat.update({"kind": "notify"} if change == "notify" else {"from_grade": 5})
        kept.append(seat)
    rules["lanes"][lane] = kept
    assert (f"lanes.{lane}", "seat_needed") in codes(faults_of(rules))


def seat(side: str, role: str, decides: str, **more) -> dict:
    return {"side": side, "role": role, "decides": decides, **more}


@pytest.mark.parametrize(
    ("lane", "added", "code"),
    [
        ("reflux", seat("authority", "authority_reviewer", "conformity"), "no_authorities"),
        ("unconditional", seat("authority", "authority_head", "relay"), "no_authorities"),
        ("conditional", seat("home", "department_head", "approval"), "out_of_order"),
        ("conditional", seat("provider", "sharing_office_head", "consent"), "twice"),
        ("conditional", seat("provider", "authority_head", "scope"), "role_elsewhere"),
        ("conditional", seat("provider", "clerk", "send"), "decides_elsewhere"),
        ("conditional", seat("provider", "clerk", "scope", days=3), "shares_the_reply"),
        ("conditional", seat("provider", "clerk", "scope", rule="n_of_m"), "needs_a_number"),
        ("conditional", seat("provider", "clerk", "scope", needed=2), "number_without_rule"),
        (
            "conditional",
            seat("provider", "clerk", "scope", kind="notify", rule="all"),
            "told_not_signing",
        ),
    ],
)
def test_every_seat_fits_its_side(lane: str, added: dict, code: str):
    rules = definition()
    rules["lanes"][lane].append(added)
    assert code in {one.code for one in faults_of(rules)}


def test_emergency_is_bounded():
    rules = definition() | {"emergencies": {"days": 3, "who": ["steward"], "max_grade": 5}}
    assert codes(faults_of(rules)) == {
        ("emergencies.who", "role_elsewhere"), ("emergencies.max_grade", "too_careful"),
    }  # fmt: skip


# --- a region only tightens --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"limits": {"home_review": None}}, "limits.home_review"),
        ({"limits": {"authority_review": 3}}, "limits.authority_review"),
        ({"limits": {"reply_conditional": 9}}, "limits.reply_conditional"),
        ({"limits": {"supply": 16}}, "limits.supply"),
        ({"answer_unconditional_by_rule": True}, "answer_unconditional_by_rule"),
        ({"emergencies": {"days": 4}}, "emergencies.days"),
        ({"emergencies": {"days": 2, "max_grade": 4}}, "emergencies.max_grade"),
        ({"emergencies": {"days": 2, "who": ["clerk"], "max_grade": 3}}, "emergencies.who"),
    ],
)
def test_region_cannot_loosen(change: dict, path: str):
    above = definition()
    above["limits"] |= {"reply_conditional": 8, "supply": 15}
    above["emergencies"] |= {"days": 3, "max_grade": 3}
    rules = deepcopy(above)
    for name, value in change.items():
        rules[name] = {**rules[name], **value} if isinstance(value, dict) else value
    assert path in {one.path for one in faults_of(rules, load_policy(above))}
    assert faults_of(above, load_policy(above)) == ()


@pytest.mark.parametrize("change", ["drop", "later", "told", "weaker"])
def test_region_keeps_the_seats_above(change: str):
    above = definition()
    opinion = next(s for s in above["lanes"]["conditional"] if s["decides"] == "security")
    opinion |= {"rule": "all"}
    rules = deepcopy(above)
    mine = next(s for s in rules["lanes"]["conditional"] if s["decides"] == "security")
    if change == "drop":
        rules["lanes"]["conditional"].remove(mine)
    mine |= {
        "drop": {}, "later": {"from_grade": 6}, "told": {"kind": "notify", "rule": "any_one"},
        "weaker": {"rule": "any_one"},
    }[change]  # fmt: skip
    assert codes(faults_of(rules, load_policy(above))) == {("lanes.conditional", "seat_above")}


def test_region_may_be_stricter_and_relay_as_it_likes():
    rules = definition() | {"relay": "skip"}
    rules["limits"] |= {"reply_conditional": 5, "home_review": 1}
    rules["lanes"]["conditional"].insert(1, seat("home", "department_head", "approval"))
    assert faults_of(rules, DEFAULT_POLICY) == ()


# --- chains from policies ----------------------------------------------------------------------

LEVELS = {
    "320000": "province", "320600": "city", "320100": "city", "320602": "county",
    "320613": "county", "320102": "county", "320602001": "township",
}  # fmt: skip


def with_levels():
    plain = organisation()
    return type(plain)(plain.regions, plain.departments, LEVELS)


def test_relay_mode_by_level():
    relays = Relays(city=RelayMode.SKIP, province=RelayMode.NOTIFY)
    plan = chain(where=with_levels(), policy=Policy(relays=relays))
    assert seats(plan) == [
        (TOWNSHIP, HEAD), (COUNTY, Role.AUTHORITY_REVIEWER), (PROVINCE, Role.AUTHORITY_REVIEWER),
        (POLICE, STEWARD), (POLICE, HEAD),
    ]  # fmt: skip
    assert [stage.kind for stage in plan.stages][1:3] == [StageKind.SIGN, StageKind.NOTIFY]
    assert CITY not in {stage.office.id for stage in plan.stages}


def test_emergency_goes_its_short_way():
    plan = chain(request(emergency=True))
    assert [(s.office.id, s.kind) for s in plan.stages] == [
        (TOWNSHIP, StageKind.SIGN), (COUNTY, StageKind.NOTIFY), (POLICE, StageKind.SIGN),
        (POLICE, StageKind.SIGN),
    ]  # fmt: skip
    assert plan.emergency


def test_several_of_them_sign_or_the_stage_falls():
    lanes = Lanes(
        conditional=tuple(
            Seat(s.side, s.role, s.decides, rule=SigningRule.N_OF_M, needed=2)
            if s.role is Role.STEWARD
            else s
            for s in DEFAULT_POLICY.lanes.conditional
        )
    )
    three = department(POLICE, steward=holders(901, 902, 903))
    plan = chain(where=organisation(three), policy=Policy(lanes=lanes))
    assert next(s for s in plan.stages if s.role is Role.STEWARD).quorum == 2
    alone = chain(policy=Policy(lanes=lanes))  # only one steward: the department's head signs
    assert [(s.role, s.quorum) for s in alone.stages if s.office.id == POLICE] == [
        (Role.DEPARTMENT_HEAD, 1), (HEAD, 1),
    ]  # fmt: skip


def test_own_limit_of_a_seat():
    lanes = Lanes(
        conditional=(
            Seat(Side.HOME, HEAD, Decides.SEND, days=1),
            *DEFAULT_POLICY.lanes.conditional[1:],
        )
    )
    assert chain(policy=Policy(lanes=lanes)).stages[0].limit_days == 1


def test_an_office_without_anybody_is_named():
    nobody = department(
        POLICE, steward=(), sharing_office_head=(), department_head=(), secadmin=(), clerk=()
    )
    gone = [CITY, PROVINCE, COUNTY]
    found = faults(where=organisation(nobody, without=tuple(gone)))
    assert [fault.code for fault in found] == ["no_authority"]


# --- any lawful policy -------------------------------------------------------------------------

SEATS = {
    side: st.builds(
        Seat,
        st.just(side),
        st.sampled_from(sorted(ROLES[side])),
        st.sampled_from(sorted(DECISIONS[side])),
        from_grade=st.sampled_from(Grade),
        kind=st.sampled_from(StageKind),
        days=st.none() if side is Side.PROVIDER else st.none() | st.integers(1, 9),
    )
    for side in Side
}


@st.composite
def lanes(draw: st.DrawFn, name: str) -> tuple[Seat, ...]:
    """Random seats around those the law needs; lawful by construction but for repetitions."""
    sends, answers = (Seat(*key) for key in NEEDED[name])
    found = [sends, *draw(st.lists(SEATS[Side.HOME], max_size=1))]
    if name in {"conditional", "emergency"}:
        found += draw(st.lists(SEATS[Side.AUTHORITY], max_size=3))
    extra = draw(st.lists(SEATS[Side.PROVIDER], max_size=3))
    place = draw(st.integers(0, len(extra)))
    found += [*extra[:place], answers, *extra[place:]]
    once = {(seat.side, seat.role, seat.decides): seat for seat in reversed(found)}
    needed = {NEEDED[name][0]: sends, NEEDED[name][1]: answers}
    return tuple(
        needed.get((s.side, s.role, s.decides), s)
        for s in dict.fromkeys(once[s.side, s.role, s.decides] for s in found)
    )


policies = st.builds(
    Policy,
    relay=st.sampled_from(RelayMode),
    answer_unconditional_by_rule=st.booleans(),
    emergencies=st.builds(Emergencies, days=st.integers(0, 5)),
    lanes=st.builds(Lanes, **{name: lanes(name) for name in NEEDED}),
)


@settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(st.data())
def test_every_chain_of_any_lawful_policy_is_lawful(data: st.DataObject) -> None:
    policy = data.draw(policies)
    assert faults_of(json.loads(json.dumps(dump_policy(policy)))) == ()
    assert load_policy(json.loads(json.dumps(dump_policy(policy)))) == policy
    where = data.draw(organisations())
    numbers = st.sampled_from(sorted(where.departments))
    ask = request(
        applicant_id=data.draw(st.integers(1, 9)),
        demander_id=data.draw(numbers),
        provider_id=data.draw(numbers),
        sharing_type=data.draw(st.sampled_from(list(SharingType))),
        grade=data.draw(st.sampled_from(list(Grade))),
        reflux=data.draw(st.booleans()),
        emergency=data.draw(st.booleans()),
    )
    plan = plan_chain(ask, where, policy)
    if not isinstance(plan, Plan):
        assert plan
        return
    signing = [stage for stage in plan.stages if stage.quorum]
    decided = {(s.side, d) for s in signing for d in s.decides}
    assert (Side.HOME, Decides.SEND) in decided
    name = "emergency" if ask.emergency and plan.lane == "conditional" else plan.lane.value
    by_rule = policy.answer_unconditional_by_rule and plan.lane == "unconditional"
    if not (by_rule and ask.grade < Grade.IMPORTANT):
        assert (Side.PROVIDER, NEEDED[name][1][2]) in decided
    for stage in signing:
        assert not {i for h in stage.holders for i in h.identities} & ask.excluded
    slots = [list(s.holders) for s in signing for _ in range(s.quorum)]
    assert someone_for_each(slots)
    assert ask.applicant_id != APPLICANT or ask.applicant_id in ask.excluded
