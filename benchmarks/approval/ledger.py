"""The ledger: eight writers at once against plain inserts, and verifying a long chain."""

import hashlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, connections, transaction
from django.utils import timezone

from benchmarks.catalog.table import Figure

WRITERS = 8
EACH = 150
ROUNDS = 3


def compare(entries: int) -> Iterator[Figure]:
    """Appending first, then verifying what was appended and ``entries`` more."""
    from portal.organisation.models import Official

    official = Official.objects.create_user("ledger", full_name="记录员")
    plain, ours = _rates(official.pk)
    yield Figure(
        f"appending with {WRITERS} writers / plain inserts", ours / plain, "×", 0.8,
        note=f"{ours:,.0f} and {plain:,.0f} a second",
    )  # fmt: skip
    yield from _verify(entries)


def _rates(official_id: int) -> tuple[float, float]:
    """Entries a second: plain inserts, and ``record``; in turns, the best round of each."""
    plain, ours = [], []
    for _ in range(ROUNDS):
        plain.append(_together(_plain, official_id))
        ours.append(_together(_record, official_id))
    return max(plain), max(ours)


def _together(work: Callable[[int], None], official_id: int) -> float:
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate, done = context.Barrier(WRITERS + 1), context.Barrier(WRITERS + 1)
    writers = [
        context.Process(target=_write, args=(work, official_id, gate, done)) for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    gate.wait()
    started = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - started
    for writer in writers:
        writer.join()
    return WRITERS * EACH / seconds


def _write(work: Callable[[int], None], official_id: int, gate: Any, done: Any) -> None:
    connections.close_all()
    work(official_id)  # opens the connection
    gate.wait()
    for _ in range(EACH):
        work(official_id)
    done.wait()
    connections.close_all()


def _plain(official_id: int) -> None:
    """The row alone, with a digest of its bytes."""
    content = f"{official_id}{time.time_ns()}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (at, kind, actor_id, actor_name, acting_for, object_type,"
            " object_id, object_label, departments, data, article, digest)"
            " VALUES (now(), 'item.stage_signed', %s, '记录员', '', 'organisation.official', %s,"
            " '常住人口', '{1,2}', '{\"seq\": 1}', '21', %s)",
            [official_id, str(official_id), hashlib.sha256(content.encode()).hexdigest()],
        )


def _record(official_id: int) -> None:
    from portal.ledger.records import record
    from portal.organisation.models import Official

    by = Official(pk=official_id, full_name="记录员")
    with transaction.atomic():
        record(
            "item.stage_signed", by=by, obj=by, now=timezone.now(), label="常住人口",
            departments=[1, 2], data={"seq": 1}, article="21",
        )  # fmt: skip


def _verify(entries: int) -> Iterator[Figure]:
    from portal import bulk
    from portal.ledger.models import Entry
    from portal.ledger.records import digest_of
    from portal.ledger.sealer import checkpoint, seal
    from portal.ledger.verification import verify

    Entry.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE ledger_entry, ledger_seal, ledger_checkpoint")
        cursor.execute("SET session_replication_role = DEFAULT")
    now = timezone.now()
    for start in range(0, entries, 10_000):
        rows = [
            Entry(
                at=now, kind="item.stage_signed", actor_name="记录员",
                object_type="sharing.applicationitem", object_id=str(n), object_label=f"SQ-{n}",
                departments=[1, 2], data={"seq": n, "position": 3, "office": "省公安厅"}, article="21",
            )
            for n in range(start, min(start + 10_000, entries))
        ]  # fmt: skip
        for row in rows:
            row.digest = digest_of(row)
        bulk.insert(rows)
    while seal(now, limit=10_000):
        checkpoint(now)
    started = time.perf_counter()
    report = verify(now=now)
    seconds = time.perf_counter() - started
    if report.findings or report.entries != entries:
        message = f"{report.entries} entries, {len(report.findings)} findings"
        raise RuntimeError(message)
    yield Figure(f"verifying {entries:,} entries", entries / seconds, "entries/s", 400_000,
                 note="contents, links and signatures")  # fmt: skip
