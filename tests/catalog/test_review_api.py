"""Reviews over REST: the same core, problem details, nothing for those who may not see it."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from portal.organisation import tokens
from portal.organisation.models import Scope
from tests.catalog.reviewed import approved, new_draft, send
from tests.world import World

ROOT = "/api/v1/catalog-reviews/"
CHECKS = [
    {"kind": "secrecy", "outcome": "clear", "done_by": "保密办", "done_on": "2026-01-05"},
    {"kind": "privacy", "outcome": "acceptable", "done_by": "法制处", "done_on": "2026-01-06"},
]


@pytest.fixture
def call(world: World):
    def send_(person: str, method: str, path: str, body: object = None, **headers: str):
        _row, token = tokens.issue(
            official=world.people[person], name=str(uuid4()), scopes=list(Scope.values), days=1,
            now=timezone.now(),
        )  # fmt: skip
        headers |= {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        answer = Client().generic(
            method, path, data="" if body is None else json.dumps(body),
            content_type="application/json", headers=headers,
        )  # fmt: skip
        return answer.status_code, json.loads(answer.content)

    return send_


def test_the_whole_way(call, world):
    draft = new_draft(world)
    status, sent = call("steward", "POST", ROOT, {"resource": str(draft.resource_id)})
    assert (status, sent["status"], sent["step_count"]) == (201, "head_review", 1)
    assert sent["commands"]["take_back"]["allowed"]
    assert sent["commands"]["approve"]["code"] == "not_yours"
    commands = f"{ROOT}{sent['id']}/commands/"
    status, queue = call("provider_head", "GET", ROOT)
    assert (status, [one["id"] for one in queue["results"]]) == (200, [sent["id"]])
    body = {"command": "approve", "seen": 1, "checks": CHECKS}
    status, known = call("provider_head", "POST", commands, body)
    assert (status, known["status"]) == (200, "authority_review")
    assert known["due_on"]
    assert known["steps"][1]["checks"][0]["done_by"]
    status, done = call("province_reviewer", "POST", commands, {"command": "approve", "seen": 2})
    assert (status, done["status"]) == (200, "published")
    assert call("steward", "GET", f"{ROOT}{sent['id']}/")[1]["steps"][-1]["after"] == "published"


def test_faults_and_denials_are_problems(call, world):
    draft = new_draft(world, abstract="")
    status, problem = call("steward", "POST", ROOT, {"resource": str(draft.resource_id)})
    assert status == 422
    assert [error["attr"] for error in problem["errors"]] == ["abstract"]
    review = send(world, new_draft(world, title="另一条"))
    commands = f"{ROOT}{review.pk}/commands/"
    status, problem = call("provider_head", "POST", commands, {"command": "approve", "seen": 1})
    assert status == 422
    assert {error["attr"] for error in problem["errors"]} >= {"secrecy_outcome", "privacy_by"}
    body = {"command": "return", "seen": 0, "text": "x"}
    status, problem = call("provider_head", "POST", commands, body)
    assert (status, problem["type"]) == (409, "urn:govshare:problem:stale")
    status, problem = call("provider_head", "POST", commands, body | {"colour": "red"})
    assert (status, problem["errors"][0]["attr"]) == (422, "colour")
    remarks = [{"place": "items[none]", "text": "x"}]
    body = {"command": "return", "seen": 1, "remarks": remarks}
    assert call("provider_head", "POST", commands, body)[1]["errors"][0]["attr"] == "remarks"


def test_outsiders_find_nothing(call, world):
    review = approved(world)
    commands = f"{ROOT}{review.pk}/commands/"
    for who in ("clerk", "city_reviewer", "county_office"):
        assert call(who, "GET", ROOT)[1]["results"] == []
        assert call(who, "GET", f"{ROOT}{review.pk}/")[0] == 404
        assert call(who, "POST", commands, {"command": "approve", "seen": 2})[0] == 404
        assert call(who, "POST", ROOT, {"resource": str(review.resource_id)})[0] == 404


def test_a_repeated_call_is_answered_once(call, world):
    draft = new_draft(world)
    body = {"resource": str(draft.resource_id)}
    key = {"Idempotency-Key": "send-1"}
    first = call("steward", "POST", ROOT, body, **key)
    assert call("steward", "POST", ROOT, body, **key) == first
    assert call("steward", "POST", ROOT, body)[0] == 409
