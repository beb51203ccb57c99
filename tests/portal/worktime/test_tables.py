"""What the tables hold after migration, and which limits the database accepts."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.organisation.models import Region
from portal.worktime import access
from portal.worktime.models import CalendarYear, DeadlineRule, Holiday
from portal.worktime.sources import known_years
from tests.world import World

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 23)

LAW = [
    # rule, days, extension, article of Decree 809
    ("reply_unconditional", 1, 10, "21"),
    ("reply_conditional", 10, 10, "21"),
    ("supply_after_consent", 20, 0, "22"),
    ("correction", 10, 0, "26"),
    ("catalog_update", 10, 5, "17"),
    ("catalog_review_publish", 2, 0, "17"),
    ("home_review", 2, 0, ""),
    ("authority_review", 2, 0, ""),
]


@pytest.mark.parametrize(("rule", "days", "extension", "article"), LAW)
def test_national_limits_are_those_of_the_decree(rule, days, extension, article):
    (row,) = access.rules_in_force(rule, None, ON)

    assert (row.days, row.extension_days, row.article, row.region_id) == (
        days,
        extension,
        article,
        None,
    )
    assert row.valid_from == date(2025, 8, 1)
    assert access.limit(rule, None, ON) == (days, extension)


def test_every_rule_but_the_local_ones_has_a_national_limit():
    local = {  # the Decree names no days: regions may
        "demand_cataloguing", "objection_handling", "complaint_handling", "dispute_negotiation",
        "dispute_mediation", "dispute_decision",
    }  # fmt: skip
    national = set(DeadlineRule.objects.values_list("rule", flat=True))
    assert national == set(DeadlineRule.Rule.values) - local


def test_before_the_decree_there_is_no_limit():
    assert access.limit("reply_conditional", None, date(2025, 7, 31)) == (None, 0)


WORKING_DAYS = [
    # start, days, due: facts seen with a package that knows the State Council's notices
    (date(2025, 9, 26), 1, date(2025, 9, 28)),
    (date(2025, 9, 30), 10, date(2025, 10, 21)),
    (date(2026, 2, 13), 1, date(2026, 2, 14)),
    (date(2026, 2, 13), 10, date(2026, 3, 5)),
    (date(2026, 4, 30), 1, date(2026, 5, 6)),
]


@pytest.mark.parametrize(("start", "days", "due"), WORKING_DAYS)
def test_the_calendar_counts_as_the_notices_say(start, days, due):
    found = access.calendar().add_working_days(start, days)

    assert (found.on, found.provisional) == (due, False)


def test_the_year_without_a_notice_is_provisional():
    assert list(CalendarYear.objects.filter(published=True).order_by("year").values_list("year", flat=True)) == [
        2024, 2025, 2026,
    ]  # fmt: skip
    due = access.calendar().add_working_days(date(2026, 12, 30), 10)

    assert due.provisional
    assert not access.calendar().is_working_day(date(2027, 1, 1))


def test_make_up_days_are_weekend_days_and_holidays_have_names():
    for year in known_years(range(2024, 2027)):
        makeup = [one.day for one in year.days if one.kind == "makeup"]
        assert makeup
        assert all(day.weekday() >= 5 for day in makeup)
        assert all(one.name for one in year.days)


def test_the_calendar_is_kept_for_a_moment_and_forgotten_on_demand():
    first = access.calendar()
    Holiday.objects.create(day=date(2026, 11, 24), kind="holiday")

    assert access.calendar() is first
    access.forget()
    assert date(2026, 11, 24) in access.calendar().holidays


def rule(region: Region | None, days: int | None, **changes) -> DeadlineRule:
    facts = {
        "rule": "reply_conditional", "region": region, "days": days, "extension_days": 0,
        "article": "地方办法第八条", "valid_from": date(2026, 1, 1), **changes,
    }  # fmt: skip
    return DeadlineRule(**facts)


LOCAL = [
    # days, extension, accepted
    (5, 0, True),
    (10, 10, True),
    (11, 0, False),
    (10, 11, False),
    (None, 0, False),
]


@pytest.mark.parametrize(("days", "extension", "accepted"), LOCAL)
def test_a_region_may_only_shorten(world: World, days, extension, accepted):
    row = rule(world.regions["jiangsu"], days, extension_days=extension)
    if accepted:
        row.full_clean()
        row.save()
        return
    with pytest.raises(ValidationError, match="only shorten"):
        row.full_clean()
    with pytest.raises(IntegrityError, match="only shorten"), transaction.atomic():
        row.save()


def test_a_limit_cannot_be_lengthened_later(world: World):
    row = rule(world.regions["jiangsu"], 5)
    row.save()

    row.days = 12

    with pytest.raises(IntegrityError, match="only shorten"), transaction.atomic():
        row.save()


def test_the_law_cannot_become_shorter_than_a_region_s_limit_in_force(world: World):
    rule(world.regions["jiangsu"], 8).save()
    national = DeadlineRule.objects.get(rule="reply_conditional", region=None)

    national.days = 7

    with pytest.raises(IntegrityError, match="only shorten"), transaction.atomic():
        national.save()


def test_a_limit_from_before_the_law_may_have_been_longer(world: World):
    row = rule(
        world.regions["jiangsu"], 15, valid_from=date(2020, 1, 1), valid_until=date(2025, 8, 1)
    )
    row.full_clean()
    row.save()


def test_a_default_of_the_portal_binds_nobody(world: World):
    rule(world.regions["nantong"], 3, rule="home_review").save()

    assert access.limit("home_review", world.regions["chongchuan"], ON) == (3, 0)
    assert access.limit("home_review", world.regions["suzhou"], ON) == (2, 0)


def test_the_shortest_limit_that_binds_a_region_counts(world: World):
    rule(world.regions["jiangsu"], 5, extension_days=5).save()
    rule(world.regions["nantong"], 7).save()
    rule(world.regions["chongchuan"], 5, extension_days=2).save()
    rule(world.regions["suzhou"], 1).save()

    def found(key: str):
        return access.limit("reply_conditional", world.regions[key], ON)

    assert found("jiangsu") == (5, 5)
    assert found("nantong") == (5, 5)
    assert found("chongchuan") == (5, 2)
    assert found("hongqiao") == (5, 2)
    assert access.limit("reply_conditional", None, ON) == (10, 10)


def test_a_limit_counts_from_its_first_day_to_the_day_before_its_end(world: World):
    rule(world.regions["jiangsu"], 5, valid_until=date(2026, 6, 1)).save()

    def days(on: date):
        return access.limit("reply_conditional", world.regions["jiangsu"], on).days

    assert [days(date(2025, 12, 31)), days(date(2026, 1, 1))] == [10, 5]
    assert [days(date(2026, 5, 31)), days(date(2026, 6, 1))] == [5, 10]


def test_an_article_is_cited_in_words():
    assert access.citation("21") != "21"
    assert "21" in access.citation("21")
    assert access.citation("地方办法第八条") == "地方办法第八条"
