"""The search rows in memory: the same numbers as SQL, and never older than the database."""

import random
import time
from datetime import timedelta
from threading import Thread

import numpy as np
import pytest
from django.db import connection, connections, transaction

from catalog import access
from catalog.models import Resource, ResourceSearch, ResourceVersion, ResourceWords
from catalog.search import (
    Filters,
    Reader,
    find,
    memory,
    parse,
    parse_for,
    reindex,
    reindex_all,
    rows_seen,
)
from catalog.search.finding import selection
from catalog.search.memory import look
from catalog.search.query import matches
from tests.catalog.by_sql import counted
from tests.world import World, build_world, publish_entry

ITEM = [("a", "甲", "N", 8, 1, False, "", "", False)]
WORDS = ["人口", "桥梁", "道路", "名录", "信息"]
VALUES = {
    "sharing_type": ["unconditional", "conditional", "non_shared"],
    "update_cycle": ["daily", "monthly", "yearly", ""],
    "format_class": ["2", "3", ""],
    "theme": ["交通,运输", '"人口"', "a\nb", ""],
    "open_type": ["open", "closed"],
    "sharing_modes": [[], ["file"], ["api", "file"]],
    "grade": [1, 2, 3],
}


@pytest.fixture
def committed(transactional_db: None) -> World:
    """The world, committed, so that other connections see it."""
    return build_world()


@pytest.fixture
def varied(world):
    """Three hundred entries that differ in everything a filter asks for."""
    chance = random.Random(7)  # noqa: S311 - the same each time
    departments = list(world.departments.values())
    resources = Resource.objects.bulk_create(
        Resource(provider=chance.choice(departments), external_key=f"e/{n}") for n in range(300)
    )
    versions = ResourceVersion.objects.bulk_create(
        ResourceVersion(
            resource=one, number=1, title="".join(chance.sample(WORDS, 2)),
            source_updated_on=chance.choice([None, world.today - timedelta(chance.randrange(90))]),
            **{name: chance.choice(values) for name, values in VALUES.items()},
        )
        for one in resources
    )  # fmt: skip
    for number, (one, version) in enumerate(zip(resources, versions, strict=True)):
        one.live, one.code = version, f"307001/{number}"
        one.status = chance.choice(["published", "imported", "withdrawn", "draft"])
        imported = one.status == "imported"
        one.visibility = "listed" if imported else chance.choice(["listed", "limited"])
    Resource.objects.bulk_update(resources, ["live", "code", "status", "visibility"])
    with transaction.atomic():
        reindex(resources)
    for one in chance.sample(resources, 60):
        group = chance.choice(departments)
        access.give(chance.choice(list(access.Permission)), department=group, resource=one)
    return world


def some_filters(world, chance):
    """Filters as somebody may choose them, of some facets."""
    providers = [str(one.pk) for one in world.departments.values()]
    choices = {
        "sharing": VALUES["sharing_type"], "cycle": ["daily", "monthly"], "format": ["2", "3"],
        "mode": ["api", "file"], "grade": ["1", "3"], "openness": ["open"], "usable": ["yes"],
        "freshness": ["fresh", "overdue"], "status": ["published", "imported"],
        "provider": providers, "region": ["000000", "320000", "320600", "320613"],
        "theme": VALUES["theme"][:3], "classification": ["1"],
    }  # fmt: skip
    names = chance.sample(sorted(choices), chance.randrange(4))
    return Filters(
        **{name: tuple(chance.sample(choices[name], min(2, len(choices[name])))) for name in names}
    )


def agrees(world, reader, query, filters):
    """The selection in memory, after comparing it with SQL."""
    found = selection(reader, query, filters)
    counts = found.counts()
    total, by_facet = counted(reader, query, filters)
    assert counts.total == total, filters
    for name, numbers in by_facet.items():
        shown = {value: number for value, number in numbers.items() if number}
        assert dict(counts.by_facet.get(name, {})) == shown, (name, filters)
    return found


@pytest.mark.parametrize("held", [False, True])
def test_counts_are_those_of_sql(varied, held, monkeypatch):
    if held:  # every row stands in what is held, and some changed since
        hold_everything(monkeypatch)
        for row in ResourceSearch.objects.order_by("number")[:40]:
            row.theme = "新"
            row.save(update_fields=["theme"])
        ResourceSearch.objects.filter(pk__in=ResourceSearch.objects.values("pk")[:9]).delete()
    chance = random.Random(3)  # noqa: S311 - the same each time
    people = [varied.people[key] for key in ("clerk", "steward", "county_clerk", "sysadmin")]
    for _ in range(16):
        reader = Reader.of(chance.choice([*people, None]), varied.today)
        query = parse_for(chance.choice(["", "", "人口", "桥", "renkou", "道路名录", "没有"]))
        agrees(varied, reader, query, some_filters(varied, chance))


def hold_everything(monkeypatch):
    """Hold the rows of this test's transaction too, which nobody would do outside of a test."""
    state = memory._state
    newest = state(0).newest
    monkeypatch.setattr(
        memory,
        "_state",
        lambda since: state(since)._replace(
            settled=newest + 1, newest=newest + 10**6, writes=False
        ),
    )
    monkeypatch.setattr(memory, "_held", {})
    assert len(look()) == 1
    with connection.cursor() as cursor:  # rows written from now on have changed since
        cursor.execute(
            "CREATE OR REPLACE FUNCTION catalog_search_changed() RETURNS trigger LANGUAGE plpgsql"  # noqa: S608
            f" AS $$ BEGIN NEW.changed_in := {newest + 2}; RETURN NEW; END $$;"
            "CREATE OR REPLACE FUNCTION catalog_search_removed() RETURNS trigger LANGUAGE plpgsql"
            f" AS $$ BEGIN INSERT INTO catalog_searchgone VALUES (OLD.number, {newest + 2});"
            " RETURN NULL; END $$;"
        )


@pytest.mark.parametrize("sort", ["relevance", "used", "newest"])
def test_pages_go_through_what_is_held_and_what_changed(varied, monkeypatch, sort):
    hold_everything(monkeypatch)
    for use, row in enumerate(ResourceSearch.objects.order_by("title")[:50]):
        row.used = use % 3
        row.save(update_fields=["used"])
    clerk, found, cursor = varied.people["clerk"], [], ""
    while True:
        page = find(clerk, varied.today, "人口", Filters(sort=sort), cursor)
        found += [hit.resource.pk for hit in page.rows]
        if not (cursor := page.next_cursor):
            break
    expected = rows_seen(Reader.of(clerk, varied.today), parse_for("人口"))
    assert len(found) == page.total
    assert set(found) == set(expected.values_list("pk", flat=True))
    rows = {row.pk: row for row in ResourceSearch.objects.all()}
    newest = [(-rows[pk].updated_at.timestamp(), -rows[pk].number) for pk in found]
    use = [-rows[pk].used for pk in found]
    if sort == "newest":
        assert newest == sorted(newest)
    if sort == "used":
        assert list(zip(use, newest, strict=True)) == sorted(zip(use, newest, strict=True))


def elsewhere(work):
    """Do the work in another connection, and wait for it."""
    raised = []

    def run():
        try:
            work()
        except Exception as error:  # noqa: BLE001 - shown by the test
            raised.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert not raised


def total(world, key="clerk"):
    return find(world.people[key], world.today).total


def test_what_others_commit_counts_at_once_and_no_sooner(committed):
    world = committed
    assert total(world) == 2
    with transaction.atomic():
        publish_entry(world, "桥梁", ITEM, sharing_type="unconditional")
        assert total(world) == 3
        seen = []
        elsewhere(lambda: seen.append(total(world)))
        assert seen == [2]
    elsewhere(lambda: seen.append(total(world)))
    assert seen == [2, 3]

    hidden = Resource.objects.get(live__title="桥梁")
    elsewhere(lambda: hidden_at_once(hidden))
    assert total(world) == 2
    elsewhere(lambda: access.give("view_resource", department=world.departments["police"],
                                  resource=hidden))  # fmt: skip
    assert [total(world), total(world, "steward")] == [2, 3]
    elsewhere(lambda: ResourceSearch.objects.filter(pk=hidden.pk).delete())
    assert total(world, "steward") == 2


def hidden_at_once(entry):
    with transaction.atomic():
        entry.visibility = "limited"
        entry.save(update_fields=["visibility"])
        reindex([entry])


def test_what_was_rolled_back_never_counts(committed):
    world = committed
    with transaction.atomic():
        publish_entry(world, "桥梁", ITEM, sharing_type="unconditional")
        assert total(world) == 3
        transaction.set_rollback(True)
    assert total(world) == 2


def test_many_changes_are_put_with_what_is_held(committed, monkeypatch):
    world = committed
    assert total(world) == 2
    monkeypatch.setattr(memory, "MOST_APART", 3)
    for number in range(5):
        publish_entry(world, f"桥梁{number}", ITEM, sharing_type="unconditional")
    assert total(world) == 7
    # other tests share the server: their transactions have to end first
    deadline = time.monotonic() + 30
    while len(look()) > 1 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [len(part.table) for part in look()] == [7]


def test_rows_of_a_restored_backup_are_held_whatever_their_transaction(committed):
    world = committed
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_resourcesearch DISABLE TRIGGER changed")
        cursor.execute("UPDATE catalog_resourcesearch SET changed_in = changed_in + 1000000000")
        cursor.execute("ALTER TABLE catalog_resourcesearch ENABLE TRIGGER changed")
    memory.forget()
    assert total(world) == 2
    assert len(look()) == 1


def names(world, text):
    return sorted(hit.version.title for hit in find(world.people["clerk"], world.today, text).rows)


def retitle(entry, title):
    """Another title, as an action would write it."""
    version = entry.live
    version.title = version.abstract = title
    ResourceVersion.objects.filter(pk=version.pk).update(title=title, abstract=title)
    reindex([entry])


def test_what_a_query_found_is_kept_only_of_rows_that_stay(committed, monkeypatch):
    world = committed
    for title in ("桥梁名录", "桥梁检测", "道路名录"):
        publish_entry(world, title, ITEM, sharing_type="unconditional")
    asked = []
    monkeypatch.setattr(memory, "matches", lambda *given: asked.append(given) or matches(*given))
    assert names(world, "名录") == names(world, "名录") == ["桥梁名录", "道路名录"]
    # rows that changed since somebody's open transaction began are asked for each time
    assert [numbers for _, numbers in asked if numbers is None] == [None]
    entry = Resource.objects.get(live__title="桥梁检测")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_resourceversion DISABLE TRIGGER USER")
    with transaction.atomic():
        retitle(entry, "名录检测")
        assert names(world, "名录") == ["名录检测", "桥梁名录", "道路名录"]
        assert names(world, "录检") == ["名录检测"]
        transaction.set_rollback(True)
    assert names(world, "名录") == ["桥梁名录", "道路名录"]
    assert names(world, "录检") == []
    elsewhere(lambda: retitle(entry, "名录检测"))
    elsewhere(lambda: retitle(Resource.objects.get(live__title="道路名录"), "道路"))
    assert names(world, "名录") == ["名录检测", "桥梁名录"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_resourceversion ENABLE TRIGGER USER")


def test_what_a_query_found_is_forgotten_when_the_index_is_built_anew(committed):
    entry = publish_entry(committed, "桥梁名录", ITEM, sharing_type="unconditional")
    ResourceWords.objects.filter(pk=entry.pk).update(vector="")
    assert names(committed, "桥梁") == []
    reindex_all()
    assert names(committed, "桥梁") == ["桥梁名录"]


def test_what_queries_found_takes_no_more_memory_than_it_may(monkeypatch):
    monkeypatch.setattr(memory, "MOST_FOUND", 100)
    kept = memory._Found()
    found = np.zeros(8, dtype=np.int32), np.zeros(8, dtype=np.int8)
    for word in "甲乙":
        kept.keep(parse(word), found)
    assert kept.get(parse("甲")) is not None
    kept.keep(parse("丙"), found)
    assert [word for word in "甲乙丙" if kept.get(parse(word))] == ["甲", "丙"]
