"""Writing entries, and that the database refuses to change them."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from portal.ledger.models import Entry
from portal.ledger.records import digest_of, record
from portal.organisation.models import Official

TABLES = ("ledger_entry", "ledger_seal", "ledger_checkpoint")


@pytest.mark.django_db(transaction=True)
def test_an_entry_belongs_into_a_transaction(clerk: Official, now: datetime):
    with pytest.raises(RuntimeError):
        record("test.happened", by=clerk, obj=clerk, now=now)

    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_change_and_entry_are_undone_together(clerk: Official, now: datetime):
    with transaction.atomic():
        record("test.happened", by=clerk, obj=clerk, now=now)
        transaction.set_rollback(True)

    assert not Entry.objects.exists()


AWKWARD = [
    {},
    {"text": '引号" 反斜杠\\ \n 表情😀 \u2028'},
    {"numbers": [0, -0.0, 0.1, 1e-7, 5.0, 1e15, 1e16, 1.5e16, 1e22, -1e300, 2**70]},
    {"b": {"z": 1, "a": [None, True, {"é": "e\u0301"}]}, "a": ""},
    {"at": datetime(2026, 11, 23, 8, 0), "": "empty key"},  # noqa: DTZ001 - as text only
]


@pytest.mark.django_db
@pytest.mark.parametrize("data", AWKWARD)
def test_the_digest_survives_the_database(data, now: datetime):
    official = Official.objects.create_user("clerk", full_name="张海燕")

    entry = record(
        "test.happened", by=official, obj=official, now=now, data=data, departments=[3, 1, 3]
    )

    again = Entry.objects.get(pk=entry.pk)
    assert digest_of(again) == again.digest == entry.digest
    assert again.departments == [1, 3]


COVERED = {
    "at": datetime(2020, 1, 1, tzinfo=UTC),
    "kind": "test.other",
    "actor_id": None,
    "actor_name": "别人",
    "acting_for": "别人",
    "object_type": "catalog.resource",
    "object_id": "0",
    "object_label": "",
    "departments": [7],
    "data": {"a": 2},
    "article": "22",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", COVERED)
def test_the_digest_covers_every_fact(name: str, now: datetime):
    official = Official.objects.create_user("clerk", full_name="张海燕")
    entry = record("test.happened", by=official, obj=official, now=now, data={"a": 1}, article="21")

    setattr(entry, name, COVERED[name])

    assert digest_of(entry) != entry.digest


def test_no_fact_was_forgotten():
    facts = {field.attname for field in Entry._meta.concrete_fields}
    assert facts - set(COVERED) == {"id", "digest", "xid"}


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_refuses_change(table: str, statement: str):
    statement = statement.replace("id = id", "seq = seq" if table == "ledger_seal" else "id = id")
    with pytest.raises(IntegrityError, match="is append-only"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
