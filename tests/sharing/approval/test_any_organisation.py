"""Chains over random organisations: every plan can be signed by the right people."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharing.approval.chain import plan_chain
from sharing.approval.organisation import DepartmentFacts, DepartmentKind, Organisation
from sharing.approval.policy import Policy, RelayMode
from sharing.approval.terms import (
    Grade,
    Holder,
    Plan,
    Role,
    SharingType,
    Side,
)
from tests.sharing.approval.province import (
    person,
    request,
)

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


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
