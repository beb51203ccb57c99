"""Who signs: the lanes, the levels between both regions, and the limits."""

from dataclasses import replace

import pytest

from sharing.approval.blueprint import FaultCode
from sharing.approval.chain import share_days
from sharing.approval.policy import Limits, Policy, RelayMode
from sharing.approval.terms import (
    ClockRule,
    Decides,
    Grade,
    Lane,
    NoteCode,
    Role,
    SharingType,
    Side,
    StageKind,
    SupplementClock,
)
from tests.sharing.approval.province import (
    ANSWERED,
    CITY,
    CIVIL_AFFAIRS,
    COUNTY,
    COUNTY_CIVIL,
    DEPARTMENT_HEAD,
    FAR_CIVIL,
    FAR_COUNTY,
    HEAD,
    OTHER_CITY,
    POLICE,
    PROVINCE,
    RELAYED,
    REVIEWER,
    SECADMIN,
    STEWARD,
    TOWNSHIP,
    chain,
    codes,
    department,
    faults,
    holders,
    organisation,
    request,
    seats,
)


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
    assert chain(request(emergency=True), policy=policy).emergency
    plan = chain(policy=policy)
    assert not plan.emergency
    assert (plan.policy_version, plan.supplement_clock) == ("7", SupplementClock.RUNS)
    assert plan.supply_days == 9
    assert [stage.limit_days for stage in plan.stages] == [1, None, None, None, 3, 2]
    assert [stage.clock_rule for stage in plan.stages] == [
        ClockRule.HOME_REVIEW, *[ClockRule.AUTHORITY_REVIEW] * 3, *[ClockRule.REPLY_CONDITIONAL] * 2,
    ]  # fmt: skip


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
