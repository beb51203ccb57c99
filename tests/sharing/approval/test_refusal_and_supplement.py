"""Saying no with a lawful reason, and asking once for everything that is missing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sharing.approval.commands import (
    Refuse,
    RequestSupplement,
    Resubmit,
    Sign,
    Withdraw,
)
from sharing.approval.events import (
    Refused,
    Resubmitted,
    SupplementRequested,
)
from sharing.approval.terms import (
    DenialCode,
    Gap,
    ItemStatus,
    Lane,
    Person,
    RefusalCode,
    Role,
    Side,
    Signature,
    StageStatus,
    Terms,
)
from tests.sharing.approval.cases import (
    APPLICANT,
    CONSENT_STAGE,
    COUNTY_STAGE,
    GAPS,
    GU,
    HEAD,
    HOME_STAGE,
    NOW,
    PLAN,
    PROVIDER,
    PROVIDER_HEAD,
    REVIEWER,
    STEWARD,
    STEWARD_STAGE,
    TERMS,
    Case,
    plan,
    stage,
)

WIDER = replace(TERMS, fields=(*TERMS.fields, "ethnicity"))

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
