"""The register: what is late is entered once with its article, answered, decided, never deleted."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.invariants import verify
from portal.ledger.models import Entry
from portal.organisation.models import Department
from sharing import invariants as own  # noqa: F401 - registers them
from sharing.approval.clocks import local_day
from sharing.models import Ladder, OversightEvent, OversightItem
from sharing.oversight.terms import Command, Order
from sharing.violations import Finding, access, actions, register_detector, registry
from sharing.violations.detecting import detect
from tests.sharing.oversight.conftest import days_after
from tests.world import World, granted, sign


def reply_due(item):
    return item.stages.filter(side="provider").order_by("-position").first().due_on


@pytest.fixture
def violation(world: World, at_provider) -> OversightItem:
    """The provider has not replied three working days after the limit."""
    detect(days_after(world, reply_due(at_provider), 3))
    return OversightItem.objects.get()


def do(world: World, person: str, item: OversightItem, command: Command, **facts):
    order = Order(command, facts.pop("seen", None) or OversightItem.objects.get().step_count)
    facts.setdefault("text", "说明")
    facts.setdefault("now", world.now)
    return actions.give(by=world.people[person], item_id=item.pk, order=order, **facts)


def test_a_late_reply_is_entered_when_the_ladder_says_so(world: World, at_provider, told):
    due = reply_due(at_provider)
    for days in (-1, 0, 1, 2):
        assert detect(days_after(world, due, max(days, 0)) - timedelta(days=days < 0)) == 0
    assert detect(days_after(world, due, 3)) == 1
    assert detect(days_after(world, due, 4)) == 0
    found = OversightItem.objects.get()
    assert (found.code, found.article, found.status) == ("late_reply", "39(4)", "open")
    assert found.department == world.departments["police"]
    assert found.authority == world.departments["province_bureau"]
    assert found.facts["due_on"] == due.isoformat()
    assert found.facts["days_late"] == 3
    entry = Entry.objects.get(kind="oversight.found")
    assert entry.article == "39(4)"
    assert set(entry.departments) == {found.department_id, found.authority_id}
    assert set(told("oversight.found")) == {
        "steward", "provider_office", "provider_head", "province_reviewer", "province_authority",
    }  # fmt: skip


def test_a_late_reply_is_found_after_it_was_given(world: World, at_provider):
    """Nothing ran for days; meanwhile the reply was given, too late all the same."""
    due = reply_due(at_provider)
    late = days_after(world, due, 5)
    world.now = late
    for person in ("steward", "provider_office"):
        sign(world, at_provider, person)
    assert detect(late + timedelta(days=30)) >= 1
    found = OversightItem.objects.get(code="late_reply")
    assert found.facts["done_on"] == local_day(late).isoformat()
    assert found.facts["days_late"] == 5


def test_in_time_is_no_violation(world: World, at_provider):
    world.now = days_after(world, reply_due(at_provider), 0)
    for person in ("steward", "provider_office"):
        sign(world, at_provider, person)
    detect(world.now + timedelta(days=3))
    assert not OversightItem.objects.filter(code="late_reply").exists()


def test_late_supply_and_reflux_have_their_own_articles(world: World):
    grant = granted(world)
    later = days_after(world, grant.supply_due_on, 3)
    assert detect(later - timedelta(days=1)) == 0
    assert detect(later) == 1
    assert OversightItem.objects.get().article == "39(4)"
    type(grant.item.application).objects.update(reflux=True)
    detect(later)
    assert set(OversightItem.objects.values_list("code", "article")) == {
        ("late_supply", "39(4)"), ("no_reflux", "39(5)"),
    }  # fmt: skip


def test_a_region_that_waits_longer_enters_later(world: World, at_provider):
    Ladder.objects.create(region=world.regions["jiangsu"], authority_after=6, register_after=6)
    due = reply_due(at_provider)
    assert detect(days_after(world, due, 5)) == 0
    assert detect(days_after(world, due, 6)) == 1


def test_facts_that_no_longer_hold_let_it_lapse(world: World, at_provider, violation):
    """The calendar moved the due date; with the old date the case comes back."""
    at_provider.stages.filter(side="provider").update(due_on=world.today + timedelta(days=90))
    now = world.now + timedelta(days=40)
    detect(now)
    violation.refresh_from_db()
    assert violation.status == "lapsed"
    at_provider.stages.filter(side="provider").update(due_on=world.today)
    detect(now)
    violation.refresh_from_db()
    assert violation.status == "open"
    assert [event.command for event in violation.events.all()] == ["find", "lapse", "reopen"]


def test_the_way_to_rectified(world: World, violation, told):
    day = world.today + timedelta(days=5)
    do(world, "province_reviewer", violation, Command.ASK, wanted_on=day)
    assert told("oversight.ask") == ["steward", "provider_office", "provider_head"]
    do(world, "provider_office", violation, Command.ANSWER, text="人员变动")
    assert set(told("oversight.answered")) == {"province_reviewer", "province_authority"}
    do(world, "province_authority", violation, Command.CONFIRM, wanted_on=day)
    do(world, "steward", violation, Command.ANSWER, text="已整改")
    done = do(world, "province_authority", violation, Command.RECTIFY)
    assert (done.status, done.wanted_on, done.step_count) == ("rectified", None, 6)
    events = list(OversightEvent.objects.filter(item=violation).order_by("seq"))
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert all(one.after == two.before for one, two in pairwise(events))
    kinds = Entry.objects.filter(object_id=str(violation.pk)).order_by("pk")
    assert [entry.kind.partition(".")[2] for entry in kinds] == [
        "found", "ask", "answer", "confirm", "answer", "rectify",
    ]  # fmt: skip
    assert not verify(180, world.now)
    with pytest.raises(NotAllowed) as caught:
        do(world, "province_authority", violation, Command.DISMISS)
    assert caught.value.reason == "over"


def test_who_may_do_what(world: World, violation):
    with pytest.raises(NotVisible):
        do(world, "city_reviewer", violation, Command.DISMISS)
    with pytest.raises(NotVisible):
        do(world, "clerk", violation, Command.ANSWER)
    with pytest.raises(Forbidden):
        do(world, "provider_office", violation, Command.DISMISS)
    with pytest.raises(Forbidden):
        do(world, "province_reviewer", violation, Command.ANSWER)
    with pytest.raises(Stale):
        do(world, "province_reviewer", violation, Command.DISMISS, seen=7)
    with pytest.raises(Invalid) as caught:
        do(world, "province_reviewer", violation, Command.ASK, text=" ", wanted_on=None)
    assert {fault.field for fault in caught.value.faults} == {"text", "wanted_on"}
    past = world.today - timedelta(days=1)
    with pytest.raises(Invalid):
        do(world, "province_reviewer", violation, Command.SET_DATE, wanted_on=past)
    violation.refresh_from_db()
    assert violation.step_count == 1


def test_nothing_of_a_case_is_changed_or_deleted(violation):
    for change in (
        violation.delete,
        lambda: OversightItem.objects.update(article="40(1)"),
        lambda: OversightItem.objects.update(facts={}),
        lambda: OversightEvent.objects.update(text="x"),
        lambda: OversightItem.objects.update(status="closed"),  # no violation is closed
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_nobody_judges_the_own_department(world: World):
    bureau = world.departments["province_bureau"]
    assert access.authority_over(bureau, world.today) is None
    county = world.departments["county_bureau"]
    assert access.authority_over(county, world.today) == world.departments["city_bureau"].pk
    other = world.departments["suzhou_civil"]
    Department.objects.filter(pk=world.departments["suzhou_bureau"].pk).update(
        valid_until=world.today
    )
    assert access.authority_over(other, world.today) == bureau.pk


def test_detectors_of_others(world: World, caplog):
    """A detector is asked, one that breaks does not keep the others waiting."""
    department = world.departments["police"]

    def find(now):
        del now
        yield Finding(
            key="1", department_id=department.pk, label="L", happened_on=world.today, facts={"n": 1}
        )

    def broken(now):
        raise ValueError("no")

    register_detector("test_a", article="40(5)", name="a", find=broken)
    register_detector("test_b", article="40(5)", name="b", find=find, facts={"n": "number"})
    try:
        assert detect(world.now) == 1
        assert "detector failed" in caplog.text
        assert detect(world.now) == 0
        found = OversightItem.objects.get()
        assert (found.code, found.article, found.facts) == ("test_b", "40(5)", {"n": 1})
        with pytest.raises(ImproperlyConfigured):
            register_detector("test_b", article="40(5)", name="b", find=broken)
    finally:
        for code in ("test_a", "test_b"):
            del registry._detectors[code]


def test_a_case_that_is_elsewhere_than_its_steps_is_named(world: World, violation):
    OversightItem.objects.update(step_count=2)
    assert [str(one.message) for one in verify(180, world.now)] == [
        "is not where its last step led it"
    ]
