"""Signing many in one go against one by one, and against plain SQL that writes the same rows."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.approval.making import LAST, STEWARD, Made
from benchmarks.catalog.table import Figure, in_turns
from tests.world import SIGNERS

ONES = 50
"""How many are signed one by one; each takes the same time."""


def compare(made: Made, number: int) -> Iterator[Figure]:
    """A signature in the middle of the chain, then the last one, which makes grants."""
    for name, signatures in (("in the middle", STEWARD), ("the last, with grants", LAST)):
        by = made.world.people[SIGNERS[signatures]]
        picks = _picks(made, signatures, number)
        together, one_by_one, floor = in_turns(
            lambda by=by, picks=picks: _together(by, picks),
            lambda by=by, picks=picks: _one_by_one(by, picks[:ONES]),
            lambda picks=picks: _rolled_back(lambda: _plain(picks)),
            rounds=3,
        )
        each = one_by_one / min(ONES, len(picks))
        yield Figure(f"{number:,} signatures {name}, in one go", together, "s", 1, most=True)
        yield Figure(
            f"{name}: one by one / in one go", each * len(picks) / together, "×", 15,
            note=f"{each * 1000:.1f} ms, {together / len(picks) * 1000:.2f} ms each",
        )  # fmt: skip
        yield Figure(f"{name}: in one go / plain SQL", together / floor, "×",
                     note=f"plain SQL {floor:.3f} s")  # fmt: skip


def _picks(made: Made, signatures: int, number: int) -> list[Any]:
    from sharing.actions.many import Pick
    from sharing.models import ApplicationItem

    pattern = ApplicationItem.objects.get(pk=made.patterns[signatures])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5('item' || n)::uuid FROM made WHERE pattern = %s AND home"
            " ORDER BY n DESC LIMIT %s",
            [pattern.pk, number],
        )
        return [Pick(row[0], pattern.event_count) for row in cursor.fetchall()]


def _rolled_back(work: Callable[[], Any]) -> None:
    """Do the work with every check of its commit, then take it back."""
    with transaction.atomic():
        work()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def _together(by: Any, picks: list[Any]) -> None:
    from sharing.actions import sign_many

    def work() -> None:
        report = sign_many(by=by, picks=picks, key=uuid.uuid4(), now=timezone.now())
        if report.signed != len(picks):
            message = f"{report.signed} of {len(picks)} signed"
            raise RuntimeError(message)

    _rolled_back(work)


def _one_by_one(by: Any, picks: list[Any]) -> None:
    from sharing.actions import execute
    from sharing.approval.commands import Sign

    now = timezone.now()
    for pick in picks:
        _rolled_back(
            lambda pick=pick: execute(
                by=by, item_id=pick.item_id, command=Sign(seen=pick.seen), now=now
            )
        )


def _plain(picks: list[Any]) -> None:
    """The rows of a signature in the middle, without deciding anything."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, {"ids": [pick.item_id for pick in picks]})


_PLAIN = """
WITH ids AS MATERIALIZED (
  SELECT id, event_count FROM sharing_applicationitem WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE
), stages AS (
  UPDATE sharing_itemstage s SET status = 'signed', decided_at = now() FROM ids
  WHERE s.item_id = ids.id AND s.status = 'open'
), following AS (
  UPDATE sharing_itemstage s SET due_on = s.due_on + 1 FROM ids
  WHERE s.item_id = ids.id AND s.status = 'waiting'
), events AS (
  INSERT INTO sharing_itemevent (item_id, seq, kind, data, at)
  SELECT ids.id, ids.event_count + step, 'stage_opened', jsonb_build_object('position', step), now()
  FROM ids CROSS JOIN generate_series(1, 2) AS step
), entries AS (
  INSERT INTO ledger_entry (at, kind, actor_name, acting_for, object_type, object_id, object_label,
    departments, data, article, digest)
  SELECT now(), 'item.stage_opened', '', '', 'sharing.applicationitem', ids.id::text, '', '{}', '{}', '',
    encode(sha256(convert_to(ids.id::text, 'UTF8')), 'hex')
  FROM ids CROSS JOIN generate_series(1, 2)
), told AS (
  INSERT INTO notices_notice (official_id, kind, params, url, created_at)
  SELECT (SELECT min(id) FROM organisation_official), 'item.to_sign', '{}', '/' || ids.id, now() FROM ids
)
UPDATE sharing_applicationitem i SET event_count = i.event_count + 2 FROM ids WHERE i.id = ids.id
"""
