"""Changing the calendar: what is recorded, who is told, what is left alone."""

from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from portal.ledger.models import Entry
from portal.organisation.models import Official
from portal.worktime import access, actions, changes
from portal.worktime.models import CalendarYear, DeadlineRule, Holiday

pytestmark = pytest.mark.django_db

DAY = date(2027, 2, 20)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def sysadmin() -> Official:
    return Official.objects.create_user("sysadmin", full_name="系统管理员")


@pytest.fixture
def told() -> Iterator[list[datetime]]:
    """When the calendar was said to have changed."""
    calls: list[datetime] = []
    changes.on_calendar_change(calls.append)
    yield calls
    changes._callbacks.remove(calls.append)


def makeup(day: date = DAY) -> Holiday:
    return Holiday(day=day, kind="makeup", name="春节调休")


def entry() -> Entry:
    return Entry.objects.latest("id")


def test_setting_a_day_is_recorded_announced_and_counts_at_once(sysadmin, now, told):
    assert not access.calendar().is_working_day(DAY)

    actions.set_day(by=sysadmin, day=makeup(), now=now)

    assert access.calendar().is_working_day(DAY)
    assert told == [now]
    assert (entry().kind, entry().actor) == ("calendar.day_set", sysadmin)
    assert entry().data == {
        "before": {},
        "after": {"day": "2027-02-20", "kind": "makeup", "name": "春节调休"},
    }


def test_removing_a_day_is_recorded_and_announced(sysadmin, now, told):
    actions.set_day(by=sysadmin, day=makeup(), now=now)

    actions.remove_day(by=sysadmin, day=Holiday.objects.get(day=DAY), now=now)

    assert not access.calendar().is_working_day(DAY)
    assert told == [now, now]
    assert entry().kind == "calendar.day_removed"


def test_an_import_is_one_entry_a_year_and_one_announcement(sysadmin, now, told):
    days = [makeup(), makeup(date(2027, 9, 26)), makeup(date(2028, 1, 8))]
    Holiday.objects.bulk_create(days)

    actions.record_import(by=sysadmin, days=days, now=now)

    assert told == [now]
    kinds = list(Entry.objects.order_by("id").values_list("kind", "object_id"))
    assert kinds == [("calendar.imported", "2027"), ("calendar.imported", "2028")]


def test_publishing_a_year_ends_its_being_provisional(sysadmin, now, told):
    year = CalendarYear(year=2027, published=True, source="国务院办公厅通知")

    actions.set_year(by=sysadmin, year=year, now=now)

    assert not access.calendar().add_working_days(date(2027, 1, 4), 5).provisional
    assert told == [now]
    assert entry().data["before"]["published"] is False


def test_a_limit_is_recorded_with_its_article_and_announced(sysadmin, now, told):
    row = DeadlineRule.objects.get(rule="correction", region=None)
    row.days = 8

    actions.set_rule(by=sysadmin, rule=row, now=now)

    assert told == [now]
    assert (entry().kind, entry().article) == ("limit.set", "26")
    assert (entry().data["before"]["days"], entry().data["after"]["days"]) == (10, 8)


def test_loading_twice_changes_nothing(now, told):
    assert actions.load_calendar(range(2024, 2028), now=now) == []
    assert not Entry.objects.exists()
    assert told == []


def test_loading_repairs_a_year_that_came_from_the_package(now, told):
    Holiday.objects.filter(day__year=2026).delete()

    changed = actions.load_calendar(range(2024, 2028), now=now)

    assert [year.pk for year in changed] == [2026]
    assert Holiday.objects.filter(day__year=2026, kind="makeup").count() == 6
    assert told == [now]
    assert entry().kind == "calendar.loaded"


def test_loading_adds_a_year(now):
    (year,) = actions.load_calendar([2023], now=now)

    assert year.published
    assert Holiday.objects.filter(day=date(2023, 10, 1)).exists()


def test_loading_leaves_alone_what_people_entered(sysadmin, now):
    actions.set_day(by=sysadmin, day=makeup(), now=now)

    assert actions.load_calendar([2027], now=now) == []
    assert Holiday.objects.filter(day=DAY).exists()


def test_an_older_package_does_not_undo_what_a_newer_one_knew(now):
    CalendarYear.objects.filter(pk=2027).update(published=True, source="holidays 9.9")
    Holiday.objects.create(day=DAY, kind="makeup")

    assert actions.load_calendar([2027], now=now) == []
    assert Holiday.objects.filter(day=DAY).exists()


def test_the_command_says_what_it_found():
    out = StringIO()

    call_command("load_calendar", 2023, 2026, 2027, stdout=out)

    lines = out.getvalue().splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["2023", "changed", "published"],
        ["2026", "unchanged", "published"],
        ["2027", "unchanged", "provisional:"],
    ]
