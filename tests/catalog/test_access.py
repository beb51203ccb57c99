"""Who sees which entry: one table of persons and entries, asked at every door."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from catalog import access, actions
from catalog.models import Resource, ResourceSearch
from catalog.search import Filters, find, reindex, search_rows
from catalog.search.query import parse
from portal.errors import NotVisible
from portal.organisation.models import Official, Post, Role, Substitution
from tests.world import SINCE, World, hire, publish_entry

ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]
LISTED, OPEN, LIMITED, GRANTED, MANAGED, DRAFT, WITHDRAWN, IMPORTED, FOREIGN = (
    "listed", "open", "limited", "granted", "managed", "draft", "withdrawn", "imported", "foreign",
)  # fmt: skip
FOR_EVERYBODY = {LISTED, OPEN, IMPORTED, FOREIGN}

SEEN: dict[str, set[str]] = {
    "clerk": FOR_EVERYBODY,  # of the applicant's department
    "steward": {LISTED, OPEN, LIMITED, GRANTED, MANAGED, DRAFT, WITHDRAWN, IMPORTED, FOREIGN},
    "provider_clerk": {LISTED, OPEN, LIMITED, GRANTED, MANAGED, IMPORTED, FOREIGN},
    "provider_head": {LISTED, OPEN, LIMITED, GRANTED, MANAGED, DRAFT, WITHDRAWN, IMPORTED, FOREIGN},
    "county_clerk": FOR_EVERYBODY | {LIMITED, MANAGED},  # was given the right to view, to manage
    "county_office": FOR_EVERYBODY | {LIMITED, MANAGED},  # of that department, with its drafts
    "stranger": FOR_EVERYBODY | {GRANTED},  # holds a grant
    "unit_steward": FOR_EVERYBODY | {LIMITED, GRANTED, MANAGED},  # of an internal unit
    "substitute": {LISTED, OPEN, LIMITED, GRANTED, MANAGED, DRAFT, WITHDRAWN, IMPORTED, FOREIGN},
    "sysadmin": FOR_EVERYBODY,
    "superuser": FOR_EVERYBODY,
    "nobody": FOR_EVERYBODY,  # signed in, without a post
    "inactive": set(),
    "anonymous": {OPEN},
}


ON_PAGES = ("clerk", "steward", "county_office", "superuser")
"""Those for whom every entry page is opened too."""


@pytest.fixture
def entries(world: World) -> dict[str, Resource]:
    made = {
        name: publish_entry(world, f"数据 {name}", ITEMS, sharing_type="unconditional")
        for name in (LISTED, OPEN, LIMITED, GRANTED, MANAGED, WITHDRAWN)
    }
    made[FOREIGN] = publish_entry(
        world, "数据 foreign", ITEMS, sharing_type="unconditional", provider="civil_affairs"
    )
    steward = world.people["steward"]
    _make_open(made[OPEN], world)
    for name in (LIMITED, GRANTED, MANAGED):
        actions.set_visibility(by=steward, resource=made[name], visibility="limited", now=world.now)
    county, suzhou = world.departments["county_civil"], world.departments["suzhou_civil"]
    access.give("view_resource", department=county, resource=made[LIMITED])
    access.give("manage_resource", department=county, resource=made[MANAGED])
    access.give("pull_resource", department=suzhou, resource=made[GRANTED])
    actions.withdraw(by=steward, resource=made[WITHDRAWN], reason="停止采集", now=world.now)
    made[DRAFT] = actions.create_draft(
        by=steward, provider=world.departments["police"], content={"title": "数据 draft"},
        items=[], now=world.now,
    ).resource  # fmt: skip
    made[IMPORTED] = _make_imported(world)
    Resource.objects.filter(pk__in=[world.resource.pk, world.address.pk]).update(status="withdrawn")
    reindex([world.resource, world.address])
    return made


def _make_open(resource: Resource, world: World) -> None:
    draft = actions.revise(by=None, resource=resource, now=world.now)
    content = {"open_type": "open", "classification": "307001"}
    actions.save_draft(by=None, version=draft, content=content, now=world.now)
    actions.publish(by=None, version=draft, now=world.now)


def _make_imported(world: World) -> Resource:
    resource = Resource.objects.create(provider=world.departments["civil_affairs"])
    version = resource.versions.create(
        number=1, status="imported", title="数据 imported", open_type="open"
    )
    resource.live, resource.status, resource.external_key = version, "imported", "jiangsu/x/1"
    resource.save()
    reindex([resource])
    return resource


@pytest.fixture
def persons(world: World) -> dict[str, Official | None]:
    people: dict[str, Official | None] = dict(world.people)
    people["provider_clerk"] = hire(world, "provider_clerk", "police", Role.CLERK)
    unit = world.departments["police"]
    world.departments["unit"] = type(unit).objects.create(
        name="科技信息化处", region=unit.region, parent=unit, valid_from=SINCE,
        group=type(unit.group).objects.create(name="unit"),
    )  # fmt: skip
    people["unit_steward"] = hire(world, "unit_steward", "unit", Role.STEWARD)
    people["substitute"] = hire(world, "substitute", "subdistrict", Role.CLERK)
    Substitution.objects.create(
        principal=world.people["steward"], substitute=people["substitute"],
        valid_from=world.today, valid_until=world.today + timedelta(days=3),
    )  # fmt: skip
    people["superuser"] = Official.objects.create_superuser("root", "x", full_name="root")
    people["nobody"] = Official.objects.create_user("nobody", "x", full_name="nobody")
    people["inactive"] = hire(world, "inactive", "police", Role.STEWARD)
    people["inactive"].is_active = False
    people["inactive"].save(update_fields=["is_active"])
    people["anonymous"] = None
    return people


def test_every_door_shows_everybody_the_same_set(world, entries, persons, client: Client):
    """One test for all persons: making the world takes longer than asking it."""
    assert set(persons) >= set(SEEN)
    for key, wanted in SEEN.items():
        seen = {
            "queryset": _in_queryset(persons[key], world, entries),
            "single": _one_by_one(persons[key], world, entries),
            "search": _in_search(persons[key], world, entries),
        }
        if key in ON_PAGES:
            seen["page"] = _on_pages(persons[key], client, entries)
        assert seen == dict.fromkeys(seen, wanted), key
        exported = {OPEN} if key == "inactive" else wanted - {DRAFT, WITHDRAWN}
        assert _for_other_catalogs(persons[key], client, entries) == exported, key


def _in_queryset(official, world, entries) -> set[str]:
    seen = set(access.visible_to(official, world.today).values_list("pk", flat=True))
    return {name for name, resource in entries.items() if resource.pk in seen}


def _one_by_one(official, world, entries) -> set[str]:
    seen = set()
    for name, resource in entries.items():
        try:
            assert access.get_visible(official, str(resource.pk), world.today) == resource
        except NotVisible:
            continue
        seen.add(name)
    return seen


def _in_search(official, world, entries) -> set[str]:
    """The rows of a search; total and every facet have to add up to them."""
    page = find(official, world.today, "数据")
    found = {hit.resource.pk for hit in page.rows}
    names = {name for name, resource in entries.items() if resource.pk in found}
    assert page.total == len(names) == len(found)
    for facet in page.facets:
        if facet.name in {"status", "region", "provider", "openness"}:
            top = [option.count for option in facet.options if option.depth == 0]
            assert sum(top) == page.total, facet
    return names


def _on_pages(official, client, entries) -> set[str]:
    client.force_login(official)
    answers = {
        name: client.get(reverse("catalog:entry", args=[resource.pk])).status_code
        for name, resource in entries.items()
    }
    assert set(answers.values()) <= {200, 404}
    return {name for name, status in answers.items() if status == 200}


def _for_other_catalogs(official, client, entries) -> set[str]:
    """What CKAN's API lists, shows, counts and finds, and what the graphs hold: one and the same."""
    client.logout()
    if official is not None:
        client.force_login(official)
    names = {str(resource.pk): name for name, resource in entries.items()}
    listed = set(client.get("/api/3/action/package_list").json()["result"])
    found = client.get("/api/3/action/package_search", {"q": "数据", "rows": 100}).json()["result"]
    assert {row["id"] for row in found["results"]} == listed
    assert found["count"] == len(listed)
    providers = client.get("/api/3/action/organization_list", {"all_fields": "true"}).json()
    assert sum(row["package_count"] for row in providers["result"]) == len(listed)
    graph = client.get("/catalog.ttl").content.decode()
    for pk in names:
        assert (f"/catalog/{pk}/" in graph) == (pk in listed)
        expected = 200 if pk in listed else 404
        assert client.get(f"/catalog/{pk}.ttl").status_code == expected
        assert client.get("/api/3/action/package_show", {"id": pk}).status_code == expected
    return {names[pk] for pk in listed}


@pytest.mark.parametrize("value", [uuid4(), "not-a-uuid", ""])
def test_what_does_not_exist_is_not_visible(value, world):
    with pytest.raises(NotVisible):
        access.get_visible(world.people["steward"], value, world.today)


def test_managers_are_those_who_look_after_the_entry(world, entries, persons):
    managing = {
        key: {
            name
            for name, resource in entries.items()
            if access.can_manage(persons[key], resource, world.today)
        }
        for key in SEEN
    }
    own = set(entries) - {IMPORTED, FOREIGN}
    assert managing.pop("steward") == managing.pop("provider_head") == own
    assert managing.pop("substitute") == own
    assert managing.pop("county_office") == {MANAGED}
    assert not any(managing.values())


def test_a_right_is_seen_at_once_and_gone_at_once(world, entries):
    clerk, office = world.people["clerk"], world.departments["subdistrict"]
    entry = entries[LIMITED]
    assert not access.holds("view_resource", office, entry)
    access.give("view_resource", department=office, resource=entry)
    assert access.holds("view_resource", office, entry)
    assert access.visible_to(clerk, world.today).filter(pk=entry.pk).exists()
    access.take("view_resource", department=office, resource=entry)
    assert not access.holds("view_resource", office, entry)
    assert not access.visible_to(clerk, world.today).filter(pk=entry.pk).exists()


@pytest.mark.parametrize("permission", ["view", "read_resource", "delete_resource", ""])
def test_an_unknown_permission_is_an_error_not_a_no(permission, world):
    department = world.departments["police"]
    for call in (access.give, access.take):
        with pytest.raises(ValueError, match="not a valid Permission"):
            call(permission, department=department, resource=world.resource)
    with pytest.raises(ValueError, match="not a valid Permission"):
        access.holds(permission, department, world.resource)


@pytest.mark.parametrize("permission", list(access.Permission))
def test_every_permission_exists_in_the_database(permission, world):
    access.give(permission, department=world.departments["police"], resource=world.resource)
    assert access.holds(permission, world.departments["police"], world.resource)


def test_rights_end_with_the_post(world, entries):
    steward = world.people["steward"]
    Post.objects.filter(official=steward).update(valid_until=world.today - timedelta(days=1))
    seen = set(access.visible_to(steward, world.today).values_list("pk", flat=True))
    assert entries[DRAFT].pk not in seen
    assert entries[LIMITED].pk not in seen
    assert entries[LISTED].pk in seen


def test_labels_can_be_built_anew_from_the_truth(world, entries):
    before = dict(ResourceSearch.objects.values_list("pk", "labels"))
    ResourceSearch.objects.update(labels=[])
    assert access.rebuild_labels(before) == len(before)
    assert dict(ResourceSearch.objects.values_list("pk", "labels")) == before
    assert access.rebuild_labels(before) == 0


def test_filters_never_widen_what_is_seen(world, entries, persons):
    everything = Filters(
        status=("draft", "published", "imported", "withdrawn"), openness=("open", "closed")
    )
    page = find(persons["clerk"], world.today, "", everything)
    assert {hit.version.title.split()[-1] for hit in page.rows} == FOR_EVERYBODY
    drafts = find(persons["clerk"], world.today, "", replace(everything, status=("draft",)))
    assert drafts.total == 0
    rows = search_rows(persons["clerk"], world.today, parse("draft"))
    assert not rows.exists()
