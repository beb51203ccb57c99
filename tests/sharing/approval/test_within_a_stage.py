"""What happens within a stage: who has it, who signs beside, taking back, opinions, more time."""

from datetime import date

import pytest

from sharing.approval.clocks import deadlines
from sharing.approval.commands import (
    AddSigner,
    Advise,
    Claim,
    Command,
    ConsentExtension,
    Consult,
    HandBack,
    Reassign,
    RefuseExtension,
    RemoveSigner,
    RequestExtension,
    Sign,
    TakeBack,
    Transfer,
    Urge,
)
from sharing.approval.custody import Place
from sharing.approval.decide import available
from sharing.approval.events import Consented, OfficeSucceeded, SignatureTakenBack, StageOpened
from sharing.approval.evolve import fold
from sharing.approval.terms import (
    Actor,
    DenialCode,
    ItemStatus,
    Masked,
    Office,
    Person,
    PostHeld,
    Role,
    SigningRule,
    StageStatus,
)
from tests.sharing.approval.cases import (
    APPLICANT,
    BUREAU,
    CHEN,
    CHIEF,
    COUNTY_CHIEF,
    COUNTY_STAGE,
    DAY,
    HEAD,
    HEADS_SUBSTITUTE,
    NOW,
    PROVIDER,
    PROVIDER_CLERK,
    PROVIDER_HEAD,
    REVIEWER,
    SECOND,
    STEWARD,
    TERMS,
    TOWNSHIP,
    TYPIST,
    ZHOU,
    actor,
)
from tests.sharing.approval.strategies import CALENDAR
from tests.sharing.approval.test_matrix_within import case_in

# who has it


def test_who_got_it_signs_and_the_old_holder_does_not() -> None:
    case = case_in("handed_on")
    assert case.denied(Sign(seen=case.seen), HEAD) is DenialCode.WITH_SOMEBODY_ELSE
    case.sign(CHIEF)
    assert case.state.stages[0].signatures[0].by.person == CHIEF.person
    assert CHIEF.official_id in case.state.involved


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (HEAD, DenialCode.TARGET_HAS_IT),
        (APPLICANT, DenialCode.TARGET_IS_APPLICANT),
        (actor(Person(12, "王芳"), PostHeld(1, Role.DEPARTMENT_HEAD), PostHeld(1, Role.CLERK, CHEN)), DenialCode.TARGET_IS_APPLICANT),
        (TYPIST, DenialCode.TARGET_UNFIT),
        (STEWARD, DenialCode.TARGET_UNFIT),
        (actor(Person(55, "审计"), PostHeld(TOWNSHIP.id, Role.AUDITADMIN)), DenialCode.TARGET_UNFIT),
    ],
)  # fmt: skip
def test_it_goes_only_to_who_may_decide_it(to: Actor, code: DenialCode) -> None:
    case = case_in("open")
    assert case.denied(Transfer(seen=case.seen, to=to), HEAD) is code


def test_nobody_gets_a_second_stage_of_the_chain() -> None:
    both = actor(ZHOU, *HEAD.posts, PostHeld(PROVIDER.id, Role.STEWARD))
    case = case_in("provider")
    assert case.denied(Transfer(seen=case.seen, to=both), STEWARD) is DenialCode.TARGET_SIGNED
    added = AddSigner(seen=case.seen, signers=(both,))
    assert case.denied(added, STEWARD) is DenialCode.TARGET_SIGNED


def test_a_manager_never_takes_it_and_needs_a_reason() -> None:
    case = case_in("open")
    assert case.denied(Reassign(seen=case.seen, to=CHIEF, reason="x"), CHIEF) == "target_has_it"
    assert case.denied(Reassign(seen=case.seen, to=SECOND, reason=" "), CHIEF) == "text_missing"


def test_a_claim_of_somebody_who_is_gone_is_given_to_somebody_else() -> None:
    case = case_in("claimed")
    case.do(Reassign(seen=case.seen, to=SECOND, reason="调离"), CHIEF)
    assert case.denied(Sign(seen=case.seen), HEAD) is DenialCode.WITH_SOMEBODY_ELSE
    case.sign(SECOND)


def test_the_authority_reassigns_where_the_office_has_nobody_left() -> None:
    case = case_in("signed")
    newcomer = actor(Person(78, "接任"), PostHeld(COUNTY_STAGE.office.id, COUNTY_STAGE.role))
    case.do(Reassign(seen=case.seen, to=newcomer, reason="原审核人退休"), COUNTY_CHIEF)
    assert case.denied(Sign(seen=case.seen), REVIEWER) is DenialCode.WITH_SOMEBODY_ELSE
    case.sign(newcomer)


def test_what_is_delegated_comes_back_and_both_are_known() -> None:
    case = case_in("delegated")
    assert case.denied(HandBack(seen=case.seen), TYPIST) is DenialCode.TEXT_MISSING
    case.do(HandBack(seen=case.seen, opinion="依据充分"), TYPIST)
    delegation = case.state.waiting.delegation
    assert delegation is not None
    assert (delegation.by.person, delegation.to) == (ZHOU, TYPIST.person)
    assert (delegation.opinion, delegation.returned_at) == ("依据充分", NOW)
    assert case.denied(Sign(seen=case.seen), SECOND) is DenialCode.WITH_SOMEBODY_ELSE
    case.sign(HEAD)


def test_the_substitute_of_who_has_it_acts_for_them() -> None:
    case = case_in("claimed").sign(HEADS_SUBSTITUTE)
    assert case.state.stages[0].signatures[0].by.acting_for == ZHOU


def test_an_office_that_ends_takes_claims_and_delegations_with_it() -> None:
    case = case_in("delegated")
    event = OfficeSucceeded(at=NOW, position=1, office=Office(99, "新区", "320602"))
    state = fold([event], case.state)
    heir = actor(Person(88, "新负责人"), PostHeld(99, Role.SHARING_OFFICE_HEAD))
    assert state.waiting.assignee is None
    assert available(state, heir, NOW)[Sign] is None
    for gone in (HEAD, TYPIST):
        assert available(state, gone, NOW)[HandBack] is not None


# signing beside the holder


@pytest.mark.parametrize(
    ("rule", "needed", "enough"),
    [(SigningRule.ALL, 1, 3), (SigningRule.ANY_ONE, 1, 1), (SigningRule.N_OF_M, 2, 2)],
)
@pytest.mark.parametrize("place", list(Place))
def test_added_signers(rule: SigningRule, needed: int, enough: int, place: Place) -> None:
    people = [CHIEF, TYPIST, actor(Person(19, "安全员"), PostHeld(TOWNSHIP.id, Role.SECADMIN))]
    case = case_in("open")
    added = AddSigner(seen=case.seen, signers=tuple(people), place=place, rule=rule, needed=needed)
    case.do(added, HEAD)
    if place is Place.AFTER:
        assert case.denied(Sign(seen=case.seen), TYPIST) is DenialCode.AWAITING_HOLDER
        case.sign(HEAD)
    case.sign(*people[:enough])
    if place is not Place.AFTER:
        assert case.state.current == 1
        case.sign(HEAD)
    assert case.state.current == 2
    assert case.state.stages[0].status is StageStatus.SIGNED
    assert len(case.state.spent_identities) == enough + 1


def test_doing_without_the_last_missing_signer_goes_on() -> None:
    case = case_in("open")
    case.do(AddSigner(seen=case.seen, signers=(CHIEF, TYPIST), place=Place.AFTER), HEAD)
    case.sign(HEAD, CHIEF)
    assert case.denied(Sign(seen=case.seen), SECOND) is DenialCode.AWAITING_ADDED
    events = case.do(RemoveSigner(seen=case.seen, official_id=TYPIST.official_id), HEAD)
    assert isinstance(events[-1], StageOpened)
    assert case.state.current == 2


def test_who_signed_beside_signs_no_other_stage() -> None:
    twice = actor(TYPIST.person, *TYPIST.posts, *REVIEWER.posts)
    case = case_in("added").sign(TYPIST, HEAD)
    assert case.denied(Sign(seen=case.seen), twice) is DenialCode.ALREADY_SIGNED


@pytest.mark.parametrize(
    ("signers", "rule", "needed", "code"),
    [
        ((), SigningRule.ALL, 1, "nobody_named"),
        ((TYPIST, TYPIST), SigningRule.ALL, 1, "nobody_named"),
        ((TYPIST,), SigningRule.N_OF_M, 2, "nobody_named"),
        ((HEAD,), SigningRule.ALL, 1, "target_has_it"),
        ((STEWARD,), SigningRule.ALL, 1, "target_unfit"),
        ((APPLICANT,), SigningRule.ALL, 1, "target_is_applicant"),
    ],
)
def test_signers_who_cannot_be_added(
    signers: tuple[Actor, ...], rule: SigningRule, needed: int, code: str
) -> None:
    case = case_in("open")
    command = AddSigner(seen=case.seen, signers=signers, rule=rule, needed=needed)
    assert case.denied(command, HEAD) == code


# taking back


def test_what_was_narrowed_comes_back_with_the_signature() -> None:
    case = case_in("open")
    keep = Sign(
        seen=case.seen, narrow_fields=("name",), period=(TERMS.period_start, date(2027, 1, 1))
    )
    case.do(keep, HEAD)
    (event,) = case.do(TakeBack(seen=case.seen, reason="看错"), HEAD)
    assert isinstance(event, SignatureTakenBack)
    assert case.state.terms == TERMS
    assert case.state.current == 1
    assert [stage.opened_at is None for stage in case.state.stages] == [False, True, True, True]
    case.sign(HEAD, REVIEWER, STEWARD, PROVIDER_HEAD)
    assert isinstance(case.state.decision, Consented)
    assert case.state.decision.terms == TERMS


@pytest.mark.parametrize(
    "act",
    [Claim(seen=4), Consult(seen=4, office=PROVIDER, question="?"), Sign(seen=4)],
)
def test_nothing_is_taken_back_once_somebody_has_acted(act: Command) -> None:
    case = case_in("signed")
    assert case.seen == 4
    case.do(act, REVIEWER)
    assert case.denied(TakeBack(seen=case.seen), HEAD) is DenialCode.NOT_LAST_SIGNER


def test_a_reminder_and_a_copy_are_no_acts() -> None:
    case = case_in("signed")
    case.do(Urge(seen=case.seen, counts_for=date(2026, 11, 9)), APPLICANT)
    case.do(TakeBack(seen=case.seen), HEAD)


def test_the_reply_clock_stops_when_it_goes_back_to_the_requesting_side() -> None:
    case = case_in("provider")
    assert case.state.received_at == NOW
    case.do(TakeBack(seen=case.seen), REVIEWER)
    assert case.state.received_at is None
    assert case.state.status is ItemStatus.HOME_REVIEW


# opinions, reminders, more time


def test_an_opinion_never_stops_the_clock_nor_the_stage() -> None:
    case = case_in("open")
    before = deadlines(case.state, CALENDAR)
    case.do(Consult(seen=case.seen, office=PROVIDER, question="能否提供"), HEAD)
    assert deadlines(case.state, CALENDAR) == before
    case.sign(HEAD)
    case.do(Advise(seen=case.seen, text="能", agrees=True), PROVIDER_CLERK)
    (asked,) = case.state.consultations
    assert (asked.answer, asked.agrees) == ("能", True)
    assert case.denied(Advise(seen=case.seen, text="又"), PROVIDER_HEAD) == "not_consulted"


def test_one_reminder_of_each_side_counts_for_a_working_day() -> None:
    case = case_in("open")  # a Monday
    case.do(Urge(seen=case.seen, counts_for=date(2026, 11, 9)), APPLICANT)
    again = Urge(seen=case.seen, counts_for=date(2026, 11, 9))
    assert case.denied(again, APPLICANT) is DenialCode.URGED_TODAY
    case.do(Urge(seen=case.seen, counts_for=date(2026, 11, 9)), BUREAU)
    case.now = NOW + 5 * DAY  # Saturday: it counts for Monday
    case.do(Urge(seen=case.seen, counts_for=date(2026, 11, 16)), APPLICANT)
    case.now = NOW + 6 * DAY
    later = Urge(seen=case.seen, counts_for=date(2026, 11, 16))
    assert case.denied(later, APPLICANT) is DenialCode.URGED_TODAY
    case.now = NOW + 8 * DAY
    case.do(Urge(seen=case.seen, counts_for=date(2026, 11, 17)), APPLICANT)


def test_a_consented_extension_lengthens_the_reply() -> None:
    case = case_in("extending")
    before = deadlines(case.state, CALENDAR).reply
    assert before is not None
    case.do(ConsentExtension(seen=case.seen), BUREAU)
    after = deadlines(case.state, CALENDAR).reply
    assert after is not None
    assert after.on == CALENDAR.add_working_days(before.on, 5).on
    case.do(RequestExtension(seen=case.seen, days=5, reason="仍需核对"), STEWARD)
    case.do(ConsentExtension(seen=case.seen), BUREAU)
    more = RequestExtension(seen=case.seen, days=1, reason="还要")
    assert case.denied(more, STEWARD) is DenialCode.EXTENSION_USED_UP


def test_a_refused_extension_changes_no_clock() -> None:
    case = case_in("extending")
    before = deadlines(case.state, CALENDAR)
    case.do(RefuseExtension(seen=case.seen, reason="可按期办理"), BUREAU)
    assert deadlines(case.state, CALENDAR) == before


@pytest.mark.parametrize(
    ("days", "reason", "due", "code"),
    [
        (0, "x", None, "days_out_of_range"),
        (11, "x", None, "days_out_of_range"),
        (5, " ", None, "text_missing"),
        (5, "x", date(2026, 11, 6), "limit_passed"),
    ],
)
def test_more_time_within_the_law(days: int, reason: str, due: date | None, code: str) -> None:
    case = case_in("provider")
    command = RequestExtension(seen=case.seen, days=days, reason=reason, reply_due=due)
    assert case.denied(command, STEWARD) == code


def test_nobody_consents_to_their_own_extension() -> None:
    own = actor(STEWARD.person, *STEWARD.posts, *BUREAU.posts)
    case = case_in("extending")
    assert case.denied(ConsentExtension(seen=case.seen), own) is DenialCode.OWN_EXTENSION


# stricter signatures


def test_rows_period_and_masks_follow_into_the_grant() -> None:
    case = case_in("open")
    masks = (Masked("name", "redact", 6),)
    until = date(2027, 1, 31)
    narrow = Sign(
        seen=case.seen, row_region="320602001001", period=(TERMS.period_start, until), masks=masks
    )
    case.do(narrow, HEAD)
    case.sign(REVIEWER, STEWARD, PROVIDER_HEAD)
    assert isinstance(case.state.decision, Consented)
    terms = case.state.decision.terms
    assert (terms.row_region, terms.period_end, terms.masks) == ("320602001001", until, masks)


@pytest.mark.parametrize(
    "wider",
    [
        {"row_region": "320602"},
        {"row_region": "320602002"},
        {"period": (TERMS.period_start, date(2027, 12, 31))},
        {"period": (date(2026, 11, 1), TERMS.period_end)},
        {"masks": (Masked("phone", "redact", 6),)},
    ],
)
def test_nothing_gets_wider(wider: dict) -> None:
    case = case_in("open")
    assert case.denied(Sign(seen=case.seen, **wider), HEAD) is DenialCode.NARROWING_WIDENS


def test_a_mask_only_gets_stronger() -> None:
    case = case_in("open")
    case.do(Sign(seen=case.seen, masks=(Masked("name", "pseudonym", 5),)), HEAD)
    weaker = Sign(seen=case.seen, masks=(Masked("name", "name", 4),))
    assert case.denied(weaker, REVIEWER) is DenialCode.NARROWING_WIDENS
    case.do(Sign(seen=case.seen, masks=(Masked("name", "redact", 6),)), REVIEWER)
