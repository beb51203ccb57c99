"""What the clock does for harvests: starts those that are due, wakes lost ones, clears old ones."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from catalog.harvest.runs import TASK, start
from catalog.models import HarvestRecord, HarvestRun, HarvestSource
from portal.errors import NotAllowed
from portal.queue import enqueue

LOST_AFTER = timedelta(minutes=12)
"""Longer than a source may take to answer one question, three times."""
KEEP = timedelta(days=30)
NIGHT = 2
"""The hour from which runs that are due begin, in the time of the place."""
_DAYS = {HarvestSource.Schedule.DAILY: 1, HarvestSource.Schedule.WEEKLY: 7}


def look_after(now: datetime) -> dict[str, int]:
    """All of it; safe to run at any time and twice."""
    return {"started": start_due(now), "woken": sweep(now), "cleared": clear(now)}


def start_due(now: datetime) -> int:
    """Start the runs whose time has come; a run that waits for a person is left in peace."""
    started = 0
    for source in HarvestSource.objects.filter(active=True, schedule__in=_DAYS):
        if is_due(source, now):
            try:
                start(by=None, source=source, now=now)
            except NotAllowed:
                continue  # somebody was faster
            started += 1
    return started


def is_due(source: HarvestSource, now: datetime) -> bool:
    """Whether the source is to be run now: once a day or a week, at night."""
    here = timezone.localtime(now)
    last = source.runs.first()
    if last is None:
        return here.hour >= NIGHT
    if last.is_open:
        return False
    begun = last.finished_at if last.status == HarvestRun.Status.FAILED else last.started_at
    days = (here.date() - timezone.localdate(begun or last.started_at)).days
    wanted = (
        1
        if last.status == HarvestRun.Status.FAILED
        else _DAYS[HarvestSource.Schedule(source.schedule)]
    )
    return here.hour >= NIGHT and days >= wanted


@transaction.atomic
def sweep(now: datetime) -> int:
    """Wake the work that no worker has moved for a while; return how many runs that are."""
    lost = HarvestRun.objects.filter(status__in=HarvestRun.WORKING, worked_at__lt=now - LOST_AFTER)
    found = list(lost.values_list("pk", flat=True))
    for pk in found:
        enqueue(TASK, str(pk), due_at=now)
    return len(found)


def clear(now: datetime) -> int:
    """Remove the records of runs that were over a month ago; the runs stay with their figures."""
    old = HarvestRun.objects.filter(finished_at__lt=now - KEEP)
    removed, _by_model = HarvestRecord.objects.filter(run__in=old).delete()
    return removed
