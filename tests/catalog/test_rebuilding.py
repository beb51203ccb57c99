"""The whole index built anew, beside the one in use."""

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from catalog.models import Resource, ResourceSearch, ResourceWords
from catalog.search import find, rebuild, rebuilding, reindex_all
from portal.errors import NotAllowed
from portal.invariants import verify
from tests.catalog.test_search import all_rows
from tests.catalog.test_search_memory import ITEM, elsewhere
from tests.world import World, build_world, publish_entry

RIGHTS = 60


@pytest.fixture
def committed(transactional_db: None) -> World:
    return build_world()


def test_what_was_wrong_is_right_again_and_the_rest_stays(committed):
    before, numbers = all_rows(), dict(ResourceSearch.objects.values_list("pk", "number"))
    ResourceWords.objects.update(text="x", title="x", vector="")
    ResourceSearch.objects.update(theme="falsch", labels=[])
    with connection.cursor() as cursor:  # a change that nobody noted, as in a restored backup
        cursor.execute("ALTER TABLE catalog_resourcesearch DISABLE TRIGGER changed")
        cursor.execute("UPDATE catalog_resourcesearch SET changed_in = 2")
        cursor.execute("ALTER TABLE catalog_resourcesearch ENABLE TRIGGER changed")
    assert reindex_all(processes=2) == 2
    assert all_rows() == before
    assert dict(ResourceSearch.objects.values_list("pk", "number")) == numbers
    assert find(committed.people["clerk"], committed.today, "renkou").total == 1
    assert verify(RIGHTS, committed.now) == []


def test_what_officials_change_meanwhile_is_taken_over(committed, monkeypatch):
    whole = rebuilding.write

    def write_slowly(ids):
        number = whole(ids)
        elsewhere(change)
        return number

    def change():
        publish_entry(committed, "桥梁名录", ITEM, sharing_type="unconditional")
        ResourceSearch.objects.filter(pk=committed.resource.pk).update(theme="neu", used=7)
        ResourceWords.objects.filter(pk=committed.resource.pk).update(title="neu\n", text="neu")
        Resource.objects.filter(pk=committed.resource.pk)

    write_slowly.__module__, write_slowly.__qualname__ = rebuilding.__name__, "write"
    monkeypatch.setattr(rebuilding, "write", write_slowly)
    assert reindex_all() == 2
    row = ResourceSearch.objects.get(pk=committed.resource.pk)
    assert (row.theme, row.used, row.words.text) == ("neu", 7, "neu")
    assert find(committed.people["clerk"], committed.today, "桥梁").total == 1


def test_what_was_wrong_is_right_again_while_somebody_writes_for_long(committed):
    """A transaction as old as the fault does not make the fault a change of the meantime."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_current_xact_id()")
        ResourceWords.objects.update(vector="")
        ResourceSearch.objects.update(theme="falsch")
        assert reindex_all() == 2
    assert find(committed.people["clerk"], committed.today, "renkou").total == 1
    assert not ResourceSearch.objects.filter(theme="falsch").exists()


def test_one_that_was_killed_leaves_the_index_as_it_was(committed, monkeypatch):
    before = all_rows()
    going = rebuild(0)
    next(going)
    going.close()
    assert all_rows() == before
    assert reindex_all() == 2
    assert all_rows() == before


def test_only_one_at_a_time(committed):
    going = rebuild(0)
    next(going)
    refused = []

    def second():
        with pytest.raises(NotAllowed):
            reindex_all()
        refused.append(True)

    elsewhere(second)
    assert refused
    going.close()


def test_the_command_says_how_many(committed, capsys):
    call_command("reindex_catalog", "--processes", "0")
    assert "2 entries indexed" in capsys.readouterr().out


def test_models_and_tables_agree_afterwards(committed):
    reindex_all()
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "catalog_resourcewords")
        columns = connection.introspection.get_table_description(cursor, "catalog_resourcewords")
    assert {"catalog_words_vector", "catalog_resourcewords_pkey"} <= set(found)
    assert [one["foreign_key"] for one in found.values() if one["foreign_key"]] == [
        ("catalog_resourcesearch", "resource_id")
    ]
    assert {one.name: one.null_ok for one in columns} == dict.fromkeys(
        ["row_id", "number", "title", "text", "vector"], False
    )


def test_the_search_is_checked_against_the_rights(world):
    assert verify(RIGHTS, world.now) == []
    ResourceSearch.objects.filter(pk=world.resource.pk).update(labels=[0])
    ResourceWords.objects.filter(pk=world.address.pk).update(number=0)
    assert len(verify(RIGHTS, world.now)) == 2
    ResourceSearch.objects.all().delete()
    assert len(verify(RIGHTS, world.now)) == 2
