"""What commands lead to, and every reason for which they do not."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sharing.approval.commands import (
    COMMANDS,
    Refuse,
    RequestSupplement,
    Resubmit,
    Sign,
    Submit,
    Withdraw,
)
from sharing.approval.decide import available, decide
from sharing.approval.events import (
    Consented,
    FieldsNarrowed,
    Refused,
    Resubmitted,
    StageNotified,
    StageOpened,
    StageSigned,
    Submitted,
    SupplementRequested,
    Withdrawn,
)
from sharing.approval.evolve import fold
from sharing.approval.state import drafted
from sharing.approval.terms import (
    Actor,
    DenialCode,
    Gap,
    Holder,
    ItemStatus,
    Lane,
    Person,
    PostHeld,
    RefusalCode,
    Role,
    Side,
    Signature,
    SigningRule,
    StageKind,
    StageStatus,
    Terms,
)
from tests.sharing.approval.cases import (
    APPLICANT,
    CHEN,
    CONSENT_STAGE,
    COUNTY,
    COUNTY_STAGE,
    GAPS,
    GU,
    HEAD,
    HEADS_SUBSTITUTE,
    HOME_STAGE,
    JI,
    LI,
    NOW,
    PLAN,
    PROVIDER,
    PROVIDER_HEAD,
    REVIEWER,
    STAND_IN,
    STEWARD,
    STEWARD_STAGE,
    TERMS,
    TOWNSHIP,
    WANG,
    ZHOU,
    Case,
    actor,
    plan,
    stage,
)

PAST = replace(TERMS, period_start=date(2025, 1, 1), period_end=date(2026, 11, 8))
WIDER = replace(TERMS, fields=(*TERMS.fields, "ethnicity"))


# The main road


def test_the_whole_way_to_consent() -> None:
    case = Case()
    assert [type(e) for e in case.submit().events] == [Submitted, StageOpened]
    assert case.state.status is ItemStatus.HOME_REVIEW
    case.sign(HEAD)
    assert case.state.status is ItemStatus.HOME_REVIEW  # the authority belongs to this side
    case.sign(REVIEWER)
    assert case.state.status is ItemStatus.PROVIDER_REVIEW
    assert case.state.received_at == case.now
    case.sign(STEWARD)
    signed, consented = case.do(Sign(seen=case.seen, comment=" agreed "), PROVIDER_HEAD)
    assert isinstance(signed, StageSigned)
    assert (signed.comment, signed.content_hash) == ("agreed", "hash-1")
    assert consented == Consented(at=case.now, terms=TERMS, by_rule=False)
    assert case.state.status is ItemStatus.CONSENTED
    assert case.state.decision == consented
    assert [s.status for s in case.state.stages] == [StageStatus.SIGNED] * 4


def test_a_substitute_signs_in_the_holders_name() -> None:
    case = Case().submit()
    signed, _ = case.do(Sign(seen=case.seen), HEADS_SUBSTITUTE)
    assert isinstance(signed, StageSigned)
    assert signed.by == Signature(LI, acting_for=ZHOU)


def test_own_posts_come_before_substitutions() -> None:
    both = Actor(ZHOU.official_id, ZHOU.name, (
        PostHeld(TOWNSHIP.id, Role.SHARING_OFFICE_HEAD, acting_for=LI), *HEAD.posts,
    ))  # fmt: skip
    case = Case().submit()
    signed, _ = case.do(Sign(seen=case.seen), both)
    assert isinstance(signed, StageSigned)
    assert signed.by == Signature(ZHOU)


def test_a_stand_in_applies_in_the_applicants_name() -> None:
    case = Case().submit(STAND_IN)
    submitted = case.events[0]
    assert isinstance(submitted, Submitted)
    assert submitted.by == Signature(WANG, acting_for=CHEN)
    assert submitted.applicant == CHEN
    (withdrawn,) = case.do(Withdraw(seen=case.seen, reason=" done "), STAND_IN)
    assert withdrawn == Withdrawn(at=NOW, by=Signature(WANG, CHEN), reason="done")


def test_offices_that_are_only_told_do_not_wait() -> None:
    told = stage(COUNTY, Role.AUTHORITY_REVIEWER, kind=StageKind.NOTIFY)
    case = Case(plan(HOME_STAGE, told, CONSENT_STAGE)).submit()
    signed, notified, opened = case.do(Sign(seen=case.seen), HEAD)
    assert isinstance(signed, StageSigned)
    assert notified == StageNotified(at=NOW, position=2)
    assert opened == StageOpened(at=NOW, position=3)
    assert case.state.stages[1].status is StageStatus.NOTIFIED
    assert case.state.status is ItemStatus.PROVIDER_REVIEW


def test_consent_by_rule() -> None:
    told = stage(PROVIDER, Role.STEWARD, kind=StageKind.NOTIFY)
    case = Case(plan(HOME_STAGE, told, lane=Lane.UNCONDITIONAL)).submit()
    *_, consented = case.do(Sign(seen=case.seen), HEAD)
    assert consented == Consented(at=NOW, terms=TERMS, by_rule=True)
    assert case.state.received_at == NOW


def test_every_holder_signs_where_all_must() -> None:
    both = stage(COUNTY, Role.AUTHORITY_REVIEWER, [JI, LI], rule=SigningRule.ALL)
    li = actor(LI, PostHeld(COUNTY.id, Role.AUTHORITY_REVIEWER))
    case = Case(plan(HOME_STAGE, both, CONSENT_STAGE)).submit().sign(HEAD, REVIEWER)
    assert case.state.status is ItemStatus.HOME_REVIEW
    assert case.denied(Sign(seen=case.seen), REVIEWER) is DenialCode.ALREADY_SIGNED
    case.sign(li)
    assert case.state.status is ItemStatus.PROVIDER_REVIEW


# Stale forms and clocks without a zone


def test_two_at_once_only_one_is_recorded() -> None:
    case = Case().submit()
    seen = case.seen
    case.do(Sign(seen=seen), HEAD)
    assert case.denied(Sign(seen=seen), HEADS_SUBSTITUTE) is DenialCode.STALE


def test_submitting_twice_is_stale() -> None:
    case = Case()
    twice = Submit(seen=0, plan=PLAN, terms=TERMS, content_hash="hash-1")
    case.do(twice, APPLICANT)
    assert case.denied(twice, APPLICANT) is DenialCode.STALE


def test_a_version_from_the_future_is_stale_too() -> None:
    case = Case().submit()
    assert case.denied(Sign(seen=case.seen + 1), HEAD) is DenialCode.STALE


def test_now_needs_a_time_zone() -> None:
    naive = datetime(2026, 11, 9, 9, 18)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        decide(drafted(CHEN, TOWNSHIP), Withdraw(seen=0), actor=APPLICANT, now=naive)


# What may be asked for


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (replace(TERMS, fields=()), DenialCode.NOTHING_ASKED),
        (replace(TERMS, period_end=date(2026, 11, 30)), DenialCode.PERIOD_REVERSED),
        (PAST, DenialCode.PERIOD_PAST),
    ],
)
def test_terms_that_nobody_could_grant(terms: Terms, code: DenialCode) -> None:
    submit = Submit(seen=0, plan=PLAN, terms=terms, content_hash="hash-1")
    assert Case().denied(submit, APPLICANT) is code
    case = Case().submit().ask_supplement(HEAD)
    again = Resubmit(seen=case.seen, terms=terms, content_hash="hash-2", plan=PLAN)
    assert case.denied(again, APPLICANT) is code


def test_the_last_day_of_the_period_is_a_day_in_beijing() -> None:
    last_day = replace(PAST, period_end=date(2026, 11, 9))
    Case(terms=last_day, now=datetime.fromisoformat("2026-11-09T15:59:59+00:00")).submit()
    case = Case(terms=last_day, now=datetime.fromisoformat("2026-11-09T16:00:00+00:00"))
    submit = Submit(seen=0, plan=PLAN, terms=last_day, content_hash="hash-1")
    assert case.denied(submit, APPLICANT) is DenialCode.PERIOD_PAST


def test_reflux_returns_the_own_regions_rows_only() -> None:
    reflux = plan(HOME_STAGE, STEWARD_STAGE, lane=Lane.REFLUX)
    for rows in ("", "320602", "320602002"):
        terms = replace(TERMS, row_region=rows)
        submit = Submit(seen=0, plan=reflux, terms=terms, content_hash="hash-1")
        assert Case().denied(submit, APPLICANT) is DenialCode.ROWS_NOT_OWN_REGION
    Case(reflux).submit()


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


# Refusing


def refuse(case: Case, code: RefusalCode, text: str = "because", citation: str = "") -> Refuse:
    return Refuse(seen=case.seen, code=code, text=text, citation=citation)


def test_a_refusal_closes_the_case() -> None:
    case = Case().submit().sign(HEAD, REVIEWER)
    (refused,) = case.do(refuse(case, RefusalCode.LAW_FORBIDS, " no ", " PIPL 28 "), STEWARD)
    assert refused == Refused(
        at=NOW, position=3, by=Signature(GU), code=RefusalCode.LAW_FORBIDS, text="no",
        citation="PIPL 28", copy_to_authority=False,
    )  # fmt: skip
    assert [s.status for s in case.state.stages] == [
        StageStatus.SIGNED, StageStatus.SIGNED, StageStatus.REFUSED, StageStatus.CLOSED,
    ]  # fmt: skip
    assert case.state.stages[2].closed_at == NOW
    assert case.state.stages[3].closed_at is None


def test_a_refusal_needs_a_text_and_some_a_citation() -> None:
    case = Case().submit()
    assert case.denied(refuse(case, RefusalCode.OTHER, "  "), HEAD) is DenialCode.REASON_MISSING
    bare = refuse(case, RefusalCode.LAW_FORBIDS, citation=" ")
    assert case.denied(bare, HEAD) is DenialCode.CITATION_MISSING


def test_missing_material_is_no_reason() -> None:
    with pytest.raises(ValueError, match="incomplete"):
        RefusalCode("incomplete")


UNTRUTHFUL = {RefusalCode.UNTRUE, RefusalCode.UNLAWFUL, RefusalCode.UNNECESSARY}
LAWFUL_REASONS = {
    (Lane.CONDITIONAL, Side.HOME): set(RefusalCode),
    (Lane.CONDITIONAL, Side.PROVIDER): set(RefusalCode),
    (Lane.UNCONDITIONAL, Side.HOME): UNTRUTHFUL,
    (Lane.UNCONDITIONAL, Side.PROVIDER): UNTRUTHFUL,
    (Lane.REFLUX, Side.HOME): {*UNTRUTHFUL, RefusalCode.SECURITY},
    (Lane.REFLUX, Side.PROVIDER): {RefusalCode.SECURITY},
}


@pytest.mark.parametrize("code", RefusalCode)
@pytest.mark.parametrize(("lane", "side"), list(LAWFUL_REASONS))
def test_lawful_reasons(lane: Lane, side: Side, code: RefusalCode) -> None:
    case = Case(plan(HOME_STAGE, STEWARD_STAGE, lane=lane)).submit()
    by = HEAD
    if side is Side.PROVIDER:
        case.sign(HEAD)
        by = STEWARD
    command = refuse(case, code, citation="article 1")
    if code in LAWFUL_REASONS[lane, side]:
        (refused,) = case.do(command, by)
        assert isinstance(refused, Refused)
        assert refused.copy_to_authority is (lane is not Lane.CONDITIONAL)
    else:
        assert case.denied(command, by) is DenialCode.REASON_NOT_ALLOWED


# Supplement


def test_everything_missing_is_told_once() -> None:
    case = Case().submit().sign(HEAD, REVIEWER)
    (asked,) = case.do(RequestSupplement(seen=case.seen, gaps=GAPS), STEWARD)
    assert asked == SupplementRequested(at=NOW, position=3, by=Signature(GU), gaps=GAPS)
    assert case.state.stages[2].status is StageStatus.PAUSED
    case.explain()
    assert case.state.status is ItemStatus.PROVIDER_REVIEW
    again = RequestSupplement(seen=case.seen, gaps=GAPS)
    assert case.denied(again, STEWARD) is DenialCode.SUPPLEMENT_USED
    case.sign(STEWARD)
    assert case.denied(replace(again, seen=case.seen), PROVIDER_HEAD) is DenialCode.SUPPLEMENT_USED


@pytest.mark.parametrize("gaps", [(), (Gap("use_scope", " "),), (*GAPS, Gap(" ", "say who"))])
def test_a_supplement_names_every_gap(gaps: tuple[Gap, ...]) -> None:
    case = Case().submit()
    asked = RequestSupplement(seen=case.seen, gaps=gaps)
    assert case.denied(asked, HEAD) is DenialCode.GAPS_MISSING


def test_explaining_better_goes_on_where_it_stopped() -> None:
    case = Case().submit().sign(HEAD).ask_supplement(REVIEWER)
    case.now += timedelta(days=2)
    (resubmitted,) = case.explain().events[-1:]
    assert isinstance(resubmitted, Resubmitted)
    assert resubmitted.plan is None
    assert case.state.content_hash == "hash-2"
    assert case.state.status is ItemStatus.HOME_REVIEW
    assert [s.status for s in case.state.stages][:2] == [StageStatus.SIGNED, StageStatus.OPEN]
    assert case.state.pauses[0].until == case.now
    case.sign(REVIEWER, STEWARD, PROVIDER_HEAD)
    assert case.state.status is ItemStatus.CONSENTED


def test_the_order_of_fields_is_no_change() -> None:
    case = Case().submit().ask_supplement(HEAD)
    same = replace(TERMS, fields=tuple(reversed(TERMS.fields)))
    (resubmitted,) = case.do(
        Resubmit(seen=case.seen, terms=same, content_hash="hash-1", explanation="see file"),
        APPLICANT,
    )
    assert isinstance(resubmitted, Resubmitted)
    assert resubmitted.terms == TERMS


def test_other_terms_void_every_signature() -> None:
    case = Case().submit().sign(HEAD, REVIEWER).ask_supplement(STEWARD)
    case.do(Resubmit(seen=case.seen, terms=WIDER, content_hash="hash-2", plan=PLAN), APPLICANT)
    assert case.state.status is ItemStatus.HOME_REVIEW
    assert case.state.asked[1] == WIDER
    assert case.state.received_at is None
    assert all(not s.signatures for s in case.state.stages)
    case.sign(HEAD, REVIEWER, STEWARD, PROVIDER_HEAD)  # the same people sign again
    last = case.state.stages[-1].signatures[-1]
    assert (case.state.status, last.content_hash) == (ItemStatus.CONSENTED, "hash-2")


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, fields=("name",)),
        replace(TERMS, row_region=""),
        replace(TERMS, period_end=date(2028, 11, 30)),
        replace(TERMS, period_start=date(2026, 12, 2)),
        replace(TERMS, mode="table"),
        replace(TERMS, purpose="statistics"),
    ],
)
def test_any_change_of_terms_is_a_new_question(terms: Terms) -> None:
    case = Case().submit().sign(HEAD).ask_supplement(REVIEWER)
    again = Resubmit(seen=case.seen, terms=terms, content_hash="hash-2")
    assert case.denied(again, APPLICANT) is DenialCode.CHAIN_MISSING
    case.do(replace(again, plan=PLAN), APPLICANT)
    assert case.state.current == 1


def test_asking_again_for_what_was_left_out_is_a_new_question() -> None:
    case = Case().submit()
    case.do(Sign(seen=case.seen, narrow_fields=("name",)), HEAD)
    case.ask_supplement(REVIEWER)
    original = Resubmit(seen=case.seen, terms=TERMS, content_hash="hash-2")
    assert case.denied(original, APPLICANT) is DenialCode.CHAIN_MISSING


def test_the_new_chain_of_other_terms_replaces_the_old_one() -> None:
    """Otherwise asking for little and adding the rest later would spare signatures."""
    longer = plan(HOME_STAGE, COUNTY_STAGE, STEWARD_STAGE, CONSENT_STAGE,
                  stage(PROVIDER, Role.DEPARTMENT_HEAD, [Person(33, "厅长")]))  # fmt: skip
    case = Case().submit().ask_supplement(HEAD)
    case.do(Resubmit(seen=case.seen, terms=WIDER, content_hash="hash-2", plan=longer), APPLICANT)
    case.sign(HEAD, REVIEWER, STEWARD, PROVIDER_HEAD)
    assert case.state.status is ItemStatus.PROVIDER_REVIEW


def test_a_supplement_supplies_something() -> None:
    case = Case().submit().ask_supplement(HEAD)
    nothing = Resubmit(seen=case.seen, terms=TERMS, content_hash="hash-1", explanation="  ")
    assert case.denied(nothing, APPLICANT) is DenialCode.NOTHING_CHANGED


def test_withdrawing_while_a_supplement_is_awaited() -> None:
    case = Case().submit().ask_supplement(HEAD)
    case.do(Withdraw(seen=case.seen), APPLICANT)
    assert case.state.status is ItemStatus.WITHDRAWN
    assert {s.status for s in case.state.stages} == {StageStatus.CLOSED}


# Folding


def test_a_case_begins_with_its_submission() -> None:
    events = Case().submit().events
    assert fold(events).version == 2
    for broken in ([], events[1:]):
        with pytest.raises(ValueError, match="begins with its submission"):
            fold(broken)


def test_a_draft_has_no_terms_and_no_stage() -> None:
    draft = drafted(CHEN, TOWNSHIP)
    with pytest.raises(ValueError, match="nothing was submitted"):
        _ = draft.asked
    with pytest.raises(ValueError, match="no stage is waiting"):
        _ = draft.waiting


@pytest.mark.parametrize(
    "stages",
    [
        (),
        (replace(HOME_STAGE, position=2),),
        (replace(STEWARD_STAGE, position=1),),
        (replace(HOME_STAGE, position=1, kind=StageKind.NOTIFY),),
    ],
    ids=["empty", "not counted from 1", "provider first", "nobody signs first"],
)
def test_a_chain_begins_with_a_signature_of_the_requesting_side(stages: tuple) -> None:
    with pytest.raises(ValueError, match="chain"):
        replace(PLAN, stages=stages)


def test_nobody_named_still_means_one_signature() -> None:
    assert replace(HOME_STAGE, rule=SigningRule.ALL, holders=()).quorum == 1
