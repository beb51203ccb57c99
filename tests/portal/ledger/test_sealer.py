"""Sealing: order, completeness, no forks, speed."""

import threading
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from portal.ledger import chain, sealer
from portal.ledger.models import Checkpoint, Entry, Seal
from portal.ledger.records import record
from portal.ledger.verification import verify
from portal.organisation.models import Official
from tests.portal.ledger.conftest import Write

pytestmark = pytest.mark.django_db(transaction=True)


def sealed() -> list[int]:
    return list(Seal.objects.order_by("seq").values_list("entry_id", flat=True))


class Elsewhere:
    """A transaction on a connection of its own that stays open until it is told to end."""

    def __init__(self, by: Official, now: datetime, kind: str) -> None:
        self._facts = (by, now, kind)
        self._opened, self._go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Elsewhere":
        self._thread.start()
        assert self._opened.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self.commit()

    def commit(self) -> None:
        self._go_on.set()
        self._thread.join(10)

    def _run(self) -> None:
        by, now, kind = self._facts
        try:
            with transaction.atomic():
                record(kind, by=by, obj=by, now=now)
                self._opened.set()
                assert self._go_on.wait(10)
        finally:
            connection.close()


def test_entries_are_chained_in_order(write: Write, now: datetime):
    entries = write(5)

    assert sealer.seal(now) == 5

    seals = list(Seal.objects.order_by("seq"))
    assert [one.seq for one in seals] == [1, 2, 3, 4, 5]
    assert [one.entry_id for one in seals] == [entry.pk for entry in entries]
    head = chain.GENESIS
    for one, entry in zip(seals, entries, strict=True):
        head = chain.link(head, entry.digest)
        assert one.hash == head
        assert one.sealed_at == now


def test_sealing_goes_on_where_it_ended(write: Write, now: datetime):
    write(3)
    sealer.seal(now)
    write(2)

    assert sealer.seal(now) == 2
    assert sealer.seal(now) == 0
    assert verify(now=now).intact


def test_the_limit_leaves_the_rest_for_the_next_call(write: Write, now: datetime):
    entries = write(5)

    assert [sealer.seal(now, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert sealed() == [entry.pk for entry in entries]


def test_an_open_transaction_elsewhere_holds_nobody_up(
    clerk: Official, write: Write, now: datetime
):
    with Elsewhere(clerk, now, "test.slow") as slow:
        (quick,) = write(1)
        assert sealer.seal(now) == 1
        assert sealed() == [quick.pk]
        sealer.checkpoint(now)

        slow.commit()

        late = Entry.objects.get(kind="test.slow")
        assert late.pk < quick.pk
        assert sealer.seal(now) == 1
        assert sealed() == [quick.pk, late.pk]
    assert verify(now=now).intact


def test_a_checkpoint_does_not_lose_sight_of_open_transactions(
    clerk: Official, write: Write, now: datetime
):
    with Elsewhere(clerk, now, "test.slow"):
        for number in range(3):
            write(1)
            sealer.seal(now)
            sealer.checkpoint(now + timedelta(minutes=number))

    assert sealer.seal(now) == 1
    assert not Entry.objects.filter(seal__isnull=True).exists()


def test_a_checkpoint_does_not_lose_sight_of_what_a_limit_left(write: Write, now: datetime):
    write(6)
    sealer.seal(now, limit=2)
    sealer.checkpoint(now)

    assert sealer.seal(now) == 4


def test_rolled_back_entries_leave_no_gap_in_the_chain(
    clerk: Official, write: Write, now: datetime
):
    write(1)
    with transaction.atomic():
        record("test.undone", by=clerk, obj=clerk, now=now)
        transaction.set_rollback(True)
    write(1)
    sealer.seal(now)

    assert list(Seal.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]
    assert verify(now=now).intact


def test_cause_comes_before_effect(clerk: Official, write: Write, now: datetime):
    """A transaction that began first writes about what another, later numbered one, has done."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        with Elsewhere(clerk, now, "test.bystander"):
            cause = _in_a_thread(lambda: write(1)[0])
            effect = record("test.effect", by=clerk, obj=clerk, now=now)
            _in_a_thread(lambda: sealer.seal(now))
    sealer.seal(now)

    order = sealed()
    assert order.index(cause.pk) < order.index(effect.pk)


def _in_a_thread(call):
    result = []

    def run() -> None:
        try:
            result.append(call())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    return result[0]


def test_only_one_sealer_works_at_a_time(write: Write, now: datetime):
    write(3)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealer.LOCK])
        assert _in_a_thread(lambda: sealer.seal(now)) == 0
        assert _in_a_thread(lambda: sealer.checkpoint(now)) is None

    assert sealer.seal(now) == 3


def test_many_sealers_and_writers_make_one_chain(clerk: Official, now: datetime):
    stop = threading.Event()

    def work(step) -> threading.Thread:
        def run() -> None:
            try:
                while not stop.is_set():
                    step()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def write_one() -> None:
        with transaction.atomic():
            record("test.happened", by=clerk, obj=clerk, now=now)

    threads = [work(write_one) for _ in range(3)] + [
        work(lambda: sealer.seal(now)) for _ in range(2)
    ]
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join(10)
    sealer.seal(now)

    assert Entry.objects.count() == Seal.objects.count() > 20
    assert verify(now=now).intact


def test_after_a_restore_from_a_dump_nothing_is_overlooked(write: Write, tampering, now: datetime):
    """In a new database the numbers of transactions begin anew, far below the remembered ones."""
    write(2)
    sealer.seal(now)
    sealer.checkpoint(now)
    far_away = 10**15
    write(2)
    with tampering() as execute:
        execute("UPDATE ledger_entry SET xid = xid + %s", [far_away])
        execute("UPDATE ledger_checkpoint SET horizon = %s", [far_away + 1])

    assert sealer.seal(now, limit=1) == 1
    sealer.checkpoint(now)
    assert sealer.seal(now) == 1
    sealer.checkpoint(now)
    write(1)
    assert sealer.seal(now) == 1
    assert Checkpoint.objects.latest("seq").horizon < far_away
    assert verify(now=now).intact


def test_checkpoints_are_signed_and_chained(write: Write, now: datetime):
    write(3)
    sealer.seal(now)
    first = sealer.checkpoint(now)
    assert sealer.checkpoint(now) is None
    write(2)
    sealer.seal(now)
    second = sealer.checkpoint(now)

    assert first is not None
    assert second is not None
    hashes = list(Seal.objects.order_by("seq").values_list("hash", flat=True))
    assert (first.seq, first.head) == (3, hashes[2])
    assert (second.seq, second.head) == (5, hashes[4])
    assert first.root == chain.chained_root(chain.EMPTY_ROOT, hashes[:3])
    assert second.root == chain.chained_root(first.root, hashes[3:])


def test_sealing_ten_thousand_entries_is_quick(clerk: Official, now: datetime):
    with transaction.atomic():
        entry = record("test.happened", by=clerk, obj=clerk, now=now)
    with connection.cursor() as cursor:
        columns = (
            "at, kind, actor_id, actor_name, acting_for, object_type, object_id, object_label, "
            "departments, data, article, digest"
        )
        cursor.execute(
            f"INSERT INTO ledger_entry ({columns}) "  # noqa: S608
            f"SELECT {columns} FROM ledger_entry, generate_series(2, 10000) WHERE id = %s",
            [entry.pk],
        )
    started = time.monotonic()

    assert sealer.seal(now, limit=10_000) == 10_000

    assert time.monotonic() - started < 2
