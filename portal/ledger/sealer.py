"""Giving committed entries their order, chaining them, and signing summaries.

An entry is a plain insert in the acting transaction: writers never wait for each other. The
sealer appends what has committed to the chain, at most a second later (DESIGN §7).

Order. A sweep takes every committed entry that has no seal, in order of id. If one action could
know of another (it began after the other had committed), its entry has the larger id and is never
visible without the other's, so the chain keeps cause before effect. Entries of a transaction that
is still open wait for it; nobody waits for them.

Finding what is new. PostgreSQL numbers transactions. Once all transactions below a number (the
horizon) have ended and their entries are sealed, no entry below it can appear any more, so sweeps
look only above it. Checkpoints remember the horizon. A database restored from a dump counts anew;
then the remembered horizon lies in the future and a sweep looks at everything.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from portal.ledger import chain
from portal.ledger.models import Checkpoint, Seal
from portal.signing import sign

LOCK: Final = 0x5EA1_0001
"""Advisory lock that makes appending to the chain a matter of one transaction at a time."""

_UNSEALED = """
FROM ledger_entry AS e
WHERE e.xid >= %(horizon)s AND e.xid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
  AND NOT EXISTS (SELECT 1 FROM ledger_seal AS s WHERE s.entry_id = e.id)
"""
_ALL_UNSEALED = """
FROM ledger_entry AS e
WHERE NOT EXISTS (SELECT 1 FROM ledger_seal AS s WHERE s.entry_id = e.id)
"""
_APPEND = """
INSERT INTO ledger_seal (seq, entry_id, hash, sealed_at)
SELECT t.seq, t.entry_id, t.hash, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS t(seq, entry_id, hash)
"""


def seal(now: datetime, limit: int = 10_000) -> int:
    """Seal up to ``limit`` committed entries; return how many.

    0 also when another sealer is at work. Call again while ``limit`` comes back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not _take_turn():
            return 0
        horizon = _horizon()
        source = _ALL_UNSEALED if horizon is None else _UNSEALED
        cursor.execute(
            f"SELECT e.id, e.digest {source} ORDER BY e.id LIMIT %(limit)s",
            {"horizon": horizon, "limit": limit},
        )
        rows = cursor.fetchall()
        if rows:
            last = Seal.objects.order_by("-seq").first()
            before, head = (last.seq, last.hash) if last else (0, chain.GENESIS)
            hashes = chain.links(head, (digest for _id, digest in rows))
            places = list(range(before + 1, before + 1 + len(rows)))
            cursor.execute(_APPEND, [now, places, [row[0] for row in rows], hashes])
    return len(rows)


def checkpoint(now: datetime) -> Checkpoint | None:
    """Sign what has been sealed since the last checkpoint; None when that is nothing."""
    with transaction.atomic():
        if not _take_turn():
            return None
        last = Checkpoint.objects.order_by("-seq").first()
        new = list(
            Seal.objects.filter(seq__gt=last.seq if last else 0)
            .order_by("seq")
            .values_list("seq", "hash")
        )
        if not new:
            return None
        seq, head = new[-1]
        root = chain.chained_root(
            last.root if last else chain.EMPTY_ROOT, [value for _seq, value in new]
        )
        summary = chain.Summary(seq=seq, at=now, head=head, root=root)
        key, signature = sign(summary.message())
        return Checkpoint.objects.create(
            seq=seq, at=now, head=head, root=root, key_id=key, signature=signature,
            horizon=_next_horizon(),
        )  # fmt: skip


def _take_turn() -> bool:
    """Take the lock until the transaction ends; False when another transaction has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _remembered() -> int:
    latest = Checkpoint.objects.order_by("-seq").values_list("horizon", flat=True)
    return latest.first() or 0


def _horizon() -> int | None:
    """The remembered horizon; None where the transactions of this database are counted anew."""
    horizon = _remembered()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return None if horizon > cursor.fetchone()[0] else horizon


def _next_horizon() -> int:
    """The number below which every transaction has ended and every entry is sealed."""
    horizon = _horizon()
    source = _ALL_UNSEALED if horizon is None else _UNSEALED
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (SELECT min(e.xid) {source})",
            {"horizon": horizon},
        )
        oldest_open, oldest_unsealed = cursor.fetchone()
    if horizon is None and oldest_unsealed is not None:
        return _remembered()  # numbers of before the restore cannot be compared: look everywhere
    return int(oldest_open if oldest_unsealed is None else min(oldest_open, oldest_unsealed))
