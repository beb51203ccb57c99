"""Finding what was lost: dead workers, lost wake-ups, rights that ended, folders nobody needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from catalog.models import ResourceStatus
from portal.models import OutboxMessage
from portal.queue import enqueue
from sharing.approval.clocks import local_day
from sharing.models import Delivery, Grant, Pull
from sharing.pulling.leases import TASK, held_by_nobody, policy, settle, state_of
from sharing.pulling.publishing import root
from sharing.pulls import machine
from sharing.pulls.staging import folder_name, sweep_orphans

WAKE_AGAIN: Final = timedelta(seconds=60)
"""A wake-up that nobody followed for so long counts as lost."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    stopped: int
    released: int
    woken: int
    folders: int


def sweep(now: datetime) -> Swept:
    """Put right whatever a crash, a lost message or a wrong clock left behind. Safe at any time."""
    return Swept(
        stopped=_each(_without_right(now), _stop, now),
        released=_each(Pull.objects.filter(held_by_nobody()), _release, now),
        woken=wake_lost(now),
        folders=len(remove_orphans(now)),
    )


def _without_right(now: datetime) -> QuerySet[Pull]:
    """Open pulls whose grant ended or whose entry was withdrawn."""
    entitled = Grant.objects.in_force(local_day(now)).filter(
        resource__status=ResourceStatus.PUBLISHED
    )
    return Pull.objects.exclude(status__in=Pull.ENDED).exclude(grant__in=entitled)


def _each(
    pulls: QuerySet[Pull], settle_one: Callable[[UUID, datetime], bool], now: datetime
) -> int:
    return sum(settle_one(pk, now) for pk in list(pulls.values_list("pk", flat=True)))


@transaction.atomic
def _stop(pk: UUID, now: datetime) -> bool:
    pull = _lock(pk, _without_right(now))
    if pull is None:
        return False
    command = machine.Cancel("grant_not_in_force")
    settle(pull, machine.decide(state_of(pull), command, now=now, policy=policy()), now=now)
    return True


@transaction.atomic
def _release(pk: UUID, now: datetime) -> bool:
    """Take a pull from a worker that fell silent: another attempt, or given up after too many."""
    pull = _lock(pk, Pull.objects.filter(held_by_nobody()))
    if pull is None:
        return False
    pull.lease_until = None  # the database's clock has judged it expired
    decision = machine.decide(state_of(pull), machine.Sweep(), now=now, policy=policy())
    settle(pull, decision, now=now)
    return True


def _lock(pk: UUID, still: QuerySet[Pull]) -> Pull | None:
    return (
        Pull.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("grant__resource", "grant__version", "grant__item__application")
        .filter(pk=pk, pk__in=still.values("pk"))
        .first()
    )


@transaction.atomic
def wake_lost(now: datetime, limit: int = 200) -> int:
    """Wake pulls that wait without any wake-up on its way; return how many."""
    due = Pull.objects.filter(
        Q(status=Pull.Status.QUEUED, created_at__lte=now)
        | Q(status=Pull.Status.FAILED, retry_at__lte=now)
    )
    on_their_way = {
        str(args[0])
        for args in OutboxMessage.objects.filter(task=TASK)
        .filter(Q(published_at__isnull=True) | Q(published_at__gt=now - WAKE_AGAIN))
        .values_list("args", flat=True)
    }
    waiting = due.order_by("created_at", "pk").values_list("pk", flat=True)[:limit]
    lost = [pk for pk in waiting if str(pk) not in on_their_way]
    for pk in lost:
        enqueue(TASK, str(pk), due_at=now)
    return len(lost)


def remove_orphans(now: datetime) -> list[str]:
    """Remove folders that are old and belong neither to a running attempt nor to a delivery."""
    return sweep_orphans(root(), keep=_needed(root()), now=now)


def _needed(place: Path) -> set[str]:
    """Names of the folders that are there and must stay."""
    running = {
        folder_name(str(pk), token)
        for pk, token in Pull.objects.filter(status__in=Pull.RUNNING).values_list("pk", "token")
    }
    published = place / "published"
    there = [folder.name for folder in published.iterdir()] if published.is_dir() else []
    pulls = {UUID(name.rpartition("-")[0]) for name in there}
    delivered = {
        folder_name(str(pk), token)
        for pk, token in Delivery.objects.filter(pull__in=pulls).values_list(
            "pull_id", "pull__token"
        )
    }
    return running | delivered
