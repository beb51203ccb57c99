"""The desk, a case, the subscriptions, REST: for both sides, and for nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sharing.models import CalendarFeed, OversightItem
from sharing.violations.detecting import detect
from tests.sharing.api.conftest import call  # noqa: F401 - fixture
from tests.sharing.oversight.conftest import days_after
from tests.sharing.pages.conftest import enter  # noqa: F401 - fixture
from tests.world import World


@pytest.fixture
def violation(world: World, at_provider) -> OversightItem:
    due = at_provider.stages.filter(side="provider").order_by("-position").first().due_on
    detect(days_after(world, due, 3))
    return OversightItem.objects.get()


DESK = "/oversight/"


@pytest.mark.parametrize(
    ("person", "tab", "shown"),
    [
        ("province_reviewer", "", True),
        ("province_reviewer", "authority", True),
        ("province_reviewer", "department", False),
        ("steward", "department", True),
        ("steward", "", False),  # nothing was asked yet
        ("clerk", "department", False),
        ("city_authority", "authority", False),
    ],
)
def test_who_finds_it_where(enter, violation, person, tab, shown):  # noqa: F811
    page = enter(person).get(f"{DESK}?show={tab}").content.decode()
    assert (violation.number in page) is shown


def test_filters_and_bad_ones(enter, violation):  # noqa: F811
    client = enter("province_reviewer")
    both = client.get(f"{DESK}?show=authority&kind=violation&code=late_reply").content.decode()
    assert violation.number in both
    assert "Decree 809, article 39, item 4" in both
    none = client.get(f"{DESK}?show=authority&kind=supervision").content.decode()
    assert violation.number not in none
    assert client.get(f"{DESK}?show=x&kind=%00&page=-1&code=zz").status_code == 200


def test_asking_and_answering_in_chinese(world: World, enter, violation):  # noqa: F811
    url = reverse("sharing:oversight_case", args=[violation.pk])
    authority = enter("province_reviewer")
    empty = authority.post(url, {"seen": 1, "command": "ask", "text": ""})
    assert empty.status_code == 422
    assert empty.content.decode().count("The day is missing.") >= 1
    assert "The text is missing." in empty.content.decode()
    day = (world.today + timedelta(days=7)).isoformat()
    asked = {"seen": 1, "command": "ask", "text": "请说明原因", "wanted_on": day}
    assert authority.post(url, asked).status_code == 302
    stale = authority.post(url, asked)
    assert stale.status_code == 422
    assert "请说明原因" in stale.content.decode()
    assert "Somebody has done something" in stale.content.decode()
    steward = enter("steward")
    assert "Dismiss" not in steward.get(url).content.decode()
    forged = steward.post(url, {"seen": 2, "command": "dismiss", "text": "x"})
    assert forged.status_code == 422
    assert steward.post(url, {"seen": 2, "command": "answer", "text": "已催办"}).status_code == 302
    violation.refresh_from_db()
    assert violation.status == "answered"
    assert enter("steward", "zh-hans").get(url).status_code == 200


@pytest.mark.parametrize("person", ["clerk", "city_reviewer", "stranger", "sysadmin"])
def test_for_others_it_does_not_exist(enter, violation, person):  # noqa: F811
    url = reverse("sharing:oversight_case", args=[violation.pk])
    client = enter(person)
    assert client.get(url).status_code == 404
    assert client.post(url, {"seen": 1, "command": "dismiss", "text": "x"}).status_code == 404


def test_home_tells_the_authority(enter, violation):  # noqa: F811
    assert violation.label in enter("province_reviewer").get("/").content.decode()
    assert violation.label not in enter("clerk").get("/").content.decode()


def test_subscribing_by_page(enter, world: World):  # noqa: F811
    client = enter("clerk")
    assert "No addresses yet" in client.get("/calendars/").content.decode()
    page = client.post("/calendars/", {"name": "电话", "language": "zh-hans"})
    feed = CalendarFeed.objects.get()
    assert f"/calendars/gc_{feed.prefix}_" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    later = client.get("/calendars/").content.decode()
    assert f"/calendars/gc_{feed.prefix}_" not in later
    assert client.post("/calendars/", {"name": "", "language": "zh-hans"}).status_code == 422
    other = enter("stranger")
    assert other.post(f"/calendars/{feed.pk}/revoke/").status_code == 404
    assert client.post(f"/calendars/{feed.pk}/revoke/").status_code == 302
    feed.refresh_from_db()
    assert feed.revoked_at is not None


def test_rest(call, violation):  # noqa: F811
    answer = call("province_reviewer", "GET", "/api/v1/oversight/?kind=violation&code=late_reply")
    rows = answer.json()["results"]
    assert [row["number"] for row in rows] == [violation.number]
    assert rows[0]["article"] == "39(4)"
    one = call("steward", "GET", f"/api/v1/oversight/{violation.pk}/").json()
    assert [event["command"] for event in one["events"]] == ["find"]
    assert one["commands"]["answer"]["allowed"] is True
    assert one["commands"]["dismiss"]["code"] == "other_part"
    assert call("clerk", "GET", f"/api/v1/oversight/{violation.pk}/").status_code == 404
    assert call("clerk", "GET", "/api/v1/oversight/").json()["results"] == []
    assert call("steward", "GET", "/api/v1/oversight/?status=zz").status_code == 422
