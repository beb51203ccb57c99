"""What the calendar does to grants, and of what it reminds people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max, Min, QuerySet
from django.db.models.functions import Coalesce

from portal.notices.models import Notice
from sharing.approval.clocks import local_day
from sharing.granting.door import run_by_clock
from sharing.granting.masks import follow
from sharing.grantlife.commands import Activate, Expire, TakeEffect
from sharing.grantlife.terms import ENDED, RUNNING, ChangeStep, RenewalStep
from sharing.models import Grant, GrantStatus
from sharing.telling import tell_filing_authority, tell_heads, tell_provider, tell_recipients

BEFORE_END: Final = (30, 7)
"""Days before the end on which the recipient is reminded of renewing or disposing."""
_RUNNING: Final = [one.value for one in RUNNING]
_ENDED: Final = [one.value for one in ENDED]


def activate_ready(now: datetime) -> int:
    """Activate the grants that waited for an attachment; return how many."""
    waiting = Grant.objects.filter(
        status=GrantStatus.PROVISIONING, resource__attachment__isnull=False,
        ends_on__gte=local_day(now),
    )  # fmt: skip
    return sum(_run(pk, Activate(), now) for pk in _keys(waiting))


def expire_due(now: datetime) -> int:
    """End the grants whose period is over; return how many. Each in a transaction of its own."""
    over = Grant.objects.filter(status__in=_RUNNING, ends_on__lt=local_day(now))
    return sum(_run(pk, Expire(), now) for pk in _keys(over))


def change_due(now: datetime) -> int:
    """Let filed changes whose day has come take effect; return how many."""
    due = Grant.objects.filter(
        status__in=_RUNNING, change_step=ChangeStep.FILED, change_on__lte=local_day(now)
    )
    return sum(_run(pk, TakeEffect(), now) for pk in _keys(due))


def follow_grades(now: datetime) -> int:
    """Raise the masks of grants whose entry has a newer version; return of how many.

    Publication does it at once; this finds what was published past it.
    """
    changed = Grant.objects.filter(status__in=_RUNNING, resource__live__isnull=False).exclude(
        version=F("resource__live")
    )
    return follow(_keys(changed), now=now)


def remind(now: datetime) -> int:
    """Remind of what is due in the life of grants, each once a day; return how many were told of."""
    on = local_day(now)
    return sum(_remind(reminder, on, now) for reminder in _reminders(on))


@dataclass(frozen=True, slots=True)
class _Reminder:
    """One thing to remind of: which grant, which text, whom, and how often (days)."""

    grant: Grant
    kind: str
    audience: str
    due: date
    every: int = 1


def _remind(reminder: _Reminder, on: date, now: datetime) -> bool:
    """Tell, unless the same was told within the last ``every`` days."""
    grant = reminder.grant
    last = Notice.objects.filter(kind=reminder.kind, params__number=grant.number).aggregate(
        last=Max("created_at")
    )["last"]
    if last is not None and (on - local_day(last)).days < reminder.every:
        return False
    tell = {
        "recipient": tell_recipients, "provider": tell_provider, "heads": tell_heads,
        "filing": tell_filing_authority,
    }[reminder.audience]  # fmt: skip
    tell(grant, reminder.kind, now=now, due=reminder.due.isoformat())
    return True


def _reminders(on: date) -> Iterator[_Reminder]:
    yield from _of_ends(on)
    yield from _of_people(on)
    yield from _of_disposals(on)
    yield from _of_use(on)


def _of_ends(on: date) -> Iterator[_Reminder]:
    days = [on + timedelta(days=before) for before in BEFORE_END]
    for grant in _loaded(Grant.objects.filter(status=GrantStatus.ACTIVE, ends_on__in=days)):
        if not grant.renewal_step:
            yield _Reminder(grant, "grant.ends_soon", "recipient", grant.ends_on)


def _of_people(on: date) -> Iterator[_Reminder]:
    """Decisions others wait for: renewals near the end, rectifications, changes to be filed."""
    soon = on + timedelta(days=max(BEFORE_END))
    open_ = _loaded(Grant.objects.filter(status__in=_RUNNING).exclude(
        renewal_step="", change_step="", rectify_by=None
    ))  # fmt: skip
    for grant in open_:
        if grant.renewal_step and grant.ends_on <= soon:
            asked = grant.renewal_step == RenewalStep.ASKED
            audience = "provider" if asked else "heads"
            yield _Reminder(grant, "grant.renewal_due", audience, grant.ends_on, every=3)
        if grant.rectify_by is not None and grant.rectify_by <= on + timedelta(days=1):
            yield _Reminder(grant, "grant.rectification_due", "recipient", grant.rectify_by)
            yield _Reminder(grant, "grant.rectification_over", "provider", grant.rectify_by)
        if grant.change_step == ChangeStep.NEGOTIATED and grant.change_on is not None:
            yield _Reminder(grant, "grant.filing_due", "filing", grant.change_on, every=3)


def _of_disposals(on: date) -> Iterator[_Reminder]:
    """From three days before the limit, daily; without a limit every 30 days."""
    left = Grant.objects.filter(
        status__in=_ENDED, disposed_on__isnull=True, deliveries__isnull=False
    ).distinct()
    for grant in _loaded(left):
        due = grant.disposal_due_on
        if due is None:
            ended = local_day(grant.status_at)
            yield _Reminder(grant, "grant.disposal_due", "recipient", ended, every=30)
        elif due <= on + timedelta(days=3):
            yield _Reminder(grant, "grant.disposal_due", "recipient", due)


def _of_use(on: date) -> Iterator[_Reminder]:
    """Grants in use without a record of it for a period (article 29)."""
    days = settings.USAGE_REMINDER_DAYS
    used = Grant.objects.filter(status=GrantStatus.ACTIVE, deliveries__isnull=False).distinct()
    since = dict(
        used.annotate(
            since=Coalesce(Max("usage_records__recorded_at"), Min("deliveries__published_at"))
        ).values_list("pk", "since")
    )
    for grant in _loaded(used):
        last = local_day(since[grant.pk])
        if (on - last).days >= days:
            due = last + timedelta(days=days)
            yield _Reminder(grant, "grant.usage_due", "recipient", due, every=30)


def overdue_disposals(now: datetime) -> Iterator[tuple[Grant, date]]:
    """Grants whose data had to be disposed of by a day that is over (article 40 (4)), with the day.

    Only grants under which data was delivered; without a local limit nothing is overdue by law.
    """
    overdue = Grant.objects.filter(
        status__in=_ENDED, disposed_on__isnull=True, disposal_due_on__lt=local_day(now),
        deliveries__isnull=False,
    ).distinct()  # fmt: skip
    for grant in _loaded(overdue):
        if grant.disposal_due_on is not None:
            yield grant, grant.disposal_due_on


def unrecorded_use(now: datetime) -> Iterator[tuple[Grant, date]]:
    """Grants that ended with deliveries and without any record of use (article 40 (5))."""
    silent = Grant.objects.filter(
        status__in=_ENDED, deliveries__isnull=False, usage_records__isnull=True
    ).distinct()
    for grant in _loaded(silent):
        if grant.status_at < now:
            yield grant, local_day(grant.status_at)


def _loaded(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    return grants.select_related(
        "department", "resource__provider__region", "version", "item__application"
    ).order_by("pk")


def _run(pk: UUID, command: Activate | Expire | TakeEffect, now: datetime) -> bool:
    return run_by_clock(grant_id=pk, command=command, now=now) is not None


def _keys(grants: QuerySet[Grant]) -> list[UUID]:
    return list(grants.order_by("pk").values_list("pk", flat=True))
