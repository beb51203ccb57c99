"""Confirming long stretches of the ledger, as quickly as it can be told that nothing is wrong.

This says yes or nothing. What it does not confirm is walked over step by step by ``verification``,
which names what is wrong; so nothing here can hide damage, it can only fail to save time. Every
content is digested anew here, too, in the one canonical form (``records.canonical``), which orjson
writes several times faster; where the two forms differ (numbers beyond 64 bits, exponents), the
digest of ``records`` decides.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

import orjson
from django.db import connection

from portal import pool
from portal.ledger import chain
from portal.ledger.checkpoints import Signed
from portal.ledger.models import Entry
from portal.ledger.records import digest_of

STRETCH: Final = 50_000
"""Entries that one process confirms before it reports."""
SHARED_FROM: Final = 200_000
"""From how many entries on several processes are worth their start."""
_CHUNK: Final = 5_000

# The seals first, then their entries: joined before the limit, the whole ledger would be read.
_ROWS: Final = """
WITH s AS MATERIALIZED (
  SELECT seq, hash, entry_id FROM ledger_seal WHERE seq BETWEEN %s AND %s ORDER BY seq LIMIT %s
)
SELECT s.seq, s.hash, e.id, e.digest,
  to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.kind, e.actor_id, e.actor_name, e.acting_for,
  e.object_type, e.object_id, e.object_label, e.departments, e.data::text, e.article
FROM s LEFT JOIN ledger_entry AS e ON e.id = s.entry_id ORDER BY s.seq
"""


class Place(NamedTuple):
    """One seal with the entry it seals."""

    seq: int
    hash: str
    entry_id: int
    stored: str
    """Digest that stands in the entry."""
    digest: str
    """Digest of the content as it is now."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Places ``first`` to ``last`` of the chain, and where checkpoints end within them.

    A stretch begins after a checkpoint (or at the beginning), so that its trees can be computed.
    """

    first: int
    last: int
    checkpoints: frozenset[int]
    wanted: frozenset[int]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What is true of a stretch: hashes at the ``wanted`` places, one tree for each checkpoint."""

    stretch: Stretch
    hash_at: dict[int, str]
    trees: dict[int, str]


def places(first: int, last: int) -> Iterator[Place]:
    """Seals with their entries in order of the chain; a seal without its entry is left out."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [first, last, _CHUNK])
            rows = cursor.fetchall()
        for seq, value, pk, stored, *content in rows:
            if pk is None:
                continue
            yield Place(seq, value, pk, stored, _digest(pk, stored, content))
        if len(rows) < _CHUNK:
            return
        first = rows[-1][0] + 1


def confirmed(
    last: int,
    signed: Sequence[Signed],
    kept: Sequence[Signed],
    progress: Callable[[int], None],
) -> dict[int, str] | None:
    """Hashes at the places of all checkpoints, if the chain 1 to ``last`` is as it should be.

    None when anything at all does not fit: a place missing, a content, a link, a root.
    """
    processes = (os.cpu_count() or 1) if last >= SHARED_FROM else 0
    hash_at: dict[int, str] = {}
    trees: dict[int, str] = {}
    done = 0
    for part in pool.share(
        "portal.ledger.quick.confirm", _stretches(last, signed, kept), processes=processes
    ):
        if part is None:
            return None
        hash_at |= part.hash_at
        trees |= part.trees
        done += part.stretch.last - part.stretch.first + 1
        progress(done)
    return hash_at if _roots_fit(trees, signed) else None


def confirm(stretch: Stretch) -> Confirmed | None:
    """Look at every place of the stretch; None as soon as one is not as it should be."""
    previous = _hash_before(stretch.first)
    hash_at, trees, new, expected = {}, {}, [], stretch.first
    for place in places(stretch.first, stretch.last):
        if (
            place.seq != expected
            or place.digest != place.stored
            or previous is None
            or chain.link(previous, place.digest) != place.hash
        ):
            return None
        previous, expected = place.hash, expected + 1
        new.append(place.hash)
        if place.seq in stretch.wanted:
            hash_at[place.seq] = place.hash
        if place.seq in stretch.checkpoints:
            trees[place.seq], new = chain.merkle_root(new), []
    if expected != stretch.last + 1:
        return None
    return Confirmed(stretch, hash_at, trees)


def _stretches(last: int, signed: Sequence[Signed], kept: Sequence[Signed]) -> list[Stretch]:
    ends = sorted({one.summary.seq for one in signed if one.summary.seq <= last})
    wanted = {one.summary.seq for one in (*signed, *kept)} | {last}
    stretches, first, inside = [], 1, []
    for end in ends:
        inside.append(end)
        if end - first + 1 >= STRETCH:
            stretches.append((first, end, inside))
            first, inside = end + 1, []
    if first <= last:
        stretches.append((first, last, inside))
    return [
        Stretch(
            start, end, frozenset(within), frozenset(one for one in wanted if start <= one <= end)
        )
        for start, end, within in stretches
    ]


def _roots_fit(trees: dict[int, str], signed: Sequence[Signed]) -> bool:
    root = chain.EMPTY_ROOT
    for one in sorted(signed, key=lambda one: one.summary.seq):
        if one.summary.seq in trees:
            root = chain.chain_roots(root, trees[one.summary.seq])
            if root != one.summary.root:
                return False
    return True


def _hash_before(seq: int) -> str | None:
    if seq == 1:
        return chain.GENESIS
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM ledger_seal WHERE seq = %s", [seq - 1])
        row = cursor.fetchone()
    return row[0] if row else None


def _digest(pk: int, stored: str, content: list[Any]) -> str:
    """Digest of a content as it is now; the slower way decides wherever the two ways differ."""
    try:
        quick = sha256(_canonical(content)).hexdigest()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # nested too deeply for it
        quick = ""
    return quick if quick == stored else digest_of(Entry.objects.get(pk=pk))


def _canonical(content: list[Any]) -> bytes:
    (at, kind, actor, actor_name, acting_for, object_type, object_id, object_label, departments,
     data, article) = content  # fmt: skip
    departments.sort()
    return orjson.dumps(
        {
            "at": f"{at.removesuffix('.000000')}+00:00",  # as isoformat writes it
            "kind": kind,
            "actor": actor,
            "actor_name": actor_name,
            "acting_for": acting_for,
            "object_type": object_type,
            "object_id": object_id,
            "object_label": object_label,
            "departments": departments,
            "data": orjson.loads(data),
            "article": article,
        },
        option=orjson.OPT_SORT_KEYS,
    )
