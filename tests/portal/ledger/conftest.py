"""Committed ledger entries, and a way to damage them as only the owner of the database could."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.ledger.models import Entry
from portal.ledger.records import record
from portal.ledger.sealer import checkpoint, seal
from portal.ledger.verification import verify
from portal.organisation.models import Official


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def clerk(transactional_db: None) -> Official:
    return Official.objects.create_user("clerk", full_name="张海燕")


Write = Callable[..., list[Entry]]


@pytest.fixture
def write(clerk: Official, now: datetime) -> Write:
    """Commit entries, each in a transaction of its own."""

    numbers = itertools.count()

    def write(
        count: int = 1, *, kind: str = "test.happened", age: timedelta | None = None
    ) -> list[Entry]:
        entries = []
        for number in itertools.islice(numbers, count):
            with transaction.atomic():
                at = now - (age or timedelta(0)) + timedelta(microseconds=number)
                entries.append(record(kind, by=clerk, obj=clerk, now=at, data={"number": number}))
        return entries

    return write


@pytest.fixture
def ledger(write: Write, now: datetime) -> list[Entry]:
    """Twelve entries, sealed, under three checkpoints (4, 8 and 12)."""
    entries = []
    for number in range(3):
        entries += write(4)
        seal(now)
        checkpoint(now + timedelta(seconds=number))
    assert verify(now=now).intact
    return entries


@contextmanager
def _tampering() -> Iterator[Callable[..., None]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor.execute


@pytest.fixture
def tampering() -> Callable[[], object]:
    """A context in which triggers and foreign keys do not hold."""
    return _tampering
