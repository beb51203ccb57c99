"""Who signs: both trees, the lanes, the relays, and what happens where posts cannot sign."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharing.approval.blueprint import Fault, FaultCode
from sharing.approval.chain import plan_chain, share_days
from sharing.approval.organisation import DepartmentFacts, DepartmentKind, Organisation
from sharing.approval.policy import Limits, Policy, RelayMode
from sharing.approval.terms import (
    ClockRule,
    Decides,
    Grade,
    Holder,
    Lane,
    NoteCode,
    Plan,
    Role,
    SharingType,
    Side,
    StageKind,
    SupplementClock,
)
from tests.sharing.approval.province import (
    APPLICANT,
    CITY,
    CIVIL_AFFAIRS,
    COUNTY,
    COUNTY_CIVIL,
    FAR_CIVIL,
    FAR_COUNTY,
    OTHER_CITY,
    POLICE,
    PROVINCE,
    REGIONS,
    TOWNSHIP,
    TOWNSHIP_UNIT,
    department,
    holders,
    organisation,
    person,
    request,
)

HEAD, REVIEWER, STEWARD = Role.SHARING_OFFICE_HEAD, Role.AUTHORITY_REVIEWER, Role.STEWARD
DEPARTMENT_HEAD, SECADMIN = Role.DEPARTMENT_HEAD, Role.SECADMIN


def chain(ask=None, where: Organisation | None = None, policy: Policy | None = None) -> Plan:
    planned = plan_chain(ask or request(), where or organisation(), policy or Policy())
    assert isinstance(planned, Plan), planned
    return planned


def faults(ask=None, where: Organisation | None = None, policy: Policy | None = None):
    planned = plan_chain(ask or request(), where or organisation(), policy or Policy())
    assert not isinstance(planned, Plan), planned
    return planned


def seats(plan: Plan) -> list[tuple[int, Role]]:
    return [(stage.office.id, stage.role) for stage in plan.stages]


def codes(plan: Plan, position: int) -> list[NoteCode]:
    return [note.code for note in plan.stages[position - 1].notes]


RELAYED = [(TOWNSHIP, HEAD), (COUNTY, REVIEWER), (CITY, REVIEWER), (PROVINCE, REVIEWER)]
ANSWERED = [(POLICE, STEWARD), (POLICE, HEAD)]


# Lanes and levels


def test_township_to_province_six_signers() -> None:
    plan = chain()
    assert seats(plan) == [*RELAYED, *ANSWERED]
    assert [stage.decides for stage in plan.stages] == [
        (Decides.SEND,), (Decides.CONFORMITY,), (Decides.RELAY,), (Decides.COORDINATION,),
        (Decides.SCOPE,), (Decides.CONSENT,),
    ]  # fmt: skip
    assert [stage.side for stage in plan.stages] == [
        Side.HOME, Side.AUTHORITY, Side.AUTHORITY, Side.AUTHORITY, Side.PROVIDER, Side.PROVIDER,
    ]  # fmt: skip
    assert [stage.position for stage in plan.stages] == [1, 2, 3, 4, 5, 6]
    assert [stage.limit_days for stage in plan.stages] == [2, 2, 2, 2, 6, 4]
    assert len({stage.office.region_code for stage in plan.stages}) == 4
    assert len({h.person for stage in plan.stages for h in stage.holders}) == 6
    assert plan.lane is Lane.CONDITIONAL
    assert codes(plan, 2) == [NoteCode.NEAREST_AUTHORITY]  # a township has none of its own
    assert all(not stage.notes for stage in plan.stages if stage.position != 2)


@pytest.mark.parametrize(
    ("demander", "provider", "authorities"),
    [
        (COUNTY_CIVIL, POLICE, [COUNTY, CITY, PROVINCE]),
        (COUNTY_CIVIL, CIVIL_AFFAIRS, [COUNTY, CITY]),
        (COUNTY_CIVIL, TOWNSHIP, [COUNTY]),
        (CIVIL_AFFAIRS, COUNTY_CIVIL, [CITY, COUNTY]),  # down, to a lower level
        (POLICE, COUNTY_CIVIL, [PROVINCE, COUNTY]),
        (COUNTY_CIVIL, FAR_CIVIL, [COUNTY, CITY, PROVINCE, FAR_COUNTY]),  # across cities
        (FAR_CIVIL, CIVIL_AFFAIRS, [FAR_COUNTY, OTHER_CITY, PROVINCE, CITY]),
    ],
)
def test_authorities_on_the_way(demander: int, provider: int, authorities: list[int]) -> None:
    plan = chain(request(demander_id=demander, provider_id=provider))
    assert seats(plan) == [
        (demander, HEAD), *((a, REVIEWER) for a in authorities), (provider, STEWARD),
        (provider, HEAD),
    ]  # fmt: skip


def test_same_region_has_one_authority_stage() -> None:
    city_water = replace(department(CIVIL_AFFAIRS), id=199, name="city water")
    plan = chain(request(demander_id=CIVIL_AFFAIRS, provider_id=199), organisation(city_water))
    relay = [stage for stage in plan.stages if stage.side is Side.AUTHORITY]
    assert [(stage.office.id, stage.decides) for stage in relay] == [(CITY, (Decides.CONFORMITY,))]


def test_a_region_without_authority_uses_the_nearest_above() -> None:
    plan = chain(where=organisation(without=(COUNTY,)))
    assert seats(plan) == [RELAYED[0], *RELAYED[2:], *ANSWERED]


def test_relaying_may_be_told_or_skipped() -> None:
    told = chain(policy=Policy(relay=RelayMode.NOTIFY))
    assert seats(told) == [*RELAYED, *ANSWERED]
    assert [stage.kind for stage in told.stages] == [
        StageKind.SIGN, StageKind.SIGN, StageKind.NOTIFY, StageKind.NOTIFY, StageKind.SIGN,
        StageKind.SIGN,
    ]  # fmt: skip
    assert told.stages[2].limit_days is None
    assert told.stages[2].holders == holders(CITY * 10 + 1)
    skipped = chain(policy=Policy(relay=RelayMode.SKIP))
    assert seats(skipped) == [*RELAYED[:2], *ANSWERED]


def test_unconditional_is_answered_by_one_within_a_day() -> None:
    plan = chain(request(sharing_type=SharingType.UNCONDITIONAL))
    assert seats(plan) == [(TOWNSHIP, HEAD), (POLICE, STEWARD)]
    assert plan.stages[1].clock_rule is ClockRule.REPLY_UNCONDITIONAL
    assert plan.stages[1].limit_days == 1
    assert plan.lane is Lane.UNCONDITIONAL


def test_unconditional_falls_to_the_clerk_first() -> None:
    where = organisation(department(POLICE, steward=()))
    plan = chain(request(sharing_type=SharingType.UNCONDITIONAL), where)
    assert seats(plan)[1] == (POLICE, Role.CLERK)
    assert codes(plan, 2) == [NoteCode.NO_HOLDER, NoteCode.FELL_TO_CLERK]


BY_RULE = Policy(answer_unconditional_by_rule=True)


def test_unconditional_may_be_answered_by_rule() -> None:
    plan = chain(request(sharing_type=SharingType.UNCONDITIONAL), policy=BY_RULE)
    assert [stage.kind for stage in plan.stages] == [StageKind.SIGN, StageKind.NOTIFY]
    assert codes(plan, 2) == [NoteCode.ANSWERED_BY_RULE]


@pytest.mark.parametrize(
    "ask",
    [
        request(),
        request(sharing_type=SharingType.UNCONDITIONAL, grade=Grade.IMPORTANT),
        request(sharing_type=SharingType.UNCONDITIONAL, reflux=True),
    ],
    ids=["conditional", "important", "reflux"],
)
def test_nothing_else_is_answered_by_rule(ask) -> None:
    assert all(stage.kind is StageKind.SIGN for stage in chain(ask, policy=BY_RULE).stages)


@pytest.mark.parametrize("grade", [Grade.IMPORTANT, Grade.CORE])
def test_important_data_needs_opinion_and_approval(grade: Grade) -> None:
    plan = chain(request(grade=grade))
    provider = [(POLICE, r) for r in (STEWARD, SECADMIN, HEAD, DEPARTMENT_HEAD)]
    assert seats(plan) == [*RELAYED, *provider]
    assert [stage.limit_days for stage in plan.stages[4:]] == [4, 2, 2, 2]


def test_general_data_does_not() -> None:
    assert seats(chain(request(grade=Grade.GENERAL_4))) == [*RELAYED, *ANSWERED]


def test_reflux_asks_no_authority() -> None:
    plan = chain(request(reflux=True))
    assert seats(plan) == [(TOWNSHIP, HEAD), (POLICE, STEWARD)]
    assert plan.lane is Lane.REFLUX
    assert plan.stages[1].limit_days == 10


@pytest.mark.parametrize(
    ("demander", "provider"), [(POLICE, TOWNSHIP), (TOWNSHIP, FAR_CIVIL), (COUNTY_CIVIL, COUNTY)]
)
def test_reflux_comes_from_above_only(demander: int, provider: int) -> None:
    ask = request(demander_id=demander, provider_id=provider, reflux=True)
    assert [fault.code for fault in faults(ask)] == [FaultCode.NOT_A_SUPERIOR]


def test_what_later_decisions_need_is_frozen() -> None:
    policy = Policy(
        version="7",
        supplement_clock=SupplementClock.RUNS,
        limits=Limits(home_review=1, authority_review=None, reply_conditional=5, supply=9),
    )
    plan = chain(request(emergency=True), policy=policy)
    assert plan.emergency
    assert (plan.policy_version, plan.supplement_clock) == ("7", SupplementClock.RUNS)
    assert plan.supply_days == 9
    assert [stage.limit_days for stage in plan.stages] == [1, None, None, None, 3, 2]
    assert [stage.clock_rule for stage in plan.stages] == [
        ClockRule.HOME_REVIEW, *[ClockRule.AUTHORITY_REVIEW] * 3, *[ClockRule.REPLY_CONDITIONAL] * 2,
    ]  # fmt: skip


# Posts that cannot sign


def test_an_empty_post_falls_to_the_head_of_department() -> None:
    plan = chain(where=organisation(department(POLICE, steward=())))
    assert seats(plan)[4:] == [(POLICE, DEPARTMENT_HEAD), (POLICE, HEAD)]
    assert codes(plan, 5) == [NoteCode.NO_HOLDER, NoteCode.FELL_TO_DEPARTMENT_HEAD]
    note = plan.stages[4].notes[0]
    assert (note.role, note.office) == (STEWARD, "provincial police")


def test_the_applicant_never_signs() -> None:
    own = department(TOWNSHIP, sharing_office_head=holders(APPLICANT))
    plan = chain(where=organisation(own))
    assert seats(plan)[0] == (TOWNSHIP, DEPARTMENT_HEAD)
    assert codes(plan, 1) == [
        NoteCode.ONLY_HOLDER_IS_APPLICANT, NoteCode.FELL_TO_DEPARTMENT_HEAD,
    ]  # fmt: skip
    with_deputy = department(TOWNSHIP, sharing_office_head=holders(APPLICANT, 9))
    plan = chain(where=organisation(with_deputy))
    assert plan.stages[0].holders == holders(9)
    assert plan.stages[0].notes == ()


def test_who_stands_in_for_the_applicant_never_signs() -> None:
    own = department(TOWNSHIP, sharing_office_head=holders(9))
    plan = chain(request(stand_ins=frozenset({9})), organisation(own))
    assert seats(plan)[0] == (TOWNSHIP, DEPARTMENT_HEAD)


def test_nobody_signs_in_the_applicants_name() -> None:
    posts = (*holders(APPLICANT), Holder(person(9), acting_for=person(APPLICANT)))
    plan = chain(where=organisation(department(TOWNSHIP, sharing_office_head=posts)))
    assert seats(plan)[0] == (TOWNSHIP, DEPARTMENT_HEAD)


def test_an_absent_holder_is_replaced_by_a_substitute() -> None:
    away = Holder(person(8), absent=True)
    substitute = Holder(person(9), acting_for=person(8))
    plan = chain(where=organisation(department(TOWNSHIP, sharing_office_head=(away, substitute))))
    assert seats(plan)[0] == (TOWNSHIP, HEAD)
    assert plan.stages[0].holders == (substitute,)
    assert codes(plan, 1) == [NoteCode.HOLDER_ABSENT, NoteCode.FELL_TO_SUBSTITUTE]
    plan = chain(where=organisation(department(TOWNSHIP, sharing_office_head=(away,))))
    assert codes(plan, 1) == [NoteCode.HOLDER_ABSENT, NoteCode.FELL_TO_DEPARTMENT_HEAD]


def test_a_substitute_of_another_holder_replaces_the_applicant() -> None:
    posts = (
        *holders(APPLICANT),
        Holder(person(8), absent=True),
        Holder(person(9), acting_for=person(8)),
    )
    plan = chain(where=organisation(department(TOWNSHIP, sharing_office_head=posts)))
    assert [h.person for h in plan.stages[0].holders] == [person(9)]
    assert NoteCode.FELL_TO_SUBSTITUTE in codes(plan, 1)


def test_a_unit_uses_the_posts_of_its_department() -> None:
    plan = chain(request(demander_id=TOWNSHIP_UNIT))
    assert seats(plan) == [*RELAYED, *ANSWERED]
    assert codes(plan, 1) == [NoteCode.NO_HOLDER, NoteCode.FELL_TO_PARENT_DEPARTMENT]


def test_an_office_with_nobody_falls_to_its_authority_and_merges() -> None:
    """Own consent and conformity then are one signature of the authority."""
    empty = department(TOWNSHIP, sharing_office_head=(), department_head=())
    plan = chain(where=organisation(empty))
    assert seats(plan) == [*RELAYED[1:], *ANSWERED]
    assert plan.stages[0].side is Side.AUTHORITY
    assert plan.stages[0].decides == (Decides.SEND, Decides.CONFORMITY)
    assert codes(plan, 1) == [
        NoteCode.NO_HOLDER, NoteCode.FELL_TO_AUTHORITY, NoteCode.NEAREST_AUTHORITY,
        NoteCode.EQUAL_NEIGHBOURS_MERGED,
    ]  # fmt: skip


def test_an_authority_without_reviewer_falls_to_its_heads() -> None:
    plan = chain(where=organisation(department(CITY, authority_reviewer=())))
    assert seats(plan)[2] == (CITY, Role.AUTHORITY_HEAD)
    assert codes(plan, 3) == [NoteCode.NO_HOLDER, NoteCode.FELL_TO_AUTHORITY_HEAD]
    bare = department(CITY, authority_reviewer=(), authority_head=())
    assert seats(chain(where=organisation(bare)))[2] == (CITY, DEPARTMENT_HEAD)


def test_the_authoritys_head_signs_when_its_reviewer_is_needed_elsewhere() -> None:
    """The provider's stages fall to its authority, whose reviewer signs the relay already."""
    where = organisation(department(POLICE, steward=(), sharing_office_head=(), department_head=()))
    plan = chain(where=where)
    assert seats(plan) == [*RELAYED, (PROVINCE, Role.AUTHORITY_HEAD)]
    assert plan.stages[4].decides == (Decides.SCOPE, Decides.CONSENT)
    assert plan.stages[4].side is Side.PROVIDER
    assert plan.stages[4].limit_days == 10


def test_one_person_with_both_posts_signs_once() -> None:
    both = department(POLICE, steward=holders(7), sharing_office_head=holders(7))
    plan = chain(where=organisation(both))
    assert seats(plan) == [*RELAYED, (POLICE, HEAD)]
    assert plan.stages[4].decides == (Decides.SCOPE, Decides.CONSENT)
    assert codes(plan, 5) == [NoteCode.EQUAL_NEIGHBOURS_MERGED]
    assert plan.stages[4].limit_days == 10


def test_two_people_who_share_both_posts_sign_one_each() -> None:
    both = department(POLICE, steward=holders(7, 8), sharing_office_head=holders(7, 8))
    assert seats(chain(where=organisation(both))) == [*RELAYED, *ANSWERED]


def test_one_person_in_two_offices_signs_one_stage() -> None:
    twice = department(CITY, authority_reviewer=holders(COUNTY * 10 + 1))
    plan = chain(where=organisation(twice))
    assert seats(plan)[2] == (CITY, Role.AUTHORITY_HEAD)
    assert codes(plan, 3) == [
        NoteCode.ONLY_HOLDER_SIGNS_ELSEWHERE, NoteCode.FELL_TO_AUTHORITY_HEAD,
    ]  # fmt: skip


def test_an_authority_may_apply_and_provide() -> None:
    county = department(COUNTY, sharing_office_head=holders(71), steward=holders(72))
    plan = chain(request(demander_id=COUNTY), organisation(county))
    assert seats(plan) == [(COUNTY, HEAD), *RELAYED[1:], *ANSWERED]
    plan = chain(request(provider_id=COUNTY), organisation(county))
    assert seats(plan) == [
        RELAYED[0], RELAYED[1], (COUNTY, STEWARD), (COUNTY, HEAD),
    ]  # fmt: skip


# What cannot be planned


def test_nobody_anywhere_names_every_post() -> None:
    nobody = department(CITY, authority_reviewer=(), authority_head=(), department_head=())
    province = department(PROVINCE, authority_reviewer=(), authority_head=(), department_head=())
    police = department(POLICE, steward=(), sharing_office_head=(), department_head=())
    assert faults(where=organisation(nobody, province, police)) == (
        Fault(FaultCode.NO_HOLDER, "city authority", REVIEWER),
        Fault(FaultCode.NO_HOLDER, "provincial authority", REVIEWER),
        Fault(FaultCode.NO_HOLDER, "provincial police", STEWARD),
        Fault(FaultCode.NO_HOLDER, "provincial police", HEAD),
    )


def test_one_department_never_gives_both_consents() -> None:
    """Two empty offices of one county would both fall to the county's authority (R19)."""
    posts = {"sharing_office_head": (), "steward": (), "department_head": ()}
    water = replace(department(COUNTY_CIVIL, **posts), id=198, name="county water")
    where = organisation(department(COUNTY_CIVIL, **posts), water)
    assert faults(request(demander_id=COUNTY_CIVIL, provider_id=198), where) == (
        Fault(FaultCode.NO_HOLDER, "county water", STEWARD),
        Fault(FaultCode.NO_HOLDER, "county water", HEAD),
    )


def test_a_provider_never_consents_for_who_applies() -> None:
    empty = department(COUNTY_CIVIL, sharing_office_head=(), department_head=())
    ask = request(demander_id=COUNTY_CIVIL, provider_id=COUNTY)
    provider = department(COUNTY, steward=holders(72), sharing_office_head=holders(73))
    assert faults(ask, organisation(empty, provider)) == (
        Fault(FaultCode.NO_HOLDER, "county civil affairs", HEAD),
    )


@pytest.mark.parametrize("demander", [TOWNSHIP, TOWNSHIP_UNIT])
def test_a_department_cannot_apply_to_itself(demander: int) -> None:
    ask = request(demander_id=demander, provider_id=TOWNSHIP)
    assert faults(ask) == (Fault(FaultCode.SAME_DEPARTMENT, "township office"),)


def test_what_is_not_shared_cannot_be_applied_for() -> None:
    ask = request(sharing_type=SharingType.NON_SHARED)
    assert faults(ask) == (Fault(FaultCode.NON_SHARED, "provincial police"),)


def test_regions_that_do_not_meet() -> None:
    abroad = replace(department(POLICE), region="990000")
    where = Organisation({**REGIONS, "990000": None}, organisation(abroad).departments)
    assert faults(where=where) == (Fault(FaultCode.REGIONS_DO_NOT_MEET, "990000"),)


def test_a_level_without_any_authority() -> None:
    where = organisation(without=(PROVINCE,))
    assert faults(where=where) == (Fault(FaultCode.NO_AUTHORITY, "320000"),)
    assert seats(chain(where=where, policy=Policy(relay=RelayMode.SKIP)))[1] == (COUNTY, REVIEWER)


def test_facts_that_are_missing_are_an_error() -> None:
    with pytest.raises(KeyError):
        plan_chain(request(), organisation(without=(POLICE,)))


def test_circles_in_the_trees_end() -> None:
    ring = replace(department(TOWNSHIP), parent=TOWNSHIP_UNIT)
    where = Organisation({**REGIONS, "320000": "320600"}, organisation(ring).departments)
    assert where.upwards("320602") == ("320602", "320600", "320000")
    assert [unit.id for unit in where.units(TOWNSHIP_UNIT)] == [TOWNSHIP_UNIT, TOWNSHIP]


# Limits


@pytest.mark.parametrize(
    ("days", "weights", "shares"),
    [
        (10, [3, 2], (6, 4)),
        (10, [3, 2, 2, 2], (4, 2, 2, 2)),
        (1, [3], (1,)),
        (1, [3, 2, 2], (1, 0, 0)),
        (5, [3, 2], (3, 2)),
        (10, [], ()),
    ],
)
def test_shares_of_the_reply_limit(days: int, weights: list[int], shares: tuple) -> None:
    assert share_days(days, weights) == shares
    assert sum(shares) == (days if weights else 0)


@pytest.mark.parametrize(
    "limits",
    [
        {"reply_conditional": 11}, {"reply_unconditional": 2}, {"supply": 21}, {"home_review": 0},
        {"reply_conditional": 0},
    ],
)  # fmt: skip
def test_local_limits_only_tighten(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limits(**limits)


# Whatever the organisation looks like

people = st.integers(1, 9).map(person)
post_holders = st.lists(
    st.builds(Holder, people, acting_for=st.none() | people, absent=st.booleans()), max_size=3
).map(tuple)
posts = st.dictionaries(st.sampled_from(list(Role)), post_holders)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Trees of up to four levels with authorities, departments and units anywhere."""
    regions: dict[str, str | None] = {"r0": None}
    for n in range(1, draw(st.integers(1, 5))):
        regions[f"r{n}"] = draw(st.sampled_from(sorted(regions)))
    departments = {}
    for number in range(2, draw(st.integers(3, 7))):
        departments[number] = DepartmentFacts(
            id=number,
            name=f"department {number}",
            region=draw(st.sampled_from(sorted(regions))),
            parent=draw(st.none() | st.sampled_from([None, *departments])),
            holders=draw(posts),
        )
    for number, code in enumerate(regions, start=50):
        if draw(st.booleans()):
            departments[number] = DepartmentFacts(
                id=number,
                name=f"authority of {code}",
                region=code,
                kind=DepartmentKind.AUTHORITY,
                holders=draw(posts),
            )
    return Organisation(regions, departments)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_every_plan_can_be_signed_by_the_right_people(data: st.DataObject) -> None:
    where = data.draw(organisations())
    numbers = st.sampled_from(sorted(where.departments))
    ask = request(
        applicant_id=data.draw(st.integers(1, 9)),
        demander_id=data.draw(numbers),
        provider_id=data.draw(numbers),
        sharing_type=data.draw(st.sampled_from(list(SharingType))),
        grade=data.draw(st.sampled_from(list(Grade))),
        reflux=data.draw(st.booleans()),
        stand_ins=data.draw(st.frozensets(st.integers(1, 9), max_size=1)),
    )
    policy = Policy(
        relay=data.draw(st.sampled_from(list(RelayMode))),
        answer_unconditional_by_rule=data.draw(st.booleans()),
    )
    plan = plan_chain(ask, where, policy)
    if not isinstance(plan, Plan):
        assert plan
        return
    signing = [stage for stage in plan.stages if stage.quorum]
    for stage in signing:
        assert stage.holders
        assert not {i for h in stage.holders for i in h.identities} & ask.excluded
        assert not any(h.absent for h in stage.holders)
        assert set(stage.holders) <= set(where.departments[stage.office.id].holders[stage.role])
    for one, next_one in pairwise(signing):
        if (one.office, one.role) == (next_one.office, next_one.role):
            assert (one.side is Side.PROVIDER) is not (next_one.side is Side.PROVIDER)
    assert someone_for_each([list(stage.holders) for stage in signing])
    home = where.department_of(signing[0].office.id)
    providing = [stage for stage in plan.stages if stage.side is Side.PROVIDER]
    assert providing
    assert all(where.department_of(s.office.id) != home for s in providing if s.quorum)
    days = [stage.limit_days or 0 for stage in providing if stage.quorum]
    _, reply = policy.limits.reply(ask.sharing_type)
    assert sum(days) == (reply if days else 0)


def someone_for_each(slots: list[list[Holder]], taken: frozenset[int] = frozenset()) -> bool:
    """Brute force: can every stage be signed by different people?"""
    if not slots:
        return True
    return any(
        someone_for_each(slots[1:], taken | h.identities)
        for h in slots[0]
        if not h.identities & taken
    )
