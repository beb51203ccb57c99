"""Who works on a pull: claiming it, proving to be alive, letting go (RELIABILITY: lease and fencing).

The row is the truth. A claim is one conditional UPDATE by the database's clock that raises the
fencing number; every later write of the worker names its number and, in the same statement, asks
for a grant that still lets data out. A worker that slept past its lease, or whose grant was
stopped, changes nothing any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from catalog.models import Attachment, ResourceStatus
from portal.queue import enqueue
from sharing.approval.clocks import local_day
from sharing.models import Grant, GrantQuerySet, Pull
from sharing.pulling.records import enter
from sharing.pulls import machine
from sharing.telling import tell_of_failure

TASK: Final = "sharing.run_pull"
_SOURCE_LOCK: Final = 0x5EC5
"""Namespace of the advisory locks that count a source's sessions."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a pull until the lease ends; ``token`` is the fencing number."""

    pull_id: UUID
    token: int


def policy() -> machine.Policy:
    """How often and how long, from the settings."""
    return machine.Policy(
        max_attempts=settings.PULL_ATTEMPTS,
        max_lease=timedelta(seconds=2 * settings.PULL_LEASE_SECONDS),
    )


def lease() -> timedelta:
    """How long a worker may be silent."""
    return timedelta(seconds=settings.PULL_LEASE_SECONDS)


def lets_out(now: datetime) -> GrantQuerySet:
    """Grants under which data may leave at this moment.

    Active, within the period by the application's clock and by the database's, of a published
    entry whose source is not suspended: expiry, withdrawal and suspension work like termination.
    """
    return (
        Grant.objects.in_force(local_day(now))
        .in_force_by_database_clock()
        .filter(resource__status=ResourceStatus.PUBLISHED)
        .exclude(resource__attachment__source__suspended=True)
    )


def hold_still(grant_id: UUID) -> None:
    """Keep a grant as it is until the transaction ends; waits for a suspension under way.

    Whatever lets data leave does this first and takes the time and the ledger's place after it, so
    that the ledger's order tells truly what came before a suspension and what after.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sharing_grant WHERE id = %s FOR SHARE", [grant_id])


def held_by_nobody() -> Q:
    """Running pulls whose worker is gone; a lease too far ahead came from a clock gone wrong."""
    return Q(status__in=Pull.RUNNING) & (
        Q(lease_until__lte=Now()) | Q(lease_until__gt=Now() + policy().max_lease)
    )


@transaction.atomic
def claim(pull_id: UUID | str, *, now: datetime) -> Claim | None:
    """Take the pull over, or None: ended, held by another worker, not due, or its source is busy."""
    pull = Pull.objects.filter(pk=pull_id).select_related("grant").first()
    if pull is None or pull.status in Pull.ENDED or not _has_free_session(pull):
        return None
    due = Q(status=Pull.Status.QUEUED) | Q(status=Pull.Status.FAILED, retry_at__lte=Now())
    taken = Pull.objects.filter(
        due | held_by_nobody(),
        pk=pull_id,
        attempts__lt=settings.PULL_ATTEMPTS,
        grant__in=lets_out(now),
    ).update(
        status=Pull.Status.CLAIMED,
        token=F("token") + 1,
        attempts=F("attempts") + 1,
        lease_until=Now() + lease(),
        retry_at=None,
        rows_done=0,
        bytes_done=0,
        failure_code="",
        failure_detail={},
        started_at=Coalesce("started_at", now),
    )
    if not taken:
        return None
    pull.refresh_from_db()  # the row is locked: the number is the one just given
    enter(pull, "pull.claimed", by=None, now=now,
          data={"token": pull.token, "attempt": pull.attempts})  # fmt: skip
    return Claim(pull.pk, pull.token)


def _has_free_session(pull: Pull) -> bool:
    """Whether the source takes one more session; locks the count until the transaction ends."""
    place = (
        Attachment.objects.filter(resource=pull.grant.resource_id).select_related("source").first()
    )
    if place is None:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_SOURCE_LOCK, place.source_id])
    others = Pull.objects.filter(
        status__in=Pull.RUNNING, lease_until__gt=Now(),
        grant__resource__attachment__source=place.source_id,
    ).exclude(pk=pull.pk)  # fmt: skip
    return others.count() < place.source.max_sessions


def beat(held: Claim, *, phase: str, rows: int = 0, size: int = 0, now: datetime) -> bool:
    """Renew the lease and note the progress; False when the pull is not this worker's any more.

    Fencing number, state and grant are checked in the one statement that writes.
    """
    renewed = Pull.objects.filter(
        pk=held.pull_id, token=held.token, status__in=Pull.RUNNING, grant__in=lets_out(now)
    ).update(status=phase, lease_until=Now() + lease(), rows_done=rows, bytes_done=size)
    return renewed == 1


@transaction.atomic
def fail(
    held: Claim, *, code: str, detail: Mapping[str, Any], retryable: bool, now: datetime
) -> Pull | None:
    """End the attempt: a later one follows, or the pull is given up and both sides are told.

    None when the pull is not this worker's any more. ``detail`` fills the code's text; it holds
    names and counts, never values of rows.
    """
    pull = (
        Pull.objects.select_for_update(of=("self",))
        .select_related("grant__resource", "grant__version", "grant__item__application")
        .filter(pk=held.pull_id, token=held.token, status__in=Pull.RUNNING)
        .first()
    )
    if pull is None:
        return None
    command = machine.Fail(held.token, code, retryable)
    settle(pull, machine.decide(state_of(pull), command, now=now, policy=policy()), now=now,
           detail=detail)  # fmt: skip
    wake_next(pull, now=now)
    return pull


@transaction.atomic
def let_go(held: Claim, *, now: datetime) -> None:
    """Stop working on a pull that ``beat`` denied: end it, unless somebody else has it already."""
    pull = (
        Pull.objects.select_for_update(of=("self",))
        .select_related("grant__resource", "grant__version")
        .filter(pk=held.pull_id, token=held.token, status__in=Pull.RUNNING)
        .first()
    )
    if pull is not None:
        ended = not pull.grant.covers(local_day(now))
        command = machine.Cancel("grant_not_in_force" if ended else "source_suspended")
        settle(pull, machine.decide(state_of(pull), command, now=now, policy=policy()), now=now)
        wake_next(pull, now=now)


def state_of(pull: Pull) -> machine.PullState:
    """The row as the pure machine knows it."""
    return machine.PullState(
        machine.PullStatus(pull.status),
        pull.token,
        pull.attempts,
        pull.lease_until,
        pull.retry_at,
        pull.failure_code,
    )


def settle(
    pull: Pull,
    decision: machine.Decision,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write what the machine decided about a pull nobody will hold any more (the row is locked)."""
    if isinstance(decision, machine.Denied) or not decision:
        return
    before = pull.status
    after = machine.apply(state_of(pull), decision)
    pull.status, pull.lease_until = after.status.value, after.lease_until
    pull.retry_at, pull.attempts = after.retry_at, after.attempts
    pull.failure_code, pull.failure_detail = after.failure_code, dict(detail or {})
    pull.ended_at = now if after.status in machine.ENDED else None
    pull.save(
        update_fields=[
            "status", "lease_until", "retry_at", "attempts", "failure_code", "failure_detail",
            "ended_at",
        ]
    )  # fmt: skip
    enter(pull, f"pull.{after.status.value}", by=None, now=now,
          data={"before": before, "code": after.failure_code, "attempt": pull.attempts})  # fmt: skip
    if after.status is machine.PullStatus.QUARANTINED:
        tell_of_failure(pull, now=now)
    elif after.status is not machine.PullStatus.CANCELLED:
        enqueue(TASK, str(pull.pk), due_at=after.retry_at or now)


def wake_next(pull: Pull, *, now: datetime) -> None:
    """A session at the source has become free: wake the pull that has waited longest for it."""
    source = Attachment.objects.filter(resource=pull.grant.resource_id).values_list(
        "source_id", flat=True
    )
    waiting = (
        Pull.objects.filter(
            status=Pull.Status.QUEUED, grant__resource__attachment__source__in=source
        )
        .exclude(pk=pull.pk)
        .order_by("created_at", "pk")
        .values_list("pk", flat=True)
        .first()
    )
    if waiting is not None:
        enqueue(TASK, str(waiting), due_at=now)
