"""The ladder: never early, only ever more, each step once, back to the start when a date moves."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.worktime.calendar import Calendar
from sharing.escalation.ladders import Ladders
from sharing.oversight.ladder import AUTHORITY, SUPERVISOR, Ladder, place, reached, steps, to_take

OCTOBER = frozenset(date(2026, 10, day) for day in range(1, 8))
CALENDAR = Calendar(OCTOBER, frozenset({date(2026, 10, 10)}), frozenset({2026}))
days = st.dates(date(2026, 9, 1), date(2026, 11, 30))


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    before = draw(st.lists(st.integers(1, 10), max_size=3, unique=True))
    first, second, third = sorted(draw(st.tuples(*[st.integers(1, 15)] * 3)))
    return Ladder(tuple(before), draw(st.booleans()), first, second, third)


@settings(max_examples=150, deadline=None)
@given(ladder=ladders(), due=days, today=days)
def test_nothing_is_overdue_before_a_working_day_has_passed(ladder: Ladder, due, today):
    found = reached(ladder, CALENDAR, due=due, today=today)
    if CALENDAR.working_days_between(due, today) < 1:
        assert all(step.days <= 0 for step in found)
        assert not {SUPERVISOR, AUTHORITY} & {step.name for step in found}
    for step in found:
        if step.days > 0:
            assert CALENDAR.working_days_between(due, today) >= step.days


@settings(max_examples=100, deadline=None)
@given(ladder=ladders(), due=days, today=days, later=st.integers(1, 40))
def test_what_was_reached_stays_reached(ladder: Ladder, due, today, later):
    now = reached(ladder, CALENDAR, due=due, today=today)
    then = reached(ladder, CALENDAR, due=due, today=today + timedelta(days=later))
    assert then[: len(now)] == now


@settings(max_examples=100, deadline=None)
@given(ladder=ladders(), due=days, today=days, moved=st.integers(1, 40))
def test_a_later_due_date_reaches_less(ladder: Ladder, due, today, moved):
    now = reached(ladder, CALENDAR, due=due, today=today)
    then = reached(ladder, CALENDAR, due=due + timedelta(days=moved), today=today)
    assert now[: len(then)] == then


@settings(max_examples=100, deadline=None)
@given(
    ladder=ladders(), due=days,
    beats=st.lists(st.integers(0, 9), min_size=1, max_size=25), start=days,
)  # fmt: skip
def test_each_step_is_taken_once_however_often_it_runs(ladder: Ladder, due, beats, start):
    """With outages between the beats: one reminder a beat at most, every escalation exactly once."""
    taken: list[str] = []
    carried_out: list[str] = []
    today = start
    for pause in beats:
        today += timedelta(days=pause)
        found = reached(ladder, CALENDAR, due=due, today=today)
        chosen = to_take(found, frozenset(taken))
        assert sum(done and step.reminds for step, done in chosen) <= 1
        taken += [step.name for step, _done in chosen]
        carried_out += [step.name for step, done in chosen if done]
        assert to_take(found, frozenset(taken)) == ()
    everything = [step.name for step in reached(ladder, CALENDAR, due=due, today=today)]
    assert taken == everything
    assert len(set(carried_out)) == len(carried_out)
    assert {SUPERVISOR, AUTHORITY} & set(everything) <= set(carried_out)


def test_days_off_after_a_due_date_make_nothing_late():
    holidays = [date(2026, 9, 30) + timedelta(days=n) for n in range(8)]
    assert [place(CALENDAR, date(2026, 9, 30), day) for day in holidays] == [0] * 8
    assert place(CALENDAR, date(2026, 9, 30), date(2026, 10, 8)) == 1
    assert place(CALENDAR, date(2026, 9, 30), date(2026, 10, 10)) == 3  # a Saturday made up
    assert place(CALENDAR, date(2026, 9, 30), date(2026, 9, 28)) == -2


def test_default_steps():
    assert [(step.name, step.days) for step in steps(Ladder())] == [
        ("before_2", -2), ("on_day", 0), ("overdue", 1), ("supervisor", 1), ("authority", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"before": (0,)}, {"supervisor": 0}, {"authority": 5}, {"supervisor": 3}]
)
def test_steps_out_of_order_are_no_ladder(wrong):
    with pytest.raises(ValueError, match=r"step|reminder"):
        Ladder(**wrong)


def test_the_nearest_region_counts_and_its_own_clock_first():
    county, city, every = (
        Ladder(register=9), Ladder(register=8), Ladder(register=7),
    )  # fmt: skip
    table = Ladders({("320613", "reply"): county, ("320600", ""): city, ("", ""): every})
    assert table.for_region("320613100", "reply") is county
    assert table.for_region("320613100", "supply") is city
    assert table.for_region("320500", "reply") is every
    assert Ladders({}).for_region("320500", "reply") == Ladder()
