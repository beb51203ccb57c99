"""Who reads which entries, and what the pages show."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.errors import Forbidden, NotVisible
from portal.ledger import access
from portal.ledger.chain import Summary
from portal.ledger.checkpoints import Keys, Signed
from portal.ledger.models import Entry
from portal.ledger.proofs import Proof, fault_of
from portal.ledger.records import record
from portal.ledger.sealer import checkpoint, seal
from portal.organisation.models import Department, Official
from tests.world import SINCE, World

pytestmark = pytest.mark.django_db

LIST = reverse("ledger:list")


def write(
    world: World, *departments: str, kind: str = "post.appointed", age: int = 0, **facts: object
) -> Entry:
    return record(
        kind, by=world.people["secadmin"], obj=world.people["clerk"],
        now=world.now - timedelta(days=age),
        departments=[world.departments[key].pk for key in departments], **facts,
    )  # fmt: skip


def sign_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


@pytest.fixture
def entries(world: World) -> dict[str, Entry]:
    return {
        "police": write(world, "police"),
        "both": write(world, "police", "subdistrict"),
        "subdistrict": write(world, "subdistrict"),
        "nobody": write(world),
    }


READERS = {
    "auditadmin": {"police", "both", "subdistrict", "nobody"},
    "clerk": {"both", "subdistrict"},
    "office_head": {"both", "subdistrict"},
    "steward": {"police", "both"},
    "provider_head": {"police", "both"},
    "stranger": set(),
    "county_authority": set(),
    "province_authority": set(),
}


@pytest.mark.parametrize("key", READERS)
def test_everybody_sees_exactly_what_is_theirs(world: World, entries: dict[str, Entry], key: str):
    expected = {entries[name].pk for name in READERS[key]}
    client = sign_in(world, key)

    assert (
        set(access.entries_visible_to(world.people[key], world.today).values_list("pk", flat=True))
        == expected
    )
    shown = {entry.pk for entry, *_rest in client.get(LIST).context["rows"]}
    assert shown == expected
    for entry in entries.values():
        answer = client.get(reverse("ledger:entry", args=[entry.pk]))
        assert answer.status_code == (200 if entry.pk in expected else 404)
        proof = client.get(reverse("ledger:proof", args=[entry.pk]))
        assert proof.status_code == (409 if entry.pk in expected else 404)  # not signed yet


@pytest.mark.parametrize("key", ["sysadmin", "secadmin"])
def test_other_administrators_read_nothing(world: World, entries: dict[str, Entry], key: str):
    with pytest.raises(Forbidden):
        access.entries_visible_to(world.people[key], world.today)

    assert sign_in(world, key).get(LIST).status_code == 403


def test_superusers_read_nothing(world: World, entries: dict[str, Entry]):
    root = Official.objects.create_superuser("root", full_name="首个账号")
    client = Client()
    client.force_login(root)

    assert client.get(LIST).status_code == 403
    assert client.get(reverse("ledger:entry", args=[entries["police"].pk])).status_code == 403


def test_visitors_are_asked_to_sign_in(client: Client, entries: dict[str, Entry]):
    assert client.get(LIST).status_code == 302
    assert client.get(reverse("ledger:entry", args=[entries["police"].pk])).status_code == 302


def test_an_entry_that_does_not_exist_looks_like_one_that_is_not_theirs(world: World, entries):
    with pytest.raises(NotVisible):
        access.get_visible(world.people["stranger"], 10**9, world.today)
    client = sign_in(world, "stranger")

    missing = client.get(reverse("ledger:entry", args=[10**9]))
    hidden = client.get(reverse("ledger:entry", args=[entries["police"].pk]))

    assert missing.status_code == hidden.status_code == 404


def test_units_read_what_concerns_their_department(world: World, entries: dict[str, Entry]):
    unit = Department.objects.create(
        name="科技处", parent=world.departments["police"], region=world.regions["jiangsu"],
        valid_from=SINCE, group=world.people["clerk"].groups.create(name="unit"),
    )  # fmt: skip
    world.people["stranger"].posts.update(department=unit)

    shown = set(access.entries_visible_to(world.people["stranger"], world.today))

    assert shown == {entries["police"], entries["both"]}


FILTERS = [
    # query, numbers of the entries that fit
    ({}, {0, 1, 2, 3}),
    ({"kind": "official.changed"}, {1}),
    ({"q": "张海"}, {0, 1, 2}),
    ({"q": "安全管理"}, {0, 1, 2, 3}),
    ({"q": "100%"}, set()),
    ({"since": "today-1"}, {2, 3}),
    ({"until": "today-1"}, {0, 1, 2}),
    ({"since": "today-3", "until": "today-1"}, {1, 2}),
    ({"object": "organisation.official:CLERK"}, {0, 1, 2}),
    ({"object": "organisation.official:0"}, set()),
    ({"kind": "official.changed", "q": "张", "since": "today-9"}, {1}),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filters(world: World, query: dict[str, str], expected: set[int]):
    made = [
        write(world, age=9),
        write(world, kind="official.changed", age=3),
        write(world, age=1),
        record("department.created", by=world.people["secadmin"], obj=world.departments["police"], now=world.now),
    ]  # fmt: skip

    def value(text: str) -> str:
        if text.startswith("today-"):
            return str(world.today - timedelta(days=int(text[6:])))
        return text.replace("CLERK", str(world.people["clerk"].pk))

    answer = sign_in(world, "auditadmin").get(
        LIST, {key: value(text) for key, text in query.items()}
    )

    shown = {entry.pk for entry, *_rest in answer.context["rows"]}
    assert shown == {made[number].pk for number in expected}


BAD = [{"kind": "no.such"}, {"since": "someday"}, {"since": "2026-02-02", "until": "2026-02-01"},
       {"after": "x"}, {"object": "x'; DROP TABLE"}, {"q": "x" * 101}, {"q": "\x00"}]  # fmt: skip


@pytest.mark.parametrize("query", BAD)
def test_a_question_that_makes_no_sense_shows_nothing_and_says_why(world: World, entries, query):
    answer = sign_in(world, "auditadmin").get(LIST, query)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert answer.context["rows"] == []


def test_pages_are_read_by_key(world: World, monkeypatch):
    made = [write(world).pk for _ in range(7)]
    monkeypatch.setattr("portal.ledger.views.PAGE_SIZE", 3)
    client, seen, cursor = sign_in(world, "auditadmin"), [], ""
    for _ in range(3):
        context = client.get(LIST, {"after": cursor} if cursor else {}).context
        seen.append([entry.pk for entry, *_rest in context["rows"]])
        cursor = context["next_cursor"]
        write(world)  # what happens meanwhile moves no page

    assert seen == [made[:3:-1], made[3:0:-1], made[:1]]
    assert cursor is None


def test_a_page_costs_few_queries(world: World, django_assert_max_num_queries):
    for _ in range(30):
        write(world)
    client = sign_in(world, "auditadmin")
    client.get(LIST)

    with django_assert_max_num_queries(16):
        client.get(LIST)


def test_an_entry_shows_what_changed(world: World):
    entry = write(
        world, "police", article="第二十一条",
        data={"before": {"full_name": "旧名"}, "after": {"full_name": "新名", "x": True}, "count": 3},
    )  # fmt: skip

    answer = sign_in(world, "steward").get(reverse("ledger:entry", args=[entry.pk]))

    rows = {name: (before, after) for name, before, after in answer.context["details"]}
    assert rows["full_name"] == ("旧名", "新名")
    assert rows["count"] == ("", "3")
    text = answer.content.decode()
    assert "第二十一条" in text
    assert entry.digest in text


def test_markup_in_names_stays_text(world: World):
    entry = write(world, "police", label="<script>alert(1)</script>", data={"x": "<img src=y>"})
    client = sign_in(world, "steward")

    for page in (LIST, reverse("ledger:entry", args=[entry.pk])):
        text = client.get(page).content.decode()
        assert "<script>alert" not in text
        assert "<img src=y>" not in text


@pytest.mark.django_db(transaction=True)
def test_the_downloaded_proof_convinces_a_stranger(clerk: Official, now):
    with transaction.atomic():
        entry = record("test.happened", by=clerk, obj=clerk, now=now, data={"a": 1})
    seal(now)
    checkpoint(now)
    client = Client()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "is_auditor", lambda _official, _on: True)
        client.force_login(clerk)
        answer = client.get(reverse("ledger:proof", args=[entry.pk]))

    content = json.loads(answer.content)
    signed = Signed.from_json(json.dumps(content["checkpoint"]))
    proof = Proof(
        content["content"], content["previous"], tuple(map(tuple, content["path"])),
        content["previous_root"], signed,
    )  # fmt: skip
    keys = Keys.from_pem([content["public_key"]])
    assert "attachment" in answer["Content-Disposition"]
    assert fault_of(proof, keys) == ""
    other = replace(signed, summary=Summary(9, now, signed.summary.head, signed.summary.root))
    assert fault_of(replace(proof, checkpoint=other), keys)
