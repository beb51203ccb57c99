"""Who never signs, and what signing may leave out."""

from dataclasses import replace
from datetime import datetime

import pytest

from sharing.approval.commands import (
    COMMANDS,
    Refuse,
    Resubmit,
    Sign,
    Withdraw,
)
from sharing.approval.decide import available
from sharing.approval.events import (
    Consented,
    FieldsNarrowed,
    StageOpened,
    StageSigned,
)
from sharing.approval.terms import (
    Actor,
    DenialCode,
    Holder,
    ItemStatus,
    Person,
    PostHeld,
    Role,
    Signature,
    SigningRule,
)
from tests.sharing.approval.cases import (
    CHEN,
    CONSENT_STAGE,
    COUNTY,
    COUNTY_STAGE,
    GU,
    HEAD,
    HEADS_SUBSTITUTE,
    HOME_STAGE,
    JI,
    LI,
    NOW,
    PROVIDER_HEAD,
    REVIEWER,
    STAND_IN,
    STEWARD,
    TERMS,
    TOWNSHIP,
    WANG,
    ZHOU,
    Case,
    actor,
    plan,
)

# Who never signs


def test_who_acted_for_the_applicant_never_signs() -> None:
    """The substitution has ended, but what was done in its time stays done."""
    case = Case().submit(STAND_IN)
    wang = actor(WANG, *HEAD.posts)
    assert case.denied(Sign(seen=case.seen), wang) is DenialCode.ACTED_FOR_APPLICANT
    for_wang = actor(LI, PostHeld(TOWNSHIP.id, Role.SHARING_OFFICE_HEAD, acting_for=WANG))
    assert case.denied(Sign(seen=case.seen), for_wang) is DenialCode.ACTED_FOR_APPLICANT


def test_who_answered_the_supplement_for_the_applicant_never_signs() -> None:
    case = Case().submit().ask_supplement(HEAD).explain(STAND_IN)
    wang = actor(WANG, *HEAD.posts)
    assert case.denied(Sign(seen=case.seen), wang) is DenialCode.ACTED_FOR_APPLICANT


def test_a_signer_does_not_change_sides() -> None:
    """The head signed, and now stands in for the applicant who is away."""
    case = Case().submit().sign(HEAD).ask_supplement(REVIEWER)
    head = actor(ZHOU, *HEAD.posts, *STAND_IN.posts)
    answer = Resubmit(seen=case.seen, terms=TERMS, content_hash="hash-2")
    assert case.denied(answer, head) is DenialCode.ALREADY_SIGNED
    assert available(case.state, head, NOW)[Withdraw] is None
    case.explain(STAND_IN)


REVIEWER_POST = PostHeld(COUNTY.id, Role.AUTHORITY_REVIEWER)


@pytest.mark.parametrize(
    "second",
    [
        actor(ZHOU, REVIEWER_POST),
        actor(LI, replace(REVIEWER_POST, acting_for=ZHOU)),
    ],
    ids=["oneself", "in the name of who signed"],
)
@pytest.mark.parametrize("command", ["sign", "refuse", "request_supplement"])
def test_nobody_decides_twice(second: Actor, command: str) -> None:
    case = Case().submit().sign(HEAD)
    denied = available(case.state, second, NOW)[COMMANDS[command]]
    assert denied is not None
    assert denied.code is DenialCode.ALREADY_SIGNED


def test_a_substitute_does_not_sign_for_two_people() -> None:
    case = Case().submit().sign(HEADS_SUBSTITUTE)
    li = actor(LI, replace(REVIEWER_POST, acting_for=JI))
    assert case.denied(Sign(seen=case.seen), li) is DenialCode.ALREADY_SIGNED


def test_the_post_that_may_sign_is_found_among_several() -> None:
    """One of the two substitutions is spent, the other one is not."""
    case = Case().submit().sign(HEAD)
    posts = tuple(replace(REVIEWER_POST, acting_for=who) for who in (ZHOU, JI))
    signed, _ = case.do(Sign(seen=case.seen), actor(LI, *posts))
    assert isinstance(signed, StageSigned)
    assert signed.by == Signature(LI, acting_for=JI)


def test_who_alone_can_sign_later_is_kept_for_it() -> None:
    first = replace(HOME_STAGE, holders=(Holder(ZHOU), Holder(LI)))
    later = replace(COUNTY_STAGE, holders=(Holder(ZHOU),))
    li = actor(LI, PostHeld(TOWNSHIP.id, Role.SHARING_OFFICE_HEAD))
    zhou = actor(ZHOU, *HEAD.posts, REVIEWER_POST)
    case = Case(plan(first, later, CONSENT_STAGE)).submit()
    assert case.denied(Sign(seen=case.seen), zhou) is DenialCode.NEEDED_LATER
    assert available(case.state, zhou, NOW)[Refuse] is None  # a refusal needs nobody later
    case.sign(li, zhou)
    assert case.state.status is ItemStatus.PROVIDER_REVIEW


def test_nobody_is_kept_when_nobody_else_could_sign_instead() -> None:
    """What is named in the plan may be out of date: better sign now than never."""
    later = replace(COUNTY_STAGE, holders=(Holder(ZHOU),))
    case = Case(plan(HOME_STAGE, later, CONSENT_STAGE)).submit()
    case.sign(actor(ZHOU, *HEAD.posts, REVIEWER_POST))
    applicants = replace(HOME_STAGE, holders=(Holder(ZHOU), Holder(CHEN)))
    case = Case(plan(applicants, later, CONSENT_STAGE)).submit()
    case.sign(actor(ZHOU, *HEAD.posts, REVIEWER_POST))


def test_nobody_is_kept_where_all_must_sign() -> None:
    first = replace(HOME_STAGE, holders=(Holder(ZHOU), Holder(LI)), rule=SigningRule.ALL)
    later = replace(COUNTY_STAGE, holders=(Holder(ZHOU),))
    case = Case(plan(first, later, CONSENT_STAGE)).submit()
    case.sign(actor(ZHOU, *HEAD.posts, REVIEWER_POST))


def test_nobody_signs_for_a_period_that_is_over() -> None:
    case = Case().submit()
    case.now = datetime.fromisoformat("2027-12-01T00:00:00+08:00")
    assert case.denied(Sign(seen=case.seen), HEAD) is DenialCode.PERIOD_PAST
    assert available(case.state, HEAD, case.now)[Refuse] is None


def test_a_new_holder_of_the_post_signs_and_a_former_one_does_not() -> None:
    case = Case().submit()
    assert case.denied(Sign(seen=case.seen), actor(ZHOU)) is DenialCode.NOT_A_HOLDER
    case.sign(actor(Person(77, "新任"), *HEAD.posts))


# Narrowing


def test_narrowing_keeps_the_order_and_names_what_was_withheld() -> None:
    case = Case().submit().sign(HEAD, REVIEWER)
    narrowed, signed, _ = case.do(Sign(seen=case.seen, narrow_fields=("address", "name")), STEWARD)
    assert narrowed == FieldsNarrowed(
        at=NOW, position=3, by=Signature(GU), kept=("name", "address"), withheld=("id_number",)
    )
    assert isinstance(signed, StageSigned)
    *_, consented = case.do(Sign(seen=case.seen), PROVIDER_HEAD)
    assert isinstance(consented, Consented)
    assert consented.terms == replace(TERMS, fields=("name", "address"))


def test_the_last_signer_narrows_what_is_granted() -> None:
    case = Case().submit().sign(HEAD, REVIEWER, STEWARD)
    *_, consented = case.do(Sign(seen=case.seen, narrow_fields=("name",)), PROVIDER_HEAD)
    assert isinstance(consented, Consented)
    assert consented.terms.fields == case.state.asked[1].fields == ("name",)


def test_keeping_every_field_is_no_narrowing() -> None:
    case = Case().submit()
    events = case.do(Sign(seen=case.seen, narrow_fields=tuple(reversed(TERMS.fields))), HEAD)
    assert [type(event) for event in events] == [StageSigned, StageOpened]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ((), DenialCode.NARROWED_TO_NOTHING),
        (("name", "ethnicity"), DenialCode.NARROWING_WIDENS),
    ],
)
def test_narrowing_that_does_not_narrow(fields: tuple[str, ...], code: DenialCode) -> None:
    case = Case().submit()
    assert case.denied(Sign(seen=case.seen, narrow_fields=fields), HEAD) is code


def test_a_field_that_was_left_out_does_not_come_back() -> None:
    case = Case().submit()
    case.do(Sign(seen=case.seen, narrow_fields=("name",)), HEAD)
    again = Sign(seen=case.seen, narrow_fields=("name", "address"))
    assert case.denied(again, REVIEWER) is DenialCode.NARROWING_WIDENS
