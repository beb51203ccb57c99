"""Sending messages: at least once, each attempt under a lease, given up after a budget.

A worker takes a message by a conditional update and sends it outside of any transaction. If it is
killed the lease runs out and the message is sent again under the same id; the order of messages is
not promised.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from portal.notices import letters, posting
from portal.notices.fanning import DELIVER
from portal.notices.models import Message
from portal.notices.reasons import Failure
from portal.queue import enqueue

LEASE: Final = timedelta(minutes=5)
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 3_600.0
"""Seconds before the second attempt, and the most before any."""

log = structlog.get_logger("portal.notices")


def pause_after(attempts: int, chance: float) -> float:
    """Seconds to wait after so many attempts: doubling, with up to a half more by ``chance`` (0–1)."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * float(2 ** (attempts - 1))) * (1 + chance / 2)


def deliver(message_id: int, *, clock: Callable[[], datetime]) -> str:
    """One attempt; return the state the message is in after it, "" when there was nothing to do."""
    message = _take(message_id, clock())
    if message is None:
        return ""
    if message.attempts > settings.NOTICE_ATTEMPTS:  # none of them came to an end
        return _failed(message, Failure("lost", final=True), clock())
    try:
        is_wanted = _send(message, clock())
    except Failure as failure:
        return _failed(message, failure, clock())
    return _close(message, Message.Status.SENT if is_wanted else Message.Status.DISCARDED, clock())


def _take(message_id: int, now: datetime) -> Message | None:
    free = Message.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=now),
        pk=message_id, status=Message.Status.WAITING, due_at__lte=now,
    )  # fmt: skip
    if free.update(lease_until=now + LEASE, attempts=F("attempts") + 1) != 1:
        return None
    return Message.objects.select_related("official", "webhook").get(pk=message_id)


def _send(message: Message, now: datetime) -> bool:
    """Send it; False when nobody wants it any more."""
    if message.webhook is not None:
        if message.webhook.is_active:
            posting.call(message, message.webhook, now)
        return message.webhook.is_active
    return letters.send(message)


def _close(message: Message, status: str, now: datetime) -> str:
    reason = "withdrawn" if status == Message.Status.DISCARDED else ""
    _update(message, status=status, closed_at=now, reason=reason, detail="")
    return status


def _failed(message: Message, failure: Failure, now: datetime) -> str:
    facts = {"reason": failure.code, "detail": failure.detail}
    log.warning(
        "notices.failed", message=message.pk, channel=message.channel, reason=failure.code,
        attempts=message.attempts,
    )  # fmt: skip
    if failure.final or message.attempts >= settings.NOTICE_ATTEMPTS:
        _update(message, status=Message.Status.DEAD, closed_at=now, **facts)
        return Message.Status.DEAD
    wait = pause_after(message.attempts, random.random())  # noqa: S311 - spreads load only
    due_at = now + timedelta(seconds=wait)
    with transaction.atomic():
        if _update(message, due_at=due_at, **facts):
            enqueue(DELIVER, message.pk, due_at=due_at)
    return Message.Status.WAITING


def _update(message: Message, **values: object) -> bool:
    """Write the outcome unless another worker has taken the message over meanwhile."""
    mine = Message.objects.filter(
        pk=message.pk, status=Message.Status.WAITING, attempts=message.attempts
    )
    return mine.update(lease_until=None, **values) == 1
