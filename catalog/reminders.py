"""Reminding the competent authorities of reviews whose due date has passed."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from catalog import cases
from catalog.access import MANAGER_ROLES
from catalog.models import DutyChange, PublicationReview, ReviewStatus
from catalog.telling import page_of, tell
from portal.notices.actions import notify
from portal.notices.models import Notice
from portal.organisation.models import Department, Official
from portal.worktime import access as worktime

SOON = 2
"""Working days before the limit from which on people are reminded."""


def remind(now: datetime) -> int:
    """Tell reviewers and heads of the authority of overdue reviews; return of how many.

    Each person is told once a day of one review, however often this runs.
    """
    on = timezone.localdate(now)
    late = PublicationReview.objects.filter(
        status=ReviewStatus.AUTHORITY_REVIEW, due_on__lt=on
    ).select_related("version", "resource__provider")
    return sum(_remind(review, now) for review in late.order_by("due_on", "pk"))


def _remind(review: PublicationReview, now: datetime) -> bool:
    on = timezone.localdate(now)
    today = Notice.objects.filter(kind="review.overdue", url=page_of(review))
    told = {
        official
        for official, at in today.values_list("official_id", "created_at")
        if timezone.localdate(at) == on
    }
    people = cases.holders([review.authority_id or 0], cases.AUTHORITY_ROLES, on) - told
    due = review.due_on.isoformat() if review.due_on else ""
    tell(review, "review.overdue", people, now=now, due=due)
    return bool(people)


def remind_of_updates(now: datetime) -> int:
    """Tell who looks after entries that law or duties require to be updated; return how many were.

    From two working days before the limit on, once a day each.
    """
    on = timezone.localdate(now)
    soon = worktime.calendar().add_working_days(on, SOON).on
    waiting = DutyChange.objects.filter(updates__done_at__isnull=True, due_on__lte=soon)
    return sum(
        _remind_of_update(event, now)
        for event in waiting.distinct().select_related("department").order_by("due_on", "pk")
    )


def _remind_of_update(event: DutyChange, now: datetime) -> int:
    on = timezone.localdate(now)
    late = event.due_on is not None and event.due_on < on
    kind, url = (
        "duty.overdue" if late else "duty.due_soon",
        reverse("catalog:duty", args=[event.pk]),
    )
    told = {
        official
        for official, at in Notice.objects.filter(kind=kind, url=url).values_list(
            "official_id", "created_at"
        )
        if timezone.localdate(at) == on
    }
    rows = Department.objects.filter(resources__required_updates__in=event.updates.open())
    offices = set().union(*(cases.offices_of(one) for one in rows.distinct()))
    people = cases.holders(offices, MANAGER_ROLES, on) - told
    found = Official.objects.filter(pk__in=people, is_active=True).order_by("pk")
    due = event.due_on.isoformat() if event.due_on else ""
    params = {"department": event.department.name, "basis": event.basis, "due": due}
    return len(notify(kind, officials=list(found), params=params, url=url, now=now))
