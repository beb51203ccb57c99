"""Law or duties change: ten working days to update and send, five more with consent (article 17)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from catalog import actions, handover
from catalog.models import DutyChange, RequiredUpdate
from catalog.reminders import remind_of_updates
from portal.errors import Forbidden, Invalid, NotAllowed, NotVisible
from portal.organisation.models import Official
from portal.worktime.access import forget
from portal.worktime.models import DeadlineRule, Holiday
from tests.catalog.conftest import reads_english
from tests.catalog.reviewed import CONTENT, send, told
from tests.world import World

pytestmark = pytest.mark.django_db
HAPPENED = date(2026, 9, 1)
"""A Tuesday; the ten working days after it end on the 15th: there is no holiday between."""
NOW = datetime(2026, 9, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def world(world: World) -> World:
    world.now = NOW
    forget()
    return world


def change(world: World, by: str = "steward", resources=None, **fields) -> DutyChange:
    event = DutyChange(
        department=world.departments["police"],
        kind=fields.pop("kind", "law"),
        happened_on=fields.pop("happened_on", HAPPENED),
        basis=fields.pop("basis", "《中华人民共和国居民身份证法》修订"),
    )
    return actions.record_duty_change(
        by=world.people[by], event=event, resources=resources, now=NOW
    )


def codes(refused) -> set[str]:
    return {fault.code for fault in refused.value.faults}


def test_the_limit_counts_from_the_day_after_and_binds_all_published_entries(world: World):
    event = change(world)
    assert (event.limit_days, event.due_on) == (10, date(2026, 9, 15))
    assert event.updates.count() == 2
    assert told("duty.recorded") == {"provider_office", "provider_head"}
    steward = world.people["steward"]
    assert [one.event for one in handover.updates_for(steward, NOW.date())] == [event, event]
    assert not handover.updates_for(world.people["stranger"], NOW.date()).exists()


def test_the_department_and_its_authority_record_it_and_nobody_else(world: World):
    change(world, by="province_reviewer", resources=[world.address])
    for person in ("stranger", "city_reviewer", "county_office"):
        with pytest.raises(Forbidden):
            change(world, by=person)


def test_all_faults_at_once(world: World):
    with pytest.raises(Invalid) as refused:
        change(world, basis=" ", happened_on=date(2026, 9, 3), resources=[])
    assert codes(refused) == {"missing", "future"}
    assert len(refused.value.faults) == 3
    world.address.provider = world.departments["civil_affairs"]
    world.address.save(update_fields=["provider"])
    with pytest.raises(Invalid) as strange:
        change(world, resources=[world.address])
    assert codes(strange) == {"strange"}


def test_sending_the_update_stops_the_clock_and_withdrawing_does(world: World):
    event = change(world)
    draft = actions.revise(by=world.people["steward"], resource=world.resource, now=NOW)
    actions.save_draft(
        by=world.people["steward"],
        version=draft,
        content=CONTENT | {"abstract": "按新法修订。"},
        now=NOW,
    )
    assert event.updates.open().count() == 2
    review = send(world, draft)
    met = RequiredUpdate.objects.get(resource=world.resource)
    assert (met.outcome, met.review, met.done_at) == ("sent", review, NOW)
    actions.withdraw(by=world.people["steward"], resource=world.address, reason="职责取消", now=NOW)
    assert RequiredUpdate.objects.get(resource=world.address).outcome == "withdrawn"
    assert not event.updates.open().exists()


def test_five_more_days_once_with_the_authoritys_consent(world: World):
    event = change(world)
    with pytest.raises(Forbidden):
        actions.ask_for_extension(
            by=world.people["province_reviewer"], event=event, reason="x", now=NOW
        )
    steward, reviewer = world.people["steward"], world.people["province_reviewer"]
    with pytest.raises(Invalid):
        actions.ask_for_extension(by=steward, event=event, reason=" ", now=NOW)
    actions.ask_for_extension(by=steward, event=event, reason="系统改造", now=NOW)
    assert told("duty.extension_asked") == {"province_reviewer", "province_authority"}
    event.refresh_from_db()
    assert event.due_on == date(2026, 9, 15)
    for person in ("steward", "city_reviewer"):
        with pytest.raises(Forbidden):
            answer(world, event, world.people[person])
    answered = answer(world, event, reviewer)
    assert answered.due_on == date(2026, 9, 21)  # Sunday the 20th is a working day
    with pytest.raises(NotAllowed):
        actions.ask_for_extension(by=steward, event=event, reason="还要", now=NOW)
    with pytest.raises(NotAllowed):
        answer(world, event, reviewer)


def answer(world: World, event: DutyChange, by: Official, *, granted: bool = True) -> DutyChange:
    return actions.answer_extension(by=by, event=event, granted=granted, text="", now=NOW)


def test_no_extension_after_the_limit_and_no_refusal_without_grounds(world: World):
    event = change(world)
    with pytest.raises(NotAllowed) as late:
        actions.ask_for_extension(
            by=world.people["steward"], event=event, reason="晚了", now=NOW + timedelta(days=14)
        )
    assert late.value.reason == "late"
    actions.ask_for_extension(by=world.people["steward"], event=event, reason="忙", now=NOW)
    with pytest.raises(Invalid):
        answer(world, event, world.people["province_reviewer"], granted=False)


def test_the_limit_is_data_and_the_calendar_moves_it(world: World):
    event = change(world)
    Holiday.objects.create(day=date(2026, 9, 7), kind="holiday", name="临时放假")
    forget()
    assert actions.recompute_update_deadlines(NOW) == 1
    event.refresh_from_db()
    assert event.due_on == date(2026, 9, 16)
    DeadlineRule.objects.create(
        rule="catalog_update", region=world.regions["jiangsu"], days=5, extension_days=0,
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    assert actions.recompute_update_deadlines(NOW) == 1
    event.refresh_from_db()
    assert (event.due_on, event.limit_days) == (date(2026, 9, 9), 5)
    with pytest.raises(NotAllowed) as none:
        actions.ask_for_extension(by=world.people["steward"], event=event, reason="忙", now=NOW)
    assert none.value.reason == "none"


def test_people_are_reminded_before_and_after_the_limit_once_a_day(world: World):
    change(world)
    assert remind_of_updates(NOW) == 0
    before = NOW.replace(day=11)
    assert remind_of_updates(before) == 3
    assert remind_of_updates(before) == 0
    assert told("duty.due_soon") == {"steward", "provider_office", "provider_head"}
    assert remind_of_updates(NOW.replace(day=16)) == 3
    assert told("duty.overdue") == told("duty.due_soon")


def page_of(world: World, person: str) -> Client:
    client = Client()
    client.force_login(reads_english(world.people[person]))
    return client


def test_pages(world: World):
    client = page_of(world, "steward")
    new = reverse("catalog:record_duty")
    assert client.get(new).status_code == 200
    wrong = client.post(new, {"department": "江苏省公安厅"})
    assert wrong.status_code == 422
    posted = {
        "department": "江苏省公安厅", "kind": "duty", "happened_on": "2026-09-01",
        "basis": "苏编办发〔2026〕9号", "entries": "some", "codes": world.address.code,
    }  # fmt: skip
    assert client.post(new, posted).status_code == 302
    event = DutyChange.objects.get()
    assert [one.resource for one in event.updates.all()] == [world.address]
    page = reverse("catalog:duty", args=[event.pk])
    assert "苏编办发〔2026〕9号" in client.get(page).content.decode()
    entry = client.get(reverse("catalog:entry", args=[world.address.pk])).content.decode()
    assert "Update this entry and send it for review" in entry
    assert "To be updated in time" in client.get(reverse("catalog:drafts")).content.decode()
    assert "苏编办发〔2026〕9号" in client.get(reverse("catalog:duties")).content.decode()
    assert page_of(world, "stranger").get(page).status_code == 404
    with pytest.raises(NotVisible):
        handover.get_duty(world.people["stranger"], event.pk, NOW.date())
    other = page_of(world, "stranger").get(reverse("catalog:entry", args=[world.address.pk]))
    assert "Update this entry" not in other.content.decode()
    assert page_of(world, "stranger").get(new).status_code == 403


def test_an_authority_sees_the_changes_of_its_region_and_of_no_other(world: World):
    event = change(world, resources=[world.address])
    seen = handover.duties_visible_to
    assert list(seen(world.people["province_reviewer"], NOW.date())) == [event]
    for person in ("city_reviewer", "county_reviewer", "stranger"):
        assert not seen(world.people[person], NOW.date()).exists()
