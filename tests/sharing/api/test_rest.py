"""REST: who reaches what, in which shape errors come, what is safe to repeat."""

import json
import threading
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections
from django.urls import reverse

from portal.organisation.models import Official
from sharing import actions, grants
from sharing.models import Application, ApplicationItem, Grant
from tests.world import FIELDS, World, draft_application, granted, sign, submitted_item

V1 = "/api/v1"


def draft_body(world: World) -> dict[str, object]:
    return world.application() | {
        "resource": str(world.resource.pk),
        "department": world.departments["subdistrict"].pk,
        "items": FIELDS,
    }


# --- who reaches what ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("clerk", 200),
        ("colleague", 200),
        ("office_head", 200),
        ("county_reviewer", 404),
        ("steward", 404),
        ("stranger", 404),
        ("sysadmin", 404),
        ("auditadmin", 404),
        ("", 401),
    ],
)
def test_an_application_is_seen_by_its_side_and_by_whom_it_reached(call, world, person, status):
    item = submitted_item(world)
    answer = call(person, "GET", f"{V1}/applications/{item.application_id}/")
    assert answer.status_code == status
    assert call(person, "GET", f"{V1}/items/{item.pk}/").status_code == status


def test_a_superuser_sees_no_business_data(call, world):
    item = submitted_item(world)
    Official.objects.filter(pk=world.people["stranger"].pk).update(is_superuser=True)
    assert call("stranger", "GET", f"{V1}/items/{item.pk}/").status_code == 404
    assert call("stranger", "GET", f"{V1}/applications/").json()["results"] == []


def test_a_switched_off_account_gets_nothing(call, world):
    assert call("clerk", "GET", f"{V1}/me/").status_code == 200
    Official.objects.filter(pk=world.people["clerk"].pk).update(is_active=False)
    assert call("clerk", "GET", f"{V1}/me/").status_code == 401


PATHS = ["entries", "applications", "inbox", "grants", "deliveries", "departments", "regions", "me"]


@pytest.mark.parametrize("name", PATHS)
def test_lists_need_a_sign_in(call, world, name):
    assert call("", "GET", f"{V1}/{name}/").status_code == 401
    assert call("clerk", "GET", f"{V1}/{name}/").status_code == 200


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["read"], "GET", "me/", 200),
        (["apply"], "GET", "me/", 403),
        (["read"], "POST", "applications/", 403),
        (["read", "apply"], "POST", "files/1/link/", 403),
        (["download"], "POST", "files/1/link/", 404),
    ],
)
def test_a_token_reaches_as_far_as_its_scopes(call, world, scopes, method, path, status):
    answer = call("clerk", method, f"{V1}/{path}", {}, scopes=scopes)
    assert answer.status_code == status


def test_lists_hold_what_single_objects_admit(call, world):
    grant = granted(world)
    for person in world.people:
        listed = call(person, "GET", f"{V1}/grants/").json()["results"]
        single = call(person, "GET", f"{V1}/grants/{grant.pk}/").status_code
        assert (single == 200) == bool(listed), person


# --- the main job --------------------------------------------------------------------------


def test_draft_plan_submit_sign(call, world):
    made = call("clerk", "POST", f"{V1}/applications/", draft_body(world))
    assert made.status_code == 201, made.content
    path = f"{V1}/applications/{made.json()['id']}/"
    changed = call("clerk", "PATCH", path, {"use_scenario": "临时救助核对"})
    assert changed.json()["use_scenario"] == "临时救助核对"
    plan = call("clerk", "POST", f"{path}plan/", {}).json()[0]
    assert [stage["role"] for stage in plan["stages"]][-2:] == ["steward", "sharing_office_head"]
    assert all(stage["due_on"] for stage in plan["stages"])
    assert call("clerk", "POST", f"{path}submit/", {}).status_code == 200
    item = ApplicationItem.objects.get()
    shown = call("office_head", "GET", f"{V1}/items/{item.pk}/").json()
    assert shown["commands"]["sign"]["allowed"]
    assert not shown["commands"]["withdraw"]["allowed"]
    assert shown["commands"]["withdraw"]["reason"]
    body = {"command": "sign", "seen": shown["event_count"]}
    assert call("office_head", "POST", f"{V1}/items/{item.pk}/commands/", body).status_code == 200
    item.refresh_from_db()
    assert item.event_count > shown["event_count"]


def test_a_stale_command_changes_nothing(call, world):
    item = submitted_item(world)
    body = {"command": "sign", "seen": item.event_count - 1}
    answer = call("office_head", "POST", f"{V1}/items/{item.pk}/commands/", body)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":stale")
    before = item.event_count
    item.refresh_from_db()
    assert item.event_count == before


def test_refusing_needs_a_reason(call, world):
    item = submitted_item(world)
    body = {"command": "refuse", "seen": item.event_count}
    answer = call("office_head", "POST", f"{V1}/items/{item.pk}/commands/", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["attr"] == "code"


def test_suspending_over_rest(call, world):
    grant = granted(world)
    grants.activate(grant, now=world.now)
    path = f"{V1}/grants/{grant.pk}/suspend/"
    assert call("clerk", "POST", path, {"reason": "?"}).status_code == 403
    assert call("steward", "POST", path, {}).status_code == 400
    Grant.objects.get(pk=grant.pk)
    answer = call("provider_office", "POST", path, {"reason": "三个月未报使用记录"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["status"] == "suspended"


# --- errors --------------------------------------------------------------------------------


def test_all_faults_at_once_as_a_problem(call, world):
    draft = draft_application(world, use_basis="", use_scope="", starts_on=None)
    answer = call("clerk", "POST", f"{V1}/applications/{draft.pk}/submit/", {})
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert {"use_basis", "use_scope", "starts_on"} <= {one["attr"] for one in problem["errors"]}
    assert problem["status"] == 422
    assert problem["instance"].startswith("urn:request:")


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "使用依据"), ("en", "legal basis")])
def test_problems_speak_the_callers_language(call, world, language, word):
    draft = draft_application(world, use_basis="")
    path = f"{V1}/applications/{draft.pk}/submit/"
    answer = call("clerk", "POST", path, {}, **{"Accept-Language": language})
    assert any(word in one["detail"] for one in answer.json()["errors"])


def test_unknown_parameters_and_fields_are_refused(call, world):
    answer = call("clerk", "GET", f"{V1}/entries/?shaering=conditional")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["attr"] == "shaering"
    body = draft_body(world) | {"status": "consented", "number": "SQ-1"}
    answer = call("clerk", "POST", f"{V1}/applications/", body)
    assert answer.status_code == 422
    assert {one["attr"] for one in answer.json()["errors"]} == {"status", "number"}
    assert not Application.objects.exists()


# --- safe to repeat ------------------------------------------------------------------------


def test_the_same_key_gives_the_same_answer_once(call, world):
    key = {"Idempotency-Key": str(uuid4())}
    first = call("clerk", "POST", f"{V1}/applications/", draft_body(world), **key)
    again = call("clerk", "POST", f"{V1}/applications/", draft_body(world), **key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotent-Replay"] == "true"
    assert Application.objects.count() == 1
    other = call(
        "clerk", "POST", f"{V1}/applications/", draft_body(world) | {"use_basis": "x"}, **key
    )
    assert other.status_code == 422
    theirs = call("colleague", "POST", f"{V1}/applications/", draft_body(world), **key)
    assert theirs.status_code == 201, "keys of two officials have nothing to do with each other"


def test_a_failed_request_can_be_repeated_with_its_key(call, world):
    key = {"Idempotency-Key": str(uuid4())}
    bad = draft_body(world) | {"items": ["no_such_item"]}
    assert call("clerk", "POST", f"{V1}/applications/", bad, **key).status_code == 422
    good = call("clerk", "POST", f"{V1}/applications/", draft_body(world), **key)
    assert good.status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_same_key_many_times_at_once_makes_one(live_world):
    from django.test import Client
    from django.utils import timezone

    from portal.organisation import tokens

    _row, token = tokens.issue(
        official=live_world.people["clerk"],
        name="test",
        scopes=["apply"],
        days=1,
        now=timezone.now(),
    )
    body = json.dumps(draft_body(live_world), default=str)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    statuses: list[int] = []

    def post() -> None:
        try:
            answer = Client().post(
                f"{V1}/applications/", body, content_type="application/json", headers=headers
            )
            statuses.append(answer.status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert Application.objects.count() == 1


# --- the schema ----------------------------------------------------------------------------


def test_the_schema_has_no_gaps(tmp_path, capsys):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "s.yaml"))


def test_the_docs_page_loads_nothing_from_elsewhere(client, world):
    client.force_login(world.people["clerk"])
    page = client.get(reverse("api:docs"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "http://" not in text.replace("http://testserver", "")
    assert "https://" not in text
    assert client.get(reverse("api:schema")).status_code == 200


def test_a_signed_stage_moves_on(world):
    item = submitted_item(world)
    moved = sign(world, item, "office_head")
    assert (
        actions.available_commands(moved, world.people["county_reviewer"], world.now)["sign"]
        is None
    )
