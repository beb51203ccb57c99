"""Counters of the census and linked entries: versioned, checked, shown to those who may see them."""

import json
import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from catalog import actions
from catalog.access import give
from catalog.actions.linking import link_faults
from catalog.actions.publishing import content_digest, make_live
from catalog.exchange import exporting
from catalog.models import Resource, ResourceVersion
from catalog.presenting.differences import difference
from portal.errors import Invalid
from tests.catalog.conftest import reads_english
from tests.world import World, build_world, publish_entry

ITEMS = [("name", "姓名", "C", 60, 3, True, "", "", True)]


def change(world: World, resource: Resource, **content: object) -> ResourceVersion:
    draft = actions.revise(by=None, resource=resource, now=world.now)
    return actions.save_draft(by=None, version=draft, content=content, now=world.now)


def put_in_force(world: World, resource: Resource, **content: object) -> ResourceVersion:
    return make_live(change(world, resource, **content), by=None, now=world.now)


@pytest.fixture
def hidden(world: World) -> Resource:
    """An entry of Suzhou that only named departments know."""
    entry = publish_entry(
        world, "内部名册", ITEMS, sharing_type="conditional", provider="suzhou_civil"
    )
    return actions.set_visibility(by=None, resource=entry, visibility="limited", now=world.now)


# --- counters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        ("storage_gb", "storage_shared_gb"),
        ("storage_gb", "storage_open_gb"),
        ("record_count", "records_shared"),
        ("record_count", "records_open"),
    ],
)
def test_no_part_is_more_than_the_whole(world: World, whole, part):
    with pytest.raises(Invalid) as refused:
        change(world, world.address, **{whole: 5, part: 6})
    assert [fault.field for fault in refused.value.faults] == [part]
    draft = change(world, world.address, **{whole: 6, part: 6})
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceVersion.objects.filter(pk=draft.pk).update(**{part: 7})


@pytest.mark.parametrize("value", [-1, "12 GB", None])
def test_counters_are_plain_numbers(world: World, value):
    for name in ("storage_gb", "record_count"):
        with pytest.raises(Invalid) as refused:
            change(world, world.address, **{name: value})
        assert {fault.field for fault in refused.value.faults} == {name}


def test_the_page_says_what_is_counted_and_nothing_of_what_is_unknown(world: World):
    client = Client()
    client.force_login(reads_english(world.people["clerk"]))
    url = reverse("catalog:entry", args=[world.address.pk])
    assert "Structured records" not in client.get(url).content.decode()
    put_in_force(world, world.address, record_count=12_345, records_shared=345, storage_gb="1.50")
    text = client.get(url).content.decode()
    assert "12,345, of which 345 shared, 0 open to the public" in text
    assert "1.5 GB, of which 0 GB shared" in text


def test_a_digest_from_before_the_counters_still_holds(world: World):
    version = world.address.live
    names = {"storage_gb", "storage_shared_gb", "storage_open_gb", "record_count",
             "records_shared", "records_open", "linked_codes"}  # fmt: skip
    assert content_digest(version) == content_digest(version, without=names)
    changed = change(world, world.address, record_count=1)
    assert content_digest(changed) != content_digest(changed, without={"record_count"})


# --- links ---------------------------------------------------------------------------------


def test_what_cannot_be_linked_is_named(world: World, hidden: Resource):
    own, known = world.address.code, world.resource.code
    for codes, kinds in {
        (own,): ["self_link"],
        ("307001/404",): ["unknown"],
        (hidden.code,): ["unknown"],
        (known, known): ["duplicate"],
        (own, "307001/404", known): ["self_link", "unknown"],
        (known,): [],
    }.items():
        version = world.address.live
        version.linked_codes = list(codes)
        assert [fault.code for fault in link_faults(version)] == kinds, codes


def test_a_hidden_entry_is_refused_in_the_words_of_one_that_does_not_exist(world, hidden):
    texts = set()
    for code in (hidden.code, "307001/404"):
        with pytest.raises(Invalid) as refused:
            change(world, world.address, linked_codes=[code])
        texts.add(str(refused.value.faults[0].message).replace(code, ""))
    assert len(texts) == 1
    give("view_resource", department=world.departments["police"], resource=hidden)
    assert change(world, world.address, linked_codes=[hidden.code]).linked_codes == [hidden.code]


def test_a_circle_is_refused_with_its_path(world: World):
    third = publish_entry(world, "户籍信息", ITEMS, sharing_type="conditional")
    put_in_force(world, world.resource, linked_codes=[third.code])
    put_in_force(world, third, linked_codes=[world.address.code])
    with pytest.raises(Invalid) as refused:
        change(world, world.address, linked_codes=[world.resource.code])
    path = " → ".join([world.address.code, world.resource.code, third.code, world.address.code])
    assert path in str(refused.value.faults[0].message)


def test_a_circle_over_a_hidden_entry_does_not_name_it(world: World, hidden: Resource):
    give("view_resource", department=world.departments["civil_affairs"], resource=hidden)
    middle = publish_entry(
        world, "低保信息", ITEMS, sharing_type="conditional", provider="civil_affairs"
    )
    put_in_force(world, middle, linked_codes=[hidden.code])
    put_in_force(world, hidden, linked_codes=[world.address.code])
    with pytest.raises(Invalid) as refused:
        change(world, world.address, linked_codes=[middle.code])
    message = str(refused.value.faults[0].message)
    assert "→ … →" in message
    assert hidden.code not in message


def test_links_belong_to_the_version_and_never_change(world: World):
    draft = change(world, world.address, linked_codes=[world.resource.code], record_count=7)
    old = world.address.live
    shown = {one.label: (one.old, one.new) for one in difference(old, draft).fields}
    assert shown == {
        "Linked entries": ("", world.resource.code), "Structured records": ("", "7"),
    }  # fmt: skip
    live = make_live(draft, by=None, now=world.now)
    for changes in ({"linked_codes": []}, {"record_count": 8}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ResourceVersion.objects.filter(pk=live.pk).update(**changes)
    following = actions.revise(by=None, resource=live.resource, now=world.now)
    assert (following.linked_codes, following.record_count) == ([world.resource.code], 7)


def test_nobody_learns_of_a_linked_entry_they_do_not_see(world: World, hidden: Resource):
    give("view_resource", department=world.departments["police"], resource=hidden)
    put_in_force(world, world.address, linked_codes=[hidden.code, world.resource.code])
    pages = {}
    for key in ("clerk", "steward"):
        client = Client()
        client.force_login(reads_english(world.people[key]))
        texts = [
            client.get(reverse(name, args=[world.address.pk])).content.decode()
            for name in ("catalog:entry", "api:entry", "catalog:compare")
        ]
        rows = exporting.found(world.people[key], world.today)
        lines = exporting.json_lines(exporting.entries(rows, world.people[key], world.today))
        texts.append(b"".join(lines).decode())
        pages[key] = texts
    for text in pages["clerk"]:
        assert world.resource.code in text
        assert hidden.code not in text
        assert "内部名册" not in text
    for text in pages["steward"]:
        assert hidden.code in text


def test_the_chooser_offers_only_what_the_reader_sees(world: World, hidden: Resource):
    def offered(key: str, term: str) -> list[str]:
        client = Client()
        client.force_login(world.people[key])
        answer = client.get(reverse("catalog:code_options"), {"term": term})
        return [one["id"] for one in json.loads(answer.content)["results"]]

    assert offered("steward", "标准地址") == [world.address.code]
    assert offered("steward", world.address.code) == [world.address.code]
    assert offered("steward", "名册") == []
    assert offered("stranger", "名册") == [hidden.code]


def test_the_form_of_the_administration_says_what_the_action_would(world: World):
    draft = actions.revise(by=None, resource=world.address, now=world.now)
    client = Client()
    client.force_login(reads_english(world.people["steward"]))
    url = reverse("admin:catalog_resourceversion_change", args=[draft.pk])
    page = client.get(url)
    assert "select2.full" in page.content.decode(), "the chooser comes with its script"
    form = page.context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields}
    data |= {"items-TOTAL_FORMS": "0", "items-INITIAL_FORMS": "0", "record_count": "4",
             "records_open": "5", "linked_codes": [world.address.code]}  # fmt: skip
    for name in ("storage_gb", "storage_shared_gb", "storage_open_gb", "records_shared"):
        data[name] = "0"
    errors = client.post(url, data).context["adminform"].form.errors
    assert {"records_open", "linked_codes"} <= set(errors)
    data |= {"records_open": "4", "linked_codes": [world.resource.code]}
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    draft.refresh_from_db()
    assert (draft.records_open, draft.linked_codes) == (4, [world.resource.code])
    assert draft.storage_gb == Decimal(0)


@pytest.mark.django_db(transaction=True)
def test_two_versions_that_link_each_other_do_not_both_come_through():
    world = build_world()
    drafts = [
        change(world, world.resource, linked_codes=[world.address.code]),
        change(world, world.address, linked_codes=[world.resource.code]),
    ]
    ready, outcomes = threading.Barrier(2), []

    def publish(draft: ResourceVersion) -> None:
        try:
            with transaction.atomic():
                ready.wait(10)
                make_live(draft, by=None, now=world.now)
            outcomes.append("done")
        except Invalid as error:
            outcomes.append(error.faults[0].code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[draft]) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["circle", "done"]
