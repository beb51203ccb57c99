"""A year's notice: read from a list or a file, previewed with what moves, published once."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.errors import Invalid
from portal.invariants import verify
from portal.ledger.models import Entry
from portal.spreadsheets import write_rows
from portal.worktime import access, actions
from portal.worktime.models import CalendarYear, Holiday
from portal.worktime.table import read_table, text_of_file
from sharing import actions as sharing
from sharing import invariants as own  # noqa: F401 - registers them
from sharing.actions.deadlines import preview
from sharing.models import ApplicationItem, Grant
from tests.world import World, granted, submitted_item

PAGE = "/admin/worktime/calendaryear/notice/"


def test_lines_as_people_write_them():
    days = read_table(
        "日期,类别,名称\n2027-10-01~2027-10-03 放假 国庆节\n2027年10月9日，上班，国庆节\n\n2027/1/1,holiday,元旦",
        2027,
    )
    assert [(str(day.day), day.kind, day.name) for day in days] == [
        ("2027-01-01", "holiday", "元旦"),
        ("2027-10-01", "holiday", "国庆节"),
        ("2027-10-02", "holiday", "国庆节"),
        ("2027-10-03", "holiday", "国庆节"),
        ("2027-10-09", "makeup", "国庆节"),
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("2027-02-30 放假", 1),
        ("2027-01-01 what", 1),
        ("2026-12-31 放假 元旦", 1),
        ("2027-01-01 放假\n2027-01-01 上班\nx 1\n2027-03-01~2027-06-01 放假 x", 3),
    ],
)
def test_every_mistake_is_named_with_its_line(text, count):
    with pytest.raises(Invalid) as caught:
        read_table(text, 2027)
    assert len(caught.value.faults) == count
    assert all(fault.remedy for fault in caught.value.faults)


def test_files_of_every_kind():
    rows = [["日期", "类别", "名称"], [date(2027, 1, 1), "放假", "元旦"]]
    for content in (
        write_rows(rows),
        "日期,类别,名称\n2027-01-01,放假,元旦".encode("gb18030"),
        "2027-01-01,放假,元旦".encode("utf-8-sig"),
    ):
        assert [day.day for day in read_table(text_of_file(content), 2027)] == [date(2027, 1, 1)]
    with pytest.raises(Invalid):
        text_of_file(b"PK\x03\x04nothing")


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.people["sysadmin"])
    client.cookies["language"] = "en"
    return client


def test_preview_then_publish(world: World, client: Client):
    item = submitted_item(world)
    due, year = item.stages.get(position=1).due_on, world.today.year
    lines = f"{due} 放假 试"
    posted = {"year": year, "source": "国办发明电〔2026〕1号", "text": lines}
    text = client.post(PAGE, posted).content.decode()
    assert item.application.number in text
    assert not Holiday.objects.filter(day=due).exists()
    response = client.post(PAGE, {**posted, "publish": "1"})
    assert response.status_code == 302
    assert not access.read_calendar().is_working_day(due)
    assert CalendarYear.objects.get(pk=year).by_hand
    assert Entry.objects.filter(kind="calendar.year_published").count() == 1
    sharing.recompute_deadlines(world.now)
    item.refresh_from_db()
    assert item.due_on > due
    wrong = client.post(PAGE, {**posted, "text": "2020-01-01 放假 x\nzzz 1"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count("行无法识别") + wrong.content.decode().count("Line ") >= 1
    upload = SimpleUploadedFile("days.csv", lines.encode())
    assert client.post(PAGE, {**posted, "text": "", "file": upload}).status_code == 200


@pytest.mark.parametrize("person", ["steward", "clerk"])
def test_only_the_system_administrator_publishes(world: World, person: str):
    client = Client()
    client.force_login(world.people[person])
    assert client.get(PAGE, follow=False).status_code in {302, 403, 404}
    assert client.post(PAGE, {"year": 2027}).status_code in {302, 403, 404}


def test_publishing_moves_supply_dates_and_decided_stages(world: World):
    """What is provisional becomes certain when its year comes out; history follows as well."""
    grant = granted(world)
    due, end = grant.supply_due_on, access.read_calendar()
    calendar = actions.with_year(end, due.year, [Holiday(day=due, kind="holiday", name="x")])
    moved = [one for one in preview(calendar) if grant.number in one.label]
    assert [one.before for one in moved] == [due]
    days = [Holiday(day=due, kind="holiday", name="x")]
    actions.publish_year(
        by=world.people["sysadmin"], year=due.year, days=days, source="s", now=world.now
    )
    access.forget()
    assert sharing.recompute_deadlines(world.now) >= 1
    fresh = Grant.objects.get()
    assert fresh.supply_due_on == moved[0].after
    assert fresh.supply_provisional is False or fresh.supply_due_on.year != due.year
    entry = Entry.objects.get(kind="deadline.moved", object_type="sharing.grant")
    assert entry.article == "22"
    assert sharing.recompute_deadlines(world.now) == 0
    assert not verify(31, world.now)
    assert ApplicationItem.objects.get().status == "consented"
