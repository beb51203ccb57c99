"""CKAN's read actions, called as its clients call them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Resource
from portal.organisation import tokens
from tests.world import World, publish_entry

ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]
DATASET_KEYS = {
    "id", "name", "title", "notes", "organization", "owner_org", "resources", "tags", "groups",
    "extras", "metadata_created", "metadata_modified", "num_resources", "num_tags", "private",
    "state", "type", "url", "license_id", "isopen",
}  # fmt: skip


@pytest.fixture
def reader(client: Client, world: World) -> Client:
    client.force_login(world.people["clerk"])
    return client


def act(client: Client, name: str, **given: Any) -> Any:
    answer = client.get(f"/api/3/action/{name}", given)
    body = answer.json()
    assert (answer.status_code, body["success"]) == (200, True), body
    return body["result"]


def fail(client: Client, name: str, **given: Any) -> tuple[int, dict[str, Any]]:
    answer = client.get(f"/api/3/action/{name}", given)
    body = answer.json()
    assert body["success"] is False
    return answer.status_code, body["error"]


def test_a_package_is_complete(reader: Client, world: World):
    found = act(reader, "package_show", id=str(world.resource.pk))

    assert set(found) >= DATASET_KEYS
    assert found["title"] == "常住人口基本信息"
    assert found["organization"]["title"] == world.departments["police"].name
    assert [one["id"] for one in found["resources"]] == [f"{world.resource.pk}.file"]
    assert act(reader, "resource_show", id=f"{world.resource.pk}.file") == found["resources"][0]
    assert act(reader, "package_show", id=world.resource.code) == found


def test_get_and_post_with_and_without_version_answer_the_same(reader: Client):
    wanted = act(reader, "package_list")
    body = {"content_type": "application/json"}

    for path in ("/api/3/action/package_list", "/api/action/package_list"):
        assert reader.post(path, json.dumps({}), **body).json()["result"] == wanted
        assert reader.get(path).json()["result"] == wanted


def test_a_token_without_scheme_signs_in(client: Client, world: World):
    _token, clear = tokens.issue(
        official=world.people["clerk"], name="harvester", scopes=["read"], days=3, now=world.now
    )
    assert act(client, "package_list") == []

    for header in ("HTTP_AUTHORIZATION", "HTTP_X_CKAN_API_KEY"):
        answer = client.get("/api/3/action/package_list", **{header: clear})
        assert len(answer.json()["result"]) == 2
        answer = client.get("/api/3/action/package_list", **{header: "gs_00000000_wrong"})
        assert (answer.status_code, answer.json()["success"]) == (401, False)


def test_a_token_that_may_not_read_is_refused(client: Client, world: World):
    _token, clear = tokens.issue(
        official=world.people["clerk"], name="apply", scopes=["apply"], days=3, now=world.now
    )

    for call in (client.get, client.post):
        answer = call("/api/3/action/package_list", headers={"Authorization": clear})
        assert answer.status_code == 403


def test_searching_by_words_and_restrictions(reader: Client, world: World):
    foreign = publish_entry(
        world, "低保对象信息", ITEMS, sharing_type="unconditional", provider="civil_affairs"
    )
    police = f"d{world.departments['police'].pk}"
    tomorrow = (world.now + timedelta(days=1)).isoformat()

    def count(**given: Any) -> int:
        return int(act(reader, "package_search", rows=0, **given)["count"])

    assert count() == count(q="*:*") == 3
    assert count(q="低保") == count(q="dibao") == 1
    assert count(fq=f"organization:{police}") == 2
    assert count(fq=f"-organization:{police}") == 1
    assert count(fq=f'+owner_org:"{police}" state:active') == 2
    assert count(fq=f"metadata_modified:[{tomorrow} TO *]") == 0
    assert count(fq="metadata_modified:[* TO *]") == 3
    assert count(fq=f"id:{foreign.pk}") == 1
    assert count(fq="tags:没有") == 0


def test_pages_of_a_search_hold_every_entry_once(reader: Client, world: World):
    for number in range(5):
        publish_entry(world, f"数据{number}", ITEMS, sharing_type="unconditional")
    seen = [
        row["id"]
        for start in range(0, 8, 2)
        for row in act(reader, "package_search", start=start, rows=2)["results"]
    ]

    assert len(seen) == len(set(seen)) == 7


def test_facets_count_what_the_search_found(reader: Client, world: World):
    found = act(reader, "package_search", rows=0, **{"facet.field": '["organization", "groups"]'})

    assert found["facets"]["organization"] == {f"d{world.departments['police'].pk}": found["count"]}
    items = found["search_facets"]["organization"]["items"]
    assert items[0]["display_name"] == world.departments["police"].name


def test_providers_and_keywords(reader: Client, world: World):
    version = world.resource.live
    name = f"d{world.departments['police'].pk}"

    assert act(reader, "organization_list") == [name]
    assert act(reader, "organization_show", id=name)["package_count"] == 2
    assert act(reader, "group_list") == []
    expected = sorted({*version.keywords, version.theme} - {""})
    assert set(act(reader, "tag_list")) >= set(expected)
    assert act(reader, "status_show")["ckan_version"].startswith("2.")
    whole = act(reader, "current_package_list_with_resources")
    assert {row["id"] for row in whole} == set(act(reader, "package_list"))


@pytest.mark.parametrize(
    ("name", "given", "status", "kind"),
    [
        ("package_show", {"id": "00000000-0000-0000-0000-000000000000"}, 404, "Not Found Error"),
        ("package_show", {"id": "no-such"}, 404, "Not Found Error"),
        ("package_show", {}, 409, "Validation Error"),
        ("organization_show", {"id": "d999999999999999999999"}, 404, "Not Found Error"),
        ("group_show", {"id": "x"}, 404, "Not Found Error"),
        ("resource_show", {"id": "x.y"}, 404, "Not Found Error"),
        ("package_create", {}, 404, "Not Found Error"),
        ("package_search", {"rows": "-1"}, 409, "Validation Error"),
        ("package_search", {"sort": "price asc"}, 409, "Validation Error"),
        ("package_search", {"fq": "colour:red"}, 409, "Validation Error"),
        ("package_search", {"fq": "some words"}, 409, "Validation Error"),
        ("package_search", {"fq": "id:1"}, 409, "Validation Error"),
        ("package_search", {"fq": "metadata_modified:[x TO *]"}, 409, "Validation Error"),
        ("package_search", {"fq": "metadata_modified:today"}, 409, "Validation Error"),
        ("package_search", {"facet.field": "[1"}, 409, "Validation Error"),
        ("package_search", {"facet.field": '["price"]'}, 409, "Validation Error"),
        ("package_search", {"facet.field": '"price"'}, 409, "Validation Error"),
    ],
)
def test_what_is_wrong_is_said_in_its_envelope(name, given, status, kind, reader: Client):
    code, error = fail(reader, name, **given)

    assert (code, error["__type"]) == (status, kind)
    assert error["message"]


@pytest.mark.parametrize("body", ["[]", "1", "{", '"x"'])
def test_a_body_that_is_no_object_is_refused(body: str, client: Client, db):
    answer = client.post("/api/3/action/package_list", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_what_is_not_shared_has_no_resources(reader: Client, world: World):
    entry = publish_entry(world, "内部统计", ITEMS, sharing_type="non_shared")

    assert act(reader, "package_show", id=str(entry.pk))["resources"] == []


def test_the_number_of_queries_does_not_grow(reader, world, django_assert_max_num_queries):
    for number in range(20):
        publish_entry(world, f"数据{number}", ITEMS, sharing_type="unconditional")
    assert Resource.objects.count() == 22

    with django_assert_max_num_queries(12):
        assert len(act(reader, "package_search", rows=100)["results"]) == 22
