"""Rights that managers give to other departments, one by one and on many entries."""

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from catalog import access, actions
from catalog.models import Resource, ResourceGroupObjectPermission
from catalog.search import find
from portal.invariants import verify
from portal.ledger.models import Entry
from tests.catalog.conftest import reads_english
from tests.catalog.test_search_memory import ITEM, committed, elsewhere  # noqa: F401 - a fixture
from tests.world import World, publish_entry


@pytest.fixture
def sign_in(client: Client, world: World):
    def signed_in(key: str) -> Client:
        client.force_login(reads_english(world.people[key]))
        return client

    return signed_in


@pytest.fixture
def limited(world):
    """The entries of the world, and three more, which only their provider sees."""
    for number in range(3):
        publish_entry(world, f"卷宗{number}", ITEM, sharing_type="unconditional")
    for entry in Resource.objects.all():
        actions.set_visibility(by=None, resource=entry, visibility="limited", now=world.now)
    return world


@pytest.mark.parametrize("permission", ["view_resource", "manage_resource", "pull_resource"])
def test_many_at_once_are_the_same_as_one_by_one(limited, permission):
    entries = Resource.objects.all()
    first, second = limited.departments["civil_affairs"], limited.departments["county_civil"]
    actions.withdraw(by=None, resource=entries[0], reason="x", now=limited.now)
    for entry in entries:
        access.give(permission, department=first, resource=entry)
    given = access.give_many(permission, department=second, resources=entries)
    assert given == len(entries)
    assert access.give_many(permission, department=second, resources=entries) == 0
    rows = ResourceGroupObjectPermission.objects.filter(permission__codename=permission)
    held = [set(rows.filter(group=one.group_id).values_list("content_object", flat=True))
            for one in (first, second)]  # fmt: skip
    assert held[0] == held[1] == {entry.pk for entry in entries}
    assert verify(60, limited.now) == []


def test_a_department_sees_all_entries_after_one_click(limited, sign_in):
    provider, county = limited.resource.provider, limited.departments["county_civil"]
    assert find(limited.people["county_clerk"], limited.today).total == 0
    client = sign_in("steward")
    address = reverse("catalog:rights", args=[limited.resource.pk])
    page = client.get(address, {"q": county.name}).content.decode()
    assert county.name in page
    wanted = {"department": county.pk, "permission": "view_resource", "all": "1"}
    page = client.post(address, wanted, follow=True).content.decode()
    own = Resource.objects.filter(provider=provider).count()
    assert f"on {own} more entr" in page
    assert find(limited.people["county_clerk"], limited.today).total == own
    entry = Entry.objects.get(kind="catalog.right_given_on_all")
    assert entry.data["entries"] == own
    client.post(address, {**wanted, "do": "take"})
    assert find(limited.people["county_clerk"], limited.today).total == own - 1


def test_only_managers_open_the_page(limited, sign_in):
    address = reverse("catalog:rights", args=[limited.resource.pk])
    wanted = {"department": limited.departments["county_civil"].pk, "permission": "view_resource"}
    for key in ("clerk", "county_clerk", "sysadmin"):
        assert sign_in(key).get(address).status_code == 404, key
        assert sign_in(key).post(address, wanted).status_code == 404, key
    assert ResourceGroupObjectPermission.objects.count() == 0


def test_strange_requests_change_nothing(limited, sign_in):
    client, address = sign_in("steward"), reverse("catalog:rights", args=[limited.resource.pk])
    county = limited.departments["county_civil"].pk
    for wanted in (
        {"department": county, "permission": "pull_resource"},
        {"department": county, "permission": "no_such"},
        {"department": "x", "permission": "view_resource"},
        {"department": 10**9, "permission": "view_resource"},
        {},
    ):
        assert client.post(address, wanted).status_code == 404, wanted
    assert client.get(reverse("catalog:rights", args=[uuid4()])).status_code == 404
    assert ResourceGroupObjectPermission.objects.count() == 0


def test_the_visibility_is_changed_on_the_page(limited, sign_in):
    address = reverse("catalog:rights", args=[limited.resource.pk])
    page = sign_in("steward").post(address, {"visibility": "listed"}, follow=True)
    assert "The visibility is changed" in page.content.decode()
    assert find(limited.people["clerk"], limited.today).total == 1


def test_readers_go_on_while_many_rights_are_given(committed):  # noqa: F811
    department, seen = committed.departments["county_civil"], []
    with transaction.atomic():
        access.give_many("view_resource", department=department, resources=Resource.objects.all())
        elsewhere(lambda: seen.append(find(committed.people["clerk"], committed.today).total))
    assert seen == [2]
