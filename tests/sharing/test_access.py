"""Who sees what, as whole sets: whoever is not named sees nothing."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from portal.errors import NotVisible
from portal.organisation.models import Official, Role
from sharing import access
from sharing.approval.commands import Refuse
from sharing.approval.terms import RefusalCode
from sharing.models import Delivery, Grant
from sharing.pulling import request_pull, run
from tests.world import (
    SIGNERS,
    World,
    draft_application,
    granted,
    hire,
    sign,
    submitted_item,
)

HOME = {"clerk", "colleague", "office_head"}
PARTIES = {
    *HOME, "steward", "provider_office", "provider_head",
    "county_reviewer", "county_authority", "province_reviewer", "province_authority",
}  # fmt: skip
"""Recipient, provider, and the authorities of the province and of the county above the township
(a township has none of its own)."""


def seers(world: World, question: Callable[[Official], QuerySet]) -> set[str]:
    return {key for key, person in world.people.items() if question(person).exists()}


def test_draft_is_seen_by_the_own_department(world: World):
    draft_application(world)
    assert seers(world, lambda who: access.applications_visible_to(who, world.today)) == HOME


def test_application_is_seen_where_it_has_been(world: World):
    item = submitted_item(world)
    seen = lambda: seers(world, lambda who: access.applications_visible_to(who, world.today))  # noqa: E731
    assert seen() == HOME
    reached = set(HOME)
    for person, following in pairwise(SIGNERS):
        sign(world, item, person)
        reached.add(following)
        assert seen() == reached


def test_item_and_application_are_seen_alike(world: World):
    item = submitted_item(world)
    sign(world, item, "office_head")
    items = seers(world, lambda who: access.items_visible_to(who, world.today))
    assert items == seers(world, lambda who: access.applications_visible_to(who, world.today))


def test_refused_reflux_is_copied_to_the_provider_authority(world: World):
    item = submitted_item(world, reflux=True, row_region="320613100")
    sign(world, item, "office_head")
    assert "province_reviewer" not in seers(
        world, lambda who: access.items_visible_to(who, world.today)
    )
    from sharing import actions

    item.refresh_from_db()
    refusal = Refuse(seen=item.event_count, code=RefusalCode.SECURITY, text="安全风险")
    actions.execute(by=world.people["steward"], item_id=item.pk, command=refusal, now=world.now)
    assert {"province_reviewer", "province_authority"} <= seers(
        world, lambda who: access.items_visible_to(who, world.today)
    )


def test_inbox_is_of_the_holder_only(world: World):
    item = submitted_item(world)
    for person in SIGNERS:
        assert seers(world, lambda who: access.inbox(who, world.today)) == {person}
        sign(world, item, person)
    assert seers(world, lambda who: access.inbox(who, world.today)) == set()


def test_own_application_is_in_no_inbox(world: World):
    hire(world, "both", "subdistrict", Role.SHARING_OFFICE_HEAD)
    from portal.organisation.models import Post

    Post.objects.create(
        official=world.people["both"], department=world.departments["subdistrict"],
        role=Role.CLERK, valid_from=world.today,
    )  # fmt: skip
    draft = draft_application(world, by="both")
    from sharing import actions

    actions.submit_application(
        by=world.people["both"], application_id=draft.pk, seen=0, now=world.now
    )
    assert seers(world, lambda who: access.inbox(who, world.today)) == {"office_head"}


@pytest.fixture
def delivery(attached: World) -> Delivery:
    grant = granted(attached)
    pull = request_pull(by=attached.people["clerk"], grant_id=grant.pk, now=attached.now)
    delivery = run(pull.pk, clock=timezone.now)
    assert delivery is not None
    return delivery


def test_grant_pull_and_delivery_are_seen_by_the_parties(attached: World, delivery: Delivery):
    for question in (
        access.grants_visible_to,
        access.pulls_visible_to,
        access.deliveries_visible_to,
    ):
        assert seers(attached, lambda who, ask=question: ask(who, attached.today)) == PARTIES


def test_strangers_get_not_visible_everywhere(attached: World, delivery: Delivery):
    stranger, today = attached.people["stranger"], attached.today
    grant = delivery.grant
    doors = [
        (access.get_application, grant.item.application_id),
        (access.get_item, grant.item_id),
        (access.get_grant, grant.pk),
        (access.get_pull, delivery.pull_id),
        (access.get_delivery, delivery.pk),
        (access.get_file, delivery.files.first().pk),
        (access.get_grant, "no-such-id"),
        (access.get_file, "no-number"),
    ]
    for door, key in doors:
        with pytest.raises(NotVisible):
            door(stranger, key, today)


def test_nobody_is_exempt(attached: World, delivery: Delivery):
    root = attached.people["stranger"]
    root.is_superuser = root.is_staff = True
    root.save()
    assert not access.grants_visible_to(root, attached.today).exists()
    gone = attached.people["clerk"]
    gone.is_active = False
    gone.save()
    assert not access.grants_visible_to(gone, attached.today).exists()
    assert not access.applications_visible_to(gone, attached.today).exists()


@pytest.mark.parametrize(
    ("person", "allowed"),
    [
        ("steward", True), ("provider_office", True), ("provider_head", True),
        ("province_reviewer", True), ("province_authority", True),
        ("clerk", False), ("office_head", False), ("county_reviewer", True),
        ("city_reviewer", False), ("stranger", False), ("secadmin", False),
    ],
)  # fmt: skip
def test_who_may_stop_a_grant(attached: World, person: str, allowed: bool):  # noqa: FBT001
    grant = granted(attached)
    assert access.may_stop(attached.people[person], grant, attached.today) is allowed


def test_visible_sets_cost_few_queries(attached: World, django_assert_max_num_queries):
    granted(attached)
    with django_assert_max_num_queries(6):
        list(access.items_visible_to(attached.people["steward"], attached.today))
    with django_assert_max_num_queries(6):
        list(access.grants_visible_to(attached.people["steward"], attached.today))
    assert Grant.objects.count() == 1
