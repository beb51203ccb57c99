"""Reminding the competent authorities of reviews whose due date has passed."""

from datetime import datetime

from django.utils import timezone

from catalog import cases
from catalog.models import PublicationReview, ReviewStatus
from catalog.telling import page_of, tell
from portal.notices.models import Notice


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
