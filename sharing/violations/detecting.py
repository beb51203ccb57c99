"""Looking for breaches: what is new is entered once, what no longer holds lapses."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

from portal.errors import PortalError
from sharing.models import OversightItem
from sharing.oversight.terms import Command, Kind
from sharing.violations.entering import by_clock, enter, tell_of_found
from sharing.violations.registry import Detector, detectors

T = TypeVar("T")
logger = logging.getLogger(__name__)
AT_ONCE = 500


def detect(now: datetime) -> int:
    """Ask every detector; return how many new cases there are.

    Safe to run often and by several at once: each detector's turn is taken under a lock of its
    own, and the database knows every breach by its key. One that fails is logged, undone as a
    whole, and does not keep the others waiting.
    """
    found = 0
    for one in detectors():
        try:
            found += _run(one, now)
        except (DatabaseError, PortalError, LookupError, ValueError):
            logger.exception("detector failed", extra={"detector": one.code})
    return found


@transaction.atomic
def _run(detector: Detector, now: datetime) -> int:
    alone(f"sharing.violations {detector.code}")
    new: list[OversightItem] = []
    back: list[OversightItem] = []
    for findings in batches(detector.find(now)):
        known = {item.key: item for item in _known(detector, [one.key for one in findings])}
        fresh = {one.key: one for one in findings if one.key not in known}
        new += [
            enter(
                Kind.VIOLATION, one, code=detector.code, article=detector.article, now=now
            )
            for one in fresh.values()
        ]  # fmt: skip
        back += [one for one in known.values() if one.status == OversightItem.Status.LAPSED]
    for item in back:
        by_clock(item.pk, Command.REOPEN, now)
    _lapse(detector, now)
    tell_of_found([*new, *back], now)
    return len(new)


def _lapse(detector: Detector, now: datetime) -> None:
    """Let go of cases nobody has decided whose facts do not hold any more."""
    if detector.refuted is None:
        return
    undecided = OversightItem.objects.filter(
        code=detector.code, kind=OversightItem.Kind.VIOLATION, status__in=OversightItem.UNDECIDED
    )
    keys = dict(undecided.values_list("key", "pk"))
    for some in batches(sorted(keys)):
        for key in sorted(set(detector.refuted(some, now))):
            by_clock(keys[key], Command.LAPSE, now)


def _known(detector: Detector, keys: Sequence[str]) -> Iterable[OversightItem]:
    return OversightItem.objects.filter(code=detector.code, key__in=keys)


def alone(name: str) -> None:
    """Wait for others who do the same, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def batches(many: Iterable[T]) -> Iterator[list[T]]:
    """``many`` in lists of at most so many."""
    rest = iter(many)
    while some := list(islice(rest, AT_ONCE)):
        yield some
