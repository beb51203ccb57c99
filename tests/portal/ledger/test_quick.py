"""Confirming quickly says yes to what is right, and nothing to anything else."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.db import connection

from portal.ledger import quick, verification
from portal.ledger.checkpoints import stored
from portal.ledger.models import Entry, Seal
from portal.ledger.records import digest_of
from tests.portal.ledger.test_verification import CHANGES

pytestmark = pytest.mark.django_db(transaction=True)


def confirmed() -> dict[int, str] | None:
    return quick.confirmed(Seal.objects.count(), stored(), [], lambda _count: None)


def test_what_is_right_is_confirmed_without_a_step(ledger: list[Entry], monkeypatch, now):
    monkeypatch.setattr(quick, "STRETCH", 4)
    monkeypatch.setattr(quick, "_CHUNK", 3)
    monkeypatch.setattr(verification._Walk, "step", None)  # would fail if it were called
    report = verification.verify(now=now)
    assert (report.findings, report.entries) == ([], 12)
    assert report.head == Seal.objects.latest("seq").hash
    ends = {one.summary.seq: one.summary.head for one in stored()}
    assert confirmed() == {**ends, 12: report.head}


def test_several_processes_confirm_the_same(ledger: list[Entry], monkeypatch):
    alone = confirmed()
    monkeypatch.setattr(quick, "SHARED_FROM", 1)
    assert confirmed() == alone is not None


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_entry_is_not_confirmed(column: str, ledger: list[Entry], tampering):
    with tampering() as execute:
        statement = f"UPDATE ledger_entry SET {column} = {CHANGES[column]} WHERE id = %s"  # noqa: S608
        execute(statement, [ledger[5].pk])
    assert confirmed() is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_seal SET hash = repeat('0', 64) WHERE seq = 12",
        "DELETE FROM ledger_seal WHERE seq = 3",
        "DELETE FROM ledger_entry WHERE id = (SELECT entry_id FROM ledger_seal WHERE seq = 12)",
        "UPDATE ledger_checkpoint SET root = repeat('0', 64) WHERE seq = (SELECT max(seq) FROM ledger_checkpoint)",
    ],
    ids=["link", "gap", "entry", "root"],
)
def test_a_broken_chain_is_not_confirmed(statement: str, ledger: list[Entry], tampering):
    last = Seal.objects.count()
    with tampering() as execute:
        execute(statement, [])
    assert quick.confirmed(last, stored(), [], lambda _count: None) is None


@pytest.mark.parametrize(
    "at",
    [datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 8, 0, 0, 120, tzinfo=UTC)],
    ids=["whole second", "microseconds"],
)
def test_the_quick_form_is_the_canonical_one(at: datetime):
    entry = Entry(
        at=at, kind="test.made", actor_name='李"四"\n', acting_for="a\\b\x1f", object_type="a.b",
        object_id="1", object_label="标准地址 \x7f", departments=[10, 9],
        data={"b": 1.5, "a": {"z": None, "aa": [True, "字"]}, "长": -3}, article="21",
    )  # fmt: skip
    entry.digest = digest_of(entry)
    entry.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_seal (seq, entry_id, hash, sealed_at) VALUES (1, %s, '', now())",
            [entry.pk],
        )
        cursor.execute(quick._ROWS, [1, 1, 1])
        _seq, _hash, _pk, _stored, *content = cursor.fetchone()
    assert sha256(quick._canonical(content)).hexdigest() == entry.digest
