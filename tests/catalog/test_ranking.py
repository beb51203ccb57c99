"""Among equals the used first; the numbers follow what sharing does, in its transaction."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from catalog import hooks
from catalog.models import Resource, ResourceSearch, ResourceUse, ResourceVersion
from catalog.search import Filters, find, reindex, reindex_all
from portal.errors import NotAllowed
from sharing import actions, grants
from sharing.models import Grant
from sharing.tasks import recount_use
from tests.world import World, draft_application, granted, publish_entry, submitted_item

ITEM = [("a", "甲", "N", 8, 1, False, "", "", False)]


def used(resource: Resource) -> tuple[int, int]:
    """The number in the search row, and the one it is kept from."""
    kept = ResourceUse.objects.filter(pk=resource.pk).first()
    return ResourceSearch.objects.get(pk=resource.pk).used, kept.number if kept else 0


@pytest.fixture
def many(world: World) -> World:
    """130 entries, many of them equal in title, use and time."""
    chance = random.Random(3)  # noqa: S311 - the same entries each time
    provider = world.departments["county_civil"]
    resources = Resource.objects.bulk_create(
        Resource(provider=provider, external_key=f"x{n}") for n in range(130)
    )
    versions = ResourceVersion.objects.bulk_create(
        ResourceVersion(
            resource=one, number=1, title=chance.choice(["桥梁", "桥梁名录", "道路"]), abstract="桥梁",
            status="imported", source_updated_on=world.today - timedelta(days=chance.randrange(3)),
        )
        for one in resources
    )  # fmt: skip
    for one, version in zip(resources, versions, strict=True):
        one.live, one.status = version, "imported"
    Resource.objects.bulk_update(resources, ["live", "status"])
    ResourceUse.objects.bulk_create(
        ResourceUse(resource=one, number=chance.randrange(3)) for one in resources
    )
    reindex(resources)
    return world


@pytest.mark.parametrize("sort", ["relevance", "used", "newest"])
@pytest.mark.parametrize("query", ["桥梁", ""])
def test_walking_all_pages_gives_each_entry_once_and_in_order(many, query, sort):
    rows, cursor = [], ""
    while True:
        page = find(many.people["clerk"], many.today, query, Filters(sort=sort), cursor)
        rows += page.rows
        if not (cursor := page.next_cursor):
            break
    found = [hit.resource.pk for hit in rows]
    assert len(found) == len(set(found)) == page.total == (130 if query else 132)
    use = dict(ResourceSearch.objects.values_list("pk", "used"))
    at = dict(ResourceSearch.objects.values_list("pk", "updated_at"))
    number = dict(ResourceSearch.objects.values_list("pk", "number"))
    places = {"桥梁": 0, "桥梁名录": 1, "道路": 2}
    keys = []
    for hit in rows:
        newest = (-at[hit.resource.pk].timestamp(), -number[hit.resource.pk])
        most_used = (-use[hit.resource.pk], *newest)
        ranked = (places.get(hit.version.title, 9), *most_used)
        order = "newest" if sort == "relevance" and not query else sort
        keys.append({"newest": newest, "used": most_used, "relevance": ranked}[order])
    assert keys == sorted(keys)


def test_the_exact_title_stays_before_the_used(world):
    publish_entry(world, "桥梁名录", ITEM, sharing_type="unconditional")
    exact = publish_entry(world, "桥梁", ITEM, sharing_type="unconditional")
    other = publish_entry(world, "桥梁检测", ITEM, sharing_type="unconditional")
    ResourceSearch.objects.filter(pk=other.pk).update(used=9)
    page = find(world.people["clerk"], world.today, "桥梁")
    assert [hit.resource.pk for hit in page.rows[:2]] == [exact.pk, other.pk]


def test_an_application_counts_from_its_submission_until_it_ends(world):
    item = submitted_item(world)
    assert used(world.resource) == (1, 1)
    actions.withdraw_application(
        by=world.people["clerk"], item_id=item.pk, seen=item.events.count(), now=world.now
    )
    assert used(world.resource) == (0, 0)


def test_a_draft_does_not_count(world):
    draft_application(world)
    assert used(world.resource) == (0, 0)


def test_a_grant_counts_while_it_lives(world):
    grant = granted(world)
    assert used(world.resource) == (1, 1)
    grants.expire_due(world.now + timedelta(days=500))
    assert Grant.objects.get(pk=grant.pk).status == "expired"
    assert used(world.resource) == (0, 0)


def test_the_number_goes_back_with_the_transaction_that_changed_it(world):
    def fail() -> None:
        with transaction.atomic():
            submitted_item(world)
            raise NotAllowed("")

    with pytest.raises(NotAllowed):
        fail()
    assert used(world.resource) == (0, 0)


def test_a_new_index_keeps_the_numbers(world):
    submitted_item(world)
    reindex([world.resource])
    assert used(world.resource) == (1, 1)
    ResourceSearch.objects.all().delete()
    reindex_all()
    assert used(world.resource) == (1, 1)


def test_numbers_that_went_wrong_are_mended(world):
    submitted_item(world)
    ResourceUse.objects.all().delete()
    ResourceSearch.objects.update(used=5)
    ResourceUse.objects.create(resource=world.address, number=5)
    recount_use()
    assert used(world.resource) == (1, 1)
    assert used(world.address) == (0, 0)
    assert hooks.recount_use() == 0


@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ({}, [("relevance", True), ("used", False)]),
        ({"sort": "newest"}, [("relevance", True), ("used", False)]),
        ({"sort": "used"}, [("relevance", False), ("used", True)]),
        ({"q": "信息"}, [("relevance", True), ("used", False), ("newest", False)]),
        (
            {"q": "信息", "sort": "newest"},
            [("relevance", False), ("used", False), ("newest", True)],
        ),
    ],
)
def test_the_list_offers_orders_that_mean_something(client, world, address, offered):
    client.force_login(world.people["clerk"])
    sorts = client.get(reverse("catalog:list"), address).context["sorts"]
    assert [(value, chosen) for value, _label, chosen in sorts] == offered
