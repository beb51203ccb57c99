"""Due dates: cumulative before submission, real afterwards, and what a supplement does to them."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from portal.worktime.calendar import Calendar, Due
from sharing.approval.clocks import (
    BEIJING,
    Elapsed,
    StageDue,
    Timetable,
    deadlines,
    elapsed,
    local_day,
    preview,
)
from sharing.approval.commands import Refuse, Resubmit, Withdraw
from sharing.approval.state import drafted
from sharing.approval.terms import (
    Lane,
    Plan,
    RefusalCode,
    Role,
    StageKind,
    SupplementClock,
)
from tests.sharing.approval.cases import (
    APPLICANT,
    CHEN,
    CONSENT_STAGE,
    COUNTY_STAGE,
    HEAD,
    HOME_STAGE,
    PLAN,
    PROVIDER,
    PROVIDER_HEAD,
    REVIEWER,
    STEWARD,
    STEWARD_STAGE,
    TERMS,
    TOWNSHIP,
    Case,
    plan,
    stage,
)

CALENDAR = Calendar(frozenset({date(2027, 1, 1)}), frozenset(), frozenset({2026}))


def at(day: int, hour: int = 10, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BEIJING)


def november(day: int) -> Due:
    return Due(date(2026, 11, day), provisional=False)


def december(day: int) -> Due:
    return Due(date(2026, 12, day), provisional=False)


def dues(timetable: Timetable) -> list[Due | None]:
    return [row.due for row in timetable.stages]


def case_of(chain: Plan = PLAN) -> Case:
    """Submitted on Monday 9 November 2026."""
    return Case(chain, now=at(9)).submit()


def at_provider(chain: Plan = PLAN) -> Case:
    """Received by the provider on Tuesday 17 November 2026."""
    case = case_of(chain).sign(HEAD)
    case.now = at(17)
    return case.sign(REVIEWER)


def test_a_day_begins_at_midnight_in_beijing() -> None:
    assert local_day(datetime.fromisoformat("2026-11-09T15:59:59+00:00")) == date(2026, 11, 9)
    assert local_day(datetime.fromisoformat("2026-11-09T16:00:00+00:00")) == date(2026, 11, 10)


def test_preview_adds_up_the_limits() -> None:
    timetable = preview(PLAN, CALENDAR, date(2026, 11, 9))
    assert dues(timetable) == [november(11), november(13), november(23), november(27)]
    assert all(row.projected for row in timetable.stages)
    assert timetable.reply == november(27)
    assert timetable.supply == december(25)


def test_preview_is_what_submission_starts() -> None:
    assert dues(deadlines(case_of().state, CALENDAR)) == dues(
        preview(PLAN, CALENDAR, date(2026, 11, 9))
    )


def test_a_supply_date_in_an_unpublished_year_is_provisional() -> None:
    assert preview(PLAN, CALENDAR, date(2026, 11, 23)).supply == Due(
        date(2027, 1, 11), provisional=True
    )


def test_open_stages_count_from_the_day_they_opened() -> None:
    case = case_of()
    case.now = at(10)
    case.sign(HEAD)
    timetable = deadlines(case.state, CALENDAR)
    assert timetable.at(1) == StageDue(position=1, opened_on=date(2026, 11, 9), due=november(11))
    assert timetable.at(2) == StageDue(position=2, opened_on=date(2026, 11, 10), due=november(12))
    assert timetable.at(3) == StageDue(position=3, opened_on=None, due=november(20), projected=True)


def test_provider_stages_share_one_limit() -> None:
    case = at_provider()
    assert dues(deadlines(case.state, CALENDAR))[2:] == [november(25), december(1)]
    case.now = at(18)
    case.sign(STEWARD)  # five days early: the head has them, and no more
    timetable = deadlines(case.state, CALENDAR)
    assert dues(timetable)[2:] == [november(25), december(1)]
    assert timetable.reply == december(1)
    assert timetable.at(4).opened_on == date(2026, 11, 18)


def test_a_late_signature_does_not_extend_the_reply_limit() -> None:
    case = at_provider()
    case.now = at(30)
    case.sign(STEWARD)
    assert deadlines(case.state, CALENDAR).reply == december(1)


def test_supply_counts_from_the_consent() -> None:
    case = at_provider()
    case.now = at(20)
    case.sign(STEWARD, PROVIDER_HEAD)
    assert deadlines(case.state, CALENDAR).supply == december(18)


def test_no_supply_after_a_no() -> None:
    refused, withdrawn = case_of(), case_of()
    refused.do(Refuse(seen=refused.seen, code=RefusalCode.OTHER, text="no"), HEAD)
    withdrawn.do(Withdraw(seen=withdrawn.seen), APPLICANT)
    for case in (refused, withdrawn):
        timetable = deadlines(case.state, CALENDAR)
        assert timetable.supply is None
        assert dues(timetable) == [november(11), None, None, None]


def test_changing_the_calendar_moves_open_dates() -> None:
    case = case_of()
    holiday = replace(CALENDAR, holidays=frozenset({date(2026, 11, 10)}))
    assert deadlines(case.state, CALENDAR).at(1).due == november(11)
    assert deadlines(case.state, holiday).at(1).due == november(12)


def test_local_steps_without_limit() -> None:
    free = plan(replace(HOME_STAGE, limit_days=None), COUNTY_STAGE, CONSENT_STAGE)
    timetable = preview(free, CALENDAR, date(2026, 11, 9))
    assert dues(timetable) == [None, november(11), november(17)]
    assert dues(deadlines(case_of(free).state, CALENDAR)) == dues(timetable)


def test_who_is_only_told_has_no_limit_and_takes_no_time() -> None:
    told = stage(PROVIDER, Role.STEWARD, kind=StageKind.NOTIFY)
    by_rule = plan(HOME_STAGE, told, lane=Lane.UNCONDITIONAL)
    timetable = preview(by_rule, CALENDAR, date(2026, 11, 9))
    assert dues(timetable) == [november(11), None]
    assert timetable.reply is None
    assert timetable.supply == december(9)
    case = case_of(by_rule).sign(HEAD)
    assert deadlines(case.state, CALENDAR).supply == december(7)


def test_a_draft_has_no_deadlines() -> None:
    with pytest.raises(ValueError, match="nothing was submitted"):
        deadlines(drafted(CHEN, TOWNSHIP), CALENDAR)


# Supplement


def paused(clock: SupplementClock = SupplementClock.PAUSES) -> Case:
    """Asked on Monday 23 November: four of the steward's six days, of the reply's ten, are used."""
    case = at_provider(replace(PLAN, supplement_clock=clock))
    case.now = at(23)
    return case.ask_supplement(STEWARD)


def test_the_clock_stands_still_while_a_supplement_is_awaited() -> None:
    timetable = deadlines(paused().state, CALENDAR)
    assert timetable.at(3) == StageDue(
        position=3, opened_on=date(2026, 11, 17), due=None, remaining=2
    )
    assert timetable.at(4) == StageDue(
        position=4, opened_on=None, due=None, projected=True, remaining=6
    )
    assert (timetable.reply, timetable.supply) == (None, None)
    assert dues(timetable)[:2] == [november(11), november(11)]  # closed before, not touched


def test_the_day_of_the_answer_does_not_count() -> None:
    case = paused()
    case.now = at(25)
    timetable = deadlines(case.explain().state, CALENDAR)
    assert dues(timetable)[2:] == [november(27), december(3)]


def test_an_answer_on_the_same_day_costs_nothing() -> None:
    case = paused()
    case.now = at(23, hour=17)
    assert dues(deadlines(case.explain().state, CALENDAR))[2:] == [november(25), december(1)]


def test_a_weekend_within_a_pause_costs_nothing() -> None:
    case = at_provider()
    case.now = at(20)  # Friday
    case.ask_supplement(STEWARD)
    case.now = at(22)  # Sunday
    assert dues(deadlines(case.explain().state, CALENDAR))[2:] == [november(25), december(1)]


def test_stages_that_follow_a_pause_are_projected_from_it() -> None:
    case = case_of().ask_supplement(HEAD)
    waiting = deadlines(case.state, CALENDAR)
    assert waiting.at(1).remaining == 2
    assert [(row.due, row.remaining) for row in waiting.stages[1:]] == [(None, None)] * 3
    case.now = at(11)
    assert dues(deadlines(case.explain().state, CALENDAR))[:2] == [november(13), november(17)]


def test_a_limit_that_had_run_out_is_not_revived() -> None:
    for clock in (SupplementClock.PAUSES, SupplementClock.RESTARTS):
        case = case_of(replace(PLAN, supplement_clock=clock))
        case.now = at(16)
        case.ask_supplement(HEAD)
        assert deadlines(case.state, CALENDAR).at(1).due == november(11)
        case.now = at(18)
        assert deadlines(case.explain().state, CALENDAR).at(1).due == november(11)


def test_a_notice_on_the_last_day_leaves_a_day() -> None:
    case = case_of()
    case.now = at(11, hour=17)
    case.ask_supplement(HEAD)
    assert deadlines(case.state, CALENDAR).at(1).remaining == 1
    case.now = at(18)
    assert deadlines(case.explain().state, CALENDAR).at(1).due == november(19)


def test_a_pause_does_not_move_a_limit_that_had_ended() -> None:
    case = case_of().sign(HEAD)
    case.now = at(10)
    case.ask_supplement(REVIEWER)
    case.now = at(16)
    assert dues(deadlines(case.explain().state, CALENDAR))[:2] == [november(11), november(17)]


def test_a_policy_may_let_the_clock_run() -> None:
    case = paused(SupplementClock.RUNS)
    assert dues(deadlines(case.state, CALENDAR))[2:] == [november(25), december(1)]
    case.now = at(25)
    assert dues(deadlines(case.explain().state, CALENDAR))[2:] == [november(25), december(1)]


def test_a_policy_may_start_the_clock_anew() -> None:
    case = paused(SupplementClock.RESTARTS)
    assert deadlines(case.state, CALENDAR).at(3).remaining == 6
    case.now = at(25)
    assert dues(deadlines(case.explain().state, CALENDAR))[2:] == [december(3), december(9)]


def test_other_terms_start_every_clock_anew() -> None:
    case = paused()
    case.now = at(25)
    case.do(
        Resubmit(seen=case.seen, terms=replace(TERMS, mode="api"), content_hash="h", plan=PLAN),
        APPLICANT,
    )
    timetable = deadlines(case.state, CALENDAR)
    assert timetable.at(1) == StageDue(position=1, opened_on=date(2026, 11, 25), due=november(27))
    case.now = at(26)
    case.sign(HEAD, REVIEWER)
    assert dues(deadlines(case.state, CALENDAR))[2:] == [december(4), december(10)]


def test_a_case_withdrawn_during_a_supplement_keeps_what_was_left() -> None:
    case = paused()
    case.do(Withdraw(seen=case.seen), APPLICANT)
    assert deadlines(case.state, CALENDAR).at(3).remaining == 2


def test_elapsed_days_leave_out_pauses() -> None:
    case = paused()
    case.now = at(25)
    state = case.explain().state
    whole = elapsed(state, CALENDAR, since=at(9), until=at(26))
    assert whole == Elapsed(counted=11, paused=2)
    assert elapsed(state, CALENDAR, since=at(17), until=at(24)) == Elapsed(4, 1)
    assert elapsed(state, CALENDAR, since=at(9), until=at(20)) == Elapsed(9, 0)
    still = paused().state
    assert elapsed(still, CALENDAR, since=at(17), until=at(25)) == Elapsed(4, 2)
    running = paused(SupplementClock.RUNS).state
    assert elapsed(running, CALENDAR, since=at(17), until=at(25)) == Elapsed(6, 0)


def test_shares_of_nothing_end_with_the_stage_before() -> None:
    """One day for two stages: both must be done on it."""
    one_day = plan(
        HOME_STAGE, replace(STEWARD_STAGE, limit_days=1), replace(CONSENT_STAGE, limit_days=0)
    )
    assert dues(preview(one_day, CALENDAR, date(2026, 11, 9)))[1:] == [november(12), november(12)]
