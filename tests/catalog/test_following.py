"""Saved searches and followed entries: one's own, told once, and never of what one cannot see."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from catalog import access, actions
from catalog.actions import following
from catalog.models import FollowedEntry, Resource, SavedHit, SavedSearch, Visibility
from catalog.search import Filters, reindex
from catalog.tasks import tell_of_what_is_followed
from portal.errors import Invalid, NotAllowed, NotVisible
from portal.notices.models import Notice
from portal.organisation.models import Official
from tests.catalog.conftest import reads_english
from tests.world import World, publish_entry

ITEM = [("a", "甲", "N", 8, 1, False, "", "", False)]


def save(world: World, name: str = "人口", query: str = "人口", *, key: str = "clerk",
         followed: bool = True, filters: Filters | None = None) -> SavedSearch:  # fmt: skip
    return actions.save_search(
        by=world.people[key], name=name, query=query, filters=filters or Filters(),
        followed=followed, now=world.now,
    )  # fmt: skip


def told(world: World, key: str = "clerk", hours: int = 2) -> list[tuple[str, dict]]:
    """What the clockwork tells somebody, that many hours later."""
    before = set(Notice.objects.values_list("pk", flat=True))
    actions.tell_followers(world.now + timedelta(hours=hours))
    new = Notice.objects.filter(official=world.people[key]).exclude(pk__in=before)
    return [(notice.kind, notice.params) for notice in new.order_by("pk")]


def hide(entry: Resource) -> None:
    entry.visibility = Visibility.LIMITED
    entry.save(update_fields=["visibility"])
    reindex([entry])


# --- saving --------------------------------------------------------------------------------


def test_a_name_is_needed_and_only_once(world):
    save(world, followed=False)
    save(world, key="colleague")  # another official's names are their own
    for name, code in (("", "required"), (" 人口 ", "taken"), ("长" * 101, "too_long")):
        with pytest.raises(Invalid) as caught:
            save(world, name)
        assert [fault.code for fault in caught.value.faults] == [code]


def test_a_search_that_finds_too_much_cannot_be_followed(world, monkeypatch):
    monkeypatch.setattr(following, "MOST_HITS", 1)
    with pytest.raises(Invalid) as caught:
        save(world, "", query="")
    assert [fault.field for fault in caught.value.faults] == ["name", "followed"]
    save(world, "全部", query="", followed=False)
    assert not SavedHit.objects.exists()


def test_there_is_an_end_to_how_many(world, monkeypatch):
    monkeypatch.setattr(following, "MOST_SEARCHES", 1)
    monkeypatch.setattr(following, "MOST_ENTRIES", 1)
    save(world)
    with pytest.raises(NotAllowed):
        save(world, "又")
    clerk = world.people["clerk"]
    for _again in range(2):
        actions.follow_entry(by=clerk, resource_id=world.resource.pk, now=world.now)
    with pytest.raises(NotAllowed):
        actions.follow_entry(by=clerk, resource_id=world.address.pk, now=world.now)


def test_a_search_is_nobody_else_s(world):
    search = save(world)
    other = world.people["colleague"]
    for call in (
        lambda: following.get_search(other, search.pk),
        lambda: actions.delete_search(by=other, search_id=search.pk),
        lambda: actions.change_search(
            by=other, search_id=search.pk, name="x", followed=False, now=world.now
        ),
    ):
        with pytest.raises(NotVisible):
            call()
    assert SavedSearch.objects.get().name == "人口"


# --- telling -------------------------------------------------------------------------------


def test_what_is_new_is_told_once(world):
    search = save(world)
    assert told(world) == []
    publish_entry(world, "流动人口登记", ITEM, sharing_type="unconditional")
    assert told(world, hours=4) == [
        ("search.one_new", {"name": "人口", "title": "流动人口登记", "number": 1})
    ]
    notice = Notice.objects.get()
    assert notice.url == reverse("catalog:saved_search", args=[search.pk])
    assert notice.text == "New in your saved search “人口”: “流动人口登记”."
    assert told(world, hours=6) == []
    for title in ("死亡人口", "出生人口"):
        publish_entry(world, title, ITEM, sharing_type="unconditional")
    ((kind, params),) = told(world, hours=8)
    assert (kind, params["number"]) == ("search.many_new", 2)


def test_not_more_often_than_every_hour(world):
    save(world)
    publish_entry(world, "流动人口登记", ITEM, sharing_type="unconditional")
    assert told(world, hours=0) == []
    assert len(told(world, hours=1)) == 1


def test_filters_count_and_following_can_end_and_begin(world):
    filters = Filters(sharing=("conditional",))
    search = save(world, filters=filters)
    publish_entry(world, "流动人口登记", ITEM, sharing_type="unconditional")
    assert told(world) == []
    clerk = world.people["clerk"]
    change = {"by": clerk, "search_id": search.pk, "now": world.now}
    actions.change_search(name="人口", followed=False, **change)
    assert not SavedHit.objects.exists()
    publish_entry(world, "出生人口登记", ITEM, sharing_type="conditional")
    assert told(world, hours=4) == []
    actions.change_search(name="人口2", followed=True, **change)
    assert told(world, hours=6) == []  # what is there when following begins is not new
    assert SavedHit.objects.count() == 2


def test_a_right_that_is_given_makes_an_entry_new(world):
    entry = publish_entry(world, "秘密人口", ITEM, sharing_type="unconditional")
    hide(entry)
    save(world)
    save(world, key="stranger")
    assert told(world) == []
    access.give("view_resource", department=world.departments["subdistrict"], resource=entry)
    assert [params["title"] for _kind, params in told(world, hours=4)] == ["秘密人口"]
    assert not Notice.objects.filter(official=world.people["stranger"]).exists()


def test_an_outsider_is_told_nothing_of_a_hidden_entry(world):
    """Rights are asked for at the moment of telling, not when the search was saved."""
    save(world)
    save(world, key="steward")
    entry = publish_entry(world, "秘密人口", ITEM, sharing_type="unconditional")
    hide(entry)
    assert told(world) == []
    titles = Notice.objects.filter(official=world.people["steward"]).values_list(
        "params", flat=True
    )
    assert [params["title"] for params in titles] == ["秘密人口"]  # the same words, with the right


def test_a_switched_off_account_is_told_nothing_and_forgets_nothing(world):
    save(world)
    Official.objects.filter(pk=world.people["clerk"].pk).update(is_active=False)
    publish_entry(world, "流动人口登记", ITEM, sharing_type="unconditional")
    assert told(world) == []
    assert SavedHit.objects.count() == 1


def test_a_followed_entry_tells_of_a_new_version_once(world):
    actions.follow_entry(by=world.people["clerk"], resource_id=world.resource.pk, now=world.now)
    assert told(world) == []
    old = world.resource.live
    old.status = "superseded"
    old.save(update_fields=["status"])
    old.pk, old.number, old.status, old.title = None, 2, "published", "常住人口信息"
    old.save(force_insert=True)
    world.resource.live = old
    world.resource.save(update_fields=["live"])
    reindex([world.resource])
    assert told(world, hours=4) == [("followed.changed", {"title": "常住人口信息"})]
    assert told(world, hours=6) == []


def test_an_entry_that_one_no_longer_sees_is_not_named(world):
    clerk = world.people["clerk"]
    actions.follow_entry(by=clerk, resource_id=world.resource.pk, now=world.now)
    hide(world.resource)
    assert told(world) == [("followed.gone", {})]
    notice = Notice.objects.get()
    assert world.resource.live.title not in notice.text
    assert notice.url == ""
    assert not FollowedEntry.objects.exists()


def test_what_one_does_not_see_cannot_be_followed(world):
    hide(world.resource)
    with pytest.raises(NotVisible):
        actions.follow_entry(
            by=world.people["stranger"], resource_id=world.resource.pk, now=world.now
        )


def test_the_clockwork_runs_it(world):
    search = save(world)
    SavedSearch.objects.update(checked_at=world.now - timedelta(hours=3))
    publish_entry(world, "流动人口登记", ITEM, sharing_type="unconditional")
    assert tell_of_what_is_followed() == 1
    search.refresh_from_db()
    assert search.checked_at > world.now - timedelta(hours=1)


# --- pages ---------------------------------------------------------------------------------


def test_the_way_through_the_pages(client: Client, world):
    client.force_login(reads_english(world.people["clerk"]))
    saved = reverse("catalog:saved")
    page = client.get(saved).content.decode()
    assert "No saved searches yet" in page
    assert "You follow no entries" in page
    listed = client.get(reverse("catalog:list"), {"q": "人口", "sharing": "conditional"})
    address = reverse("catalog:save_search") + "?q=%E4%BA%BA%E5%8F%A3&sharing=conditional"
    assert address.replace("&", "&amp;") in listed.content.decode()
    page = client.get(address).content.decode()
    assert 'value="人口"' in page
    assert "“人口” · Sharing type: conditional sharing" in page
    refused = client.post(address, {"name": "", "followed": "on"})
    assert refused.status_code == 422
    assert "checked" in refused.content.decode()  # what was entered is kept
    assert client.post(address, {"name": "有条件", "followed": "on"})["Location"] == saved
    search = SavedSearch.objects.get()
    assert search.filters == {"sharing": ["conditional"]}
    way = client.get(reverse("catalog:saved_search", args=[search.pk]))["Location"]
    assert client.get(way).context["page_of_hits"].total == 1
    change = reverse("catalog:change_search", args=[search.pk])
    assert client.post(change, {"name": "改"})["Location"] == saved
    search.refresh_from_db()
    assert (search.name, search.followed) == ("改", False)
    client.post(reverse("catalog:delete_search", args=[search.pk]))
    assert not SavedSearch.objects.exists()


def test_an_entry_is_followed_from_its_page(client: Client, world):
    client.force_login(reads_english(world.people["clerk"]))
    entry = reverse("catalog:entry", args=[world.resource.pk])
    follow = reverse("catalog:follow", args=[world.resource.pk])
    assert 'name="follow" value="yes"' in client.get(entry).content.decode()
    assert client.post(follow, {"follow": "yes"})["Location"] == entry
    assert 'name="follow" value="no"' in client.get(entry).content.decode()
    assert "常住人口基本信息" in client.get(reverse("catalog:saved")).content.decode()
    hide(world.resource)
    assert "常住人口基本信息" not in client.get(reverse("catalog:saved")).content.decode()
    assert client.post(follow, {"follow": "yes"}).status_code == 404
    client.post(follow, {"back": "saved"})
    assert not FollowedEntry.objects.exists()


def test_pages_of_others_do_not_exist(client: Client, world):
    search = save(world, key="colleague")
    client.force_login(world.people["clerk"])
    for name, method in (
        ("saved_search", "get"),
        ("change_search", "get"),
        ("delete_search", "post"),
    ):
        address = reverse(f"catalog:{name}", args=[search.pk])
        assert getattr(client, method)(address).status_code == 404
    assert SavedSearch.objects.exists()


# --- REST ----------------------------------------------------------------------------------


def test_rest_keeps_changes_and_deletes(client: Client, world):
    client.force_login(world.people["clerk"])
    base = "/api/v1/saved-searches/"
    body = {"name": "有条件", "query": "人口", "filters": {"sharing": ["conditional", "x"]},
            "followed": True}  # fmt: skip
    made = client.post(base, body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["filters"] == {"sharing": ["conditional"]}
    assert [one["name"] for one in client.get(base).json()] == ["有条件"]
    one = f"{base}{made.json()['id']}/"
    again = client.post(base, body, content_type="application/json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "taken")
    changed = client.patch(one, {"followed": False}, content_type="application/json")
    assert (changed.json()["name"], changed.json()["followed"]) == ("有条件", False)
    client.force_login(world.people["colleague"])
    assert client.get(one).status_code == 404
    assert client.delete(one).status_code == 404
    client.force_login(world.people["clerk"])
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404


def test_rest_follows_an_entry(client: Client, world):
    client.force_login(world.people["stranger"])
    address = f"/api/v1/entries/{world.resource.pk}/follow/"
    assert client.put(address).status_code == 204
    assert FollowedEntry.objects.get().official == world.people["stranger"]
    assert client.delete(address).status_code == 204
    assert not FollowedEntry.objects.exists()
    hide(world.resource)
    assert client.put(address).status_code == 404
    client.logout()
    assert client.put(address).status_code == 401
