"""Reminding of concerns that are due, and telling which corrections are late (article 39(6))."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse

from portal.notices.models import Notice
from portal.worktime import access as worktime
from sharing import concerns
from sharing.actions.concern_effects import tell_due
from sharing.actions.concerns import OPEN_CLOCKS
from sharing.approval.clocks import local_day
from sharing.models import Concern, ConcernKind


@dataclass(frozen=True, slots=True)
class LateCorrection:
    """A correction that was not verified and corrected in time."""

    key: str
    department_id: int
    region_id: str
    label: str
    url: str
    since: date
    due_on: date
    done_on: date | None
    limit_days: int | None


def remind_concerns(now: datetime) -> int:
    """Tell who must answer what is due or overdue, each at most once a day; return how many."""
    on = local_day(now)
    soon = worktime.calendar().next_working_day(on)
    rows = Concern.objects.filter(status__in=OPEN_CLOCKS, due_on__lte=soon).order_by("pk")
    told = 0
    for concern in rows:
        late = concern.due_on is not None and concern.due_on < on
        kind = "concern.overdue" if late else "concern.due_soon"
        told += tell_due(
            concern,
            kind,
            concerns.load(concern).state,
            now=now,
            told=_told_today(kind, concern, on),
        )
    return told


def _told_today(kind: str, concern: Concern, on: date) -> set[int]:
    rows = Notice.objects.filter(kind=kind, params__number=concern.number)
    return {
        official
        for official, at in rows.values_list("official_id", "created_at")
        if local_day(at) == on
    }


def overdue_corrections(now: datetime) -> Iterator[LateCorrection]:
    """Corrections answered after their due date, or not answered although it has passed.

    Decree 809 article 39(6). The due date of an answered one is derived anew from its events.
    """
    on = local_day(now)
    rows = (
        Concern.objects.filter(Q(due_on__lt=on) | Q(decided_at__isnull=False),
                               kind=ConcernKind.CORRECTION)
        .exclude(outcome="taken_back")
        .select_related("handler")
        .order_by("pk")
    )  # fmt: skip
    calendar = worktime.calendar()
    for concern in rows:
        handler = concern.handler
        if handler is None:
            continue
        since = local_day(concern.created_at)
        done = local_day(concern.decided_at) if concern.decided_at else None
        days = worktime.limit("correction", handler.region, since).days
        if not days:
            continue
        due = calendar.add_working_days(since, days).on
        if (done or on) > due:
            yield LateCorrection(
                key=str(concern.pk),
                department_id=handler.pk,
                region_id=handler.region_id,
                label=f"{concern.number} {concern.title}",
                url=reverse("concerns:concern", args=[concern.pk]),
                since=since,
                due_on=due,
                done_on=done,
                limit_days=days,
            )
