"""Asking for background work: a row in the same transaction, published after it commits.

A web page never talks to the broker. It writes an outbox row; the relay publishes it; the
Celery message only wakes a worker, which reads the truth from the database. A lost message is
sent again by the sweeps, so the broker may lose everything at any time (RELIABILITY: outbox).
"""

from datetime import datetime

from django.db import connection, models, transaction
from django.utils import timezone

from portal import gathering
from portal.celery import app
from portal.models import OutboxMessage

CHANNEL = "portal_outbox"
"""PostgreSQL notification channel that wakes the relay."""


def enqueue(task: str, *args: str | int, due_at: datetime | None = None) -> None:
    """Start the Celery task named ``task`` with ``args`` once the transaction has committed.

    ``args`` are ids only: they appear in broker messages and logs.
    """
    row = OutboxMessage(task=task, args=list(args), due_at=due_at or timezone.now())
    gathering.insert([row])
    gathering.at_the_end(_wake, [CHANNEL])


def _wake(channels: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [channels[0]])


def publish_due(*, now: datetime, limit: int = 100) -> int:
    """Publish up to ``limit`` due rows; return how many were published.

    A row is marked in the transaction that holds its lock, after the broker took the message:
    dying in between publishes it twice, which every task must bear.
    """
    with transaction.atomic():
        rows = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(published_at__isnull=True, due_at__lte=now)
            .order_by("due_at", "id")[:limit]
        )
        for row in rows:
            app.send_task(row.task, args=row.args)
        OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
            published_at=now, attempts=models.F("attempts") + 1
        )
    return len(rows)
