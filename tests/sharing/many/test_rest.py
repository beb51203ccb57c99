"""Signing many at once and the figures of offices over REST."""

import json
import uuid

import pytest

from sharing.models import ApplicationItem, SignOff
from tests.sharing.many.twins import entries, submitted
from tests.world import World

SIGN = "/api/v1/inbox/sign-many/"


@pytest.fixture
def body(world: World) -> dict:
    items = [submitted(world, entry) for entry in entries(world, 2)]
    fresh = [ApplicationItem.objects.get(pk=item.pk) for item in items]
    picks = [{"item": str(item.pk), "seen": item.event_count} for item in fresh]
    picks[1]["seen"] -= 1
    return {"items": picks, "comment": "同意"}


def test_the_answer_names_every_item_and_the_same_key_signs_once(call, body):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answer = call("office_head", "POST", SIGN, body, **key)
    report = json.loads(answer.content)
    assert answer.status_code == 200
    assert (report["total"], report["signed"], report["comment"]) == (2, 1, "同意")
    assert [(line["result"], line["code"]) for line in report["lines"]] == [
        ("signed", ""),
        ("denied", "stale"),
    ]
    assert report["lines"][1]["remedy"]
    again = call("office_head", "POST", SIGN, body, **key)
    assert json.loads(again.content) == report
    assert SignOff.objects.count() == 1
    address = f"/api/v1/sign-offs/{report['id']}/"
    assert json.loads(call("office_head", "GET", address).content) == report
    assert call("colleague", "GET", address).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{}, {"items": []}, {"items": [{"item": "x", "seen": 1}]}, {"items": 7},
     {"items": [{"item": str(uuid.UUID(int=7)), "seen": -1}]}],
)  # fmt: skip
def test_bad_input(call, world, wrong):
    assert 400 <= call("office_head", "POST", SIGN, wrong).status_code <= 422


def test_figures_of_the_offices_overseen(call, world, body):
    call("office_head", "POST", SIGN, body)
    (row,) = json.loads(call("office_head", "GET", "/api/v1/workload/").content)
    assert row["office"] == world.departments["subdistrict"].pk
    assert (row["open"], row["done"], row["on_time"], row["rate"]) == (1, 1, 1, 100)
    assert json.loads(call("clerk", "GET", "/api/v1/workload/").content) == []
