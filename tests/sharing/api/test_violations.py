"""Steps on supervision and violations over REST: both sides, nobody else, nothing stale."""

from datetime import timedelta

import pytest

from sharing.models import OversightItem
from sharing.violations.detecting import detect
from tests.sharing.oversight.conftest import at_provider, days_after  # noqa: F401 - fixture
from tests.world import World

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def violation(world: World, at_provider) -> OversightItem:  # noqa: F811
    due = at_provider.stages.filter(side="provider").order_by("-position").first().due_on
    detect(days_after(world, due, 3))
    return OversightItem.objects.get()


@pytest.fixture
def order(call, violation):
    def send(person: str, command: str, seen: int, text: str = "说明", **more: object):
        body = {"command": command, "seen": seen, "text": text, **more}
        return call(person, "POST", f"/api/v1/oversight/{violation.pk}/commands/", body, **ENGLISH)

    return send


def test_the_way_to_rectified(world: World, violation, order):
    day = world.today + timedelta(days=7)
    asked = order("province_reviewer", "ask", 1, wanted_on=day)
    assert asked.status_code == 200, asked.content
    assert (asked.json()["status"], asked.json()["wanted_on"]) == ("asked", str(day))
    assert order("provider_office", "answer", 2).json()["status"] == "answered"
    assert order("province_authority", "confirm", 3, wanted_on=day).status_code == 200
    assert order("steward", "answer", 4, "已整改").status_code == 200
    done = order("province_authority", "rectify", 5).json()
    assert [event["command"] for event in done["events"]] == [
        "find", "ask", "answer", "confirm", "answer", "rectify",
    ]  # fmt: skip
    late = order("province_authority", "dismiss", 6)
    assert late.status_code == 409
    assert late.json()["type"].endswith(":over")
    assert late.json()["title"].startswith("It stays in the register")


@pytest.mark.parametrize(
    ("person", "command", "status", "code"),
    [
        ("steward", "dismiss", 403, "other_part"), ("province_reviewer", "answer", 403, "other_part"),
        ("province_reviewer", "close", 409, "other_kind"), ("clerk", "answer", 404, ""),
        ("city_reviewer", "dismiss", 404, ""), ("sysadmin", "dismiss", 404, ""),
        ("", "dismiss", 401, ""), ("province_reviewer", "lapse", 400, ""),
    ],
)  # fmt: skip
def test_denials_change_nothing(violation, order, person, command, status, code):
    answer = order(person, command, 1)
    assert answer.status_code == status, answer.content
    if code:
        assert answer.json()["type"].endswith(f":{code}")
        assert answer.json()["detail"]
        assert answer.json()["title"]
    violation.refresh_from_db()
    assert (violation.status, violation.step_count) == ("open", 1)


def test_stale_and_incomplete_steps(world: World, violation, order, call):
    stale = order("province_reviewer", "dismiss", 0)
    assert stale.status_code == 409
    assert stale.json()["type"].endswith(":stale")
    empty = order("province_reviewer", "ask", 1, " ")
    assert empty.status_code == 422
    assert {one["attr"] for one in empty.json()["errors"]} == {"text", "wanted_on"}
    past = order("province_reviewer", "ask", 1, wanted_on=world.today - timedelta(days=1))
    assert past.json()["errors"][0]["code"] == "past"
    body = {"command": "dismiss", "seen": 1, "text": "x"}
    path = f"/api/v1/oversight/{violation.pk}/commands/"
    assert call("province_reviewer", "POST", path, body, scopes=["read"]).status_code == 403
    assert call("province_reviewer", "POST", path, {**body, "status": "x"}).status_code == 422
    violation.refresh_from_db()
    assert violation.step_count == 1
