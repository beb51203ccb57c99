"""The way from a draft to consent, and what can be asked for at all."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from sharing.approval.commands import (
    Resubmit,
    Sign,
    Submit,
    Withdraw,
)
from sharing.approval.decide import decide
from sharing.approval.events import (
    Consented,
    StageNotified,
    StageOpened,
    StageSigned,
    Submitted,
    Withdrawn,
)
from sharing.approval.evolve import fold
from sharing.approval.state import drafted
from sharing.approval.terms import (
    Actor,
    DenialCode,
    ItemStatus,
    Lane,
    PostHeld,
    Role,
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
    assert case.state.waiting.status is StageStatus.OPEN
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
