"""From the reminder to the supervision of the authority, for a stage that nobody signs."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.organisation.models import Role
from portal.worktime.access import calendar
from portal.worktime.actions import calendar_changed
from portal.worktime.models import Holiday
from sharing import actions
from sharing.approval.clocks import local_day
from sharing.escalation.climbing import climb
from sharing.models import Grant, ItemStage, Ladder, LadderStep, OversightItem
from sharing.reminders import remind
from tests.sharing.oversight.conftest import days_after
from tests.sharing.test_races import at_once
from tests.world import World, granted, hire, sign, submitted_item

OWN = "stage"


@pytest.fixture
def stalled(world: World) -> ItemStage:
    """The first stage of an application: with the head of the sub-district's sharing office."""
    hire(world, "director", "subdistrict", Role.DEPARTMENT_HEAD)
    return submitted_item(world).stages.get(position=1)


def test_every_step_on_its_day_and_once(world: World, stalled: ItemStage, told):
    due = stalled.due_on
    Ladder.objects.update(remind_before=[1], supervisor_after=1, authority_after=2)
    for days, kind, people in [
        (0, "item.due_soon", ["office_head"]),
        (1, "item.overdue", ["office_head"]),
        (1, "clock.supervisor", ["director"]),
    ]:
        now = days_after(world, due, days)
        climb(now)
        before = Notice.objects.count()
        assert climb(now + timedelta(hours=1)) == 0
        assert Notice.objects.count() == before
        assert told(kind) == people
    assert not OversightItem.objects.exists()
    climb(days_after(world, due, 2))
    case = OversightItem.objects.get()
    assert (case.kind, case.article, case.status) == ("supervision", "29", "open")
    assert case.department.name == "虹桥街道办事处"
    assert case.authority.name == "崇川区数据局"  # a sub-district has none: the county's
    assert case.facts["days_late"] == 2
    assert set(told("oversight.found")) == {
        "office_head", "director", "county_reviewer", "county_authority",
    }  # fmt: skip
    assert Entry.objects.filter(kind="oversight.found", object_id=str(case.pk)).count() == 1
    climb(days_after(world, due, 9))
    assert OversightItem.objects.count() == 1


def test_after_an_outage_one_reminder_and_every_escalation(world: World, stalled, told):
    climb(days_after(world, stalled.due_on, 6))
    assert told("item.due_soon") == []
    assert told("item.overdue") == ["office_head"]
    assert told("clock.supervisor") == ["director"]
    assert OversightItem.objects.count() == 1
    rows = LadderStep.objects.filter(clock=OWN).order_by("pk")
    assert [(row.step, row.told) for row in rows] == [
        ("before_2", 0), ("on_day", 0), ("overdue", 1), ("supervisor", 1), ("authority", 1),
    ]  # fmt: skip


def test_many_at_once_make_one_notice(world: World, told):
    from sharing.escalation.registry import Clock, Subject, clocks, register_clock

    office = world.departments["subdistrict"]
    due = world.today - timedelta(days=30)
    many = Clock("test_many", "many", lambda wanted: [
        Subject(
            key=str(number), due_on=due, office_id=office.pk, region_id=office.region_id,
            roles=(Role.SHARING_OFFICE_HEAD,), number=f"N-{number}", title="t", url="/",
        )
        for number in range(7)
        if wanted.keys is None or str(number) in wanted.keys
    ])  # fmt: skip
    register_clock(many)
    try:
        climb(world.now)
        assert told("clock.many_late") == ["office_head"]
        assert not told("clock.overdue")
        assert OversightItem.objects.count() == 7
        assert sorted(set(told("oversight.many"))) == [
            "county_authority", "county_reviewer", "office_head",
        ]  # fmt: skip
    finally:
        from sharing.escalation import registry

        del registry._clocks["test_many"]
    assert many not in clocks()


def test_a_holiday_moves_the_ladder_back(world: World, stalled: ItemStage, told):
    """Recomputed because the calendar changed: the supervision lapses, the ladder starts anew."""
    due, now = stalled.due_on, days_after(world, stalled.due_on, 3)
    climb(now)
    case = OversightItem.objects.get()
    day = local_day(stalled.opened_at)
    for _n in range(6):
        day = calendar().next_working_day(day)
        Holiday.objects.create(day=day, kind="holiday", name="t")
    calendar_changed(now)
    assert actions.recompute_deadlines(now) == 1
    stalled.refresh_from_db()
    assert stalled.due_on > due
    assert stalled.due_on >= local_day(now)
    climb(now)
    case.refresh_from_db()
    assert case.status == "lapsed"
    assert [event.command for event in case.events.all()] == ["find", "lapse"]
    climb(days_after(world, stalled.due_on, 2))
    case.refresh_from_db()
    assert case.status == "open"
    assert told("item.overdue") == ["office_head", "office_head"]
    assert {row.due_on for row in LadderStep.objects.filter(clock=OWN, step="overdue")} == {
        due, stalled.due_on,
    }  # fmt: skip


def test_what_is_done_before_anybody_asked_needs_no_decision(world: World, stalled):
    late = days_after(world, stalled.due_on, 4)
    climb(late)
    sign(world, stalled.item, "office_head")
    climb(late)
    assert OversightItem.objects.get(key__contains=":1:").status == "lapsed"


def test_nobody_above_is_noted_and_the_next_step_comes(world: World, told):
    """The sub-district has no head of department here."""
    stage = submitted_item(world).stages.get(position=1)
    climb(days_after(world, stage.due_on, 2))
    assert told("clock.supervisor") == []
    assert LadderStep.objects.get(step="supervisor").told == 0
    assert OversightItem.objects.count() == 1


def test_an_authority_is_supervised_by_the_one_above(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head")
    stage = item.stages.get(position=2)
    climb(days_after(world, stage.due_on, 2))
    case = OversightItem.objects.get()
    assert (case.department.name, case.authority.name) == ("崇川区数据局", "南通市数据局")


def test_supply_is_reminded_of_too(world: World, told):
    grant = granted(world)
    assert grant.status == "provisioning"
    remind(world.now)
    assert told("grant.supply_due") == []
    remind(days_after(world, grant.supply_due_on, 0))
    assert told("grant.supply_due") == ["steward"]
    remind(days_after(world, grant.supply_due_on, 1))
    assert told("grant.supply_overdue") == ["steward"]
    assert Grant.objects.get().supply_due_on == grant.supply_due_on


def test_a_region_may_have_its_own_ladder(world: World, stalled: ItemStage):
    Ladder.objects.create(
        region=world.regions["chongchuan"], clock=OWN, remind_before=[], remind_on_day=False,
        supervisor_after=4, authority_after=5, register_after=5,
    )  # fmt: skip
    climb(days_after(world, stalled.due_on, 4))
    assert set(LadderStep.objects.values_list("step", flat=True)) == {"overdue", "supervisor"}


def test_the_database_keeps_ladders_in_order(world: World):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ladder.objects.create(clock="x", supervisor_after=3, authority_after=2, register_after=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ladder.objects.create(clock="", supervisor_after=1)  # a second default


def test_two_beats_at_once_take_each_step_once(live_world: World):
    stage = submitted_item(live_world).stages.get(position=1)
    now = days_after(live_world, stage.due_on, 5)
    results = at_once(*(lambda: remind(now) for _n in range(3)))
    assert sorted(results)[:2] == [0, 0]
    assert OversightItem.objects.filter(kind="supervision").count() == 1
    assert Notice.objects.filter(kind="item.overdue").count() == 1
    assert Entry.objects.filter(kind="oversight.found").count() == 1
