"""Posts that cannot sign, and what cannot be planned."""

from dataclasses import replace

import pytest

from sharing.approval.blueprint import Fault, FaultCode
from sharing.approval.chain import plan_chain
from sharing.approval.organisation import Organisation
from sharing.approval.policy import Policy, RelayMode
from sharing.approval.terms import (
    Decides,
    Holder,
    NoteCode,
    Role,
    SharingType,
    Side,
)
from tests.sharing.approval.province import (
    ANSWERED,
    APPLICANT,
    CITY,
    COUNTY,
    COUNTY_CIVIL,
    DEPARTMENT_HEAD,
    HEAD,
    POLICE,
    PROVINCE,
    REGIONS,
    RELAYED,
    REVIEWER,
    STEWARD,
    TOWNSHIP,
    TOWNSHIP_UNIT,
    chain,
    codes,
    department,
    faults,
    holders,
    organisation,
    person,
    request,
    seats,
)

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


def test_one_person_never_reviews_what_they_sent() -> None:
    """The authority applies, and its reviewer heads its sharing office too."""
    county = department(COUNTY, sharing_office_head=holders(COUNTY * 10 + 1))
    plan = chain(request(demander_id=COUNTY), organisation(county))
    assert seats(plan)[:2] == [(COUNTY, HEAD), (COUNTY, Role.AUTHORITY_HEAD)]


@pytest.mark.parametrize("reviewers", [(), holders(COUNTY * 10 + 1)])
def test_who_is_only_told_need_not_be_free_to_sign(reviewers: tuple[Holder, ...]) -> None:
    told = organisation(department(CITY, authority_reviewer=reviewers))
    plan = chain(where=told, policy=Policy(relay=RelayMode.NOTIFY))
    assert seats(plan) == [*RELAYED, *ANSWERED]
    assert plan.stages[2].holders == reviewers


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
