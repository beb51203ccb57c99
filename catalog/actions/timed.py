"""What the clock does to reviews: publication at a chosen time, due dates after a changed calendar."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction

from catalog import cases
from catalog.actions.review_effects import Step
from catalog.actions.reviewing import carry_out, faults_now, lock_review, set_due_date
from catalog.lifecycle.decide import decide
from catalog.lifecycle.terms import CLOCK, Command, Denial, Order, Status
from catalog.models import PublicationReview, Resource, ReviewStatus
from portal.errors import PortalError

logger = logging.getLogger(__name__)


def publish_due(now: datetime) -> int:
    """Publish what was approved for a time that has come; return how many were decided on.

    A version that has become faulty meanwhile goes back to its sender with the faults. Safe to run
    twice and by several at once: each looks again under the lock. One that fails is logged, tried
    again the next time, and does not keep the others waiting.
    """
    due = PublicationReview.objects.due_for_publication(now).order_by("publish_at", "pk")
    done = 0
    for review_id in list(due.values_list("pk", flat=True)):
        try:
            done += _publish_one(review_id, now)
        except (DatabaseError, PortalError, ValueError):
            logger.exception("timed publication failed", extra={"review": str(review_id)})
    return done


@transaction.atomic
def _publish_one(review_id: UUID, now: datetime) -> bool:
    """One timed publication; False when somebody else has it or had it."""
    found = PublicationReview.objects.due_for_publication(now).filter(pk=review_id)
    if not Resource.objects.select_for_update(skip_locked=True, no_key=True).filter(
        pk__in=found.values("resource")
    ):
        return False
    review = lock_review(review_id)
    if review.status != ReviewStatus.SCHEDULED:
        return False
    faults = faults_now(review, now)
    order = Order(Command.RETURN if faults else Command.PUBLISH)
    answer = decide(cases.state_of(review), order, actor=CLOCK, now=now)
    if isinstance(answer, Denial):
        return False
    carry_out(review, Step(order, Status(review.status), answer, tuple(faults)), None, now)
    return True


def recompute_deadlines(now: datetime) -> int:
    """Derive due dates anew after the calendar or a limit changed; return how many moved."""
    waiting = PublicationReview.objects.filter(status=ReviewStatus.AUTHORITY_REVIEW)
    return sum(_recompute(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _recompute(review_id: UUID, now: datetime) -> bool:
    review = lock_review(review_id)
    before = (review.due_on, review.due_provisional)
    set_due_date(review)
    after = (review.due_on, review.due_provisional)
    if review.status != ReviewStatus.AUTHORITY_REVIEW or before == after:
        return False
    review.updated_at = now
    review.save(update_fields=["due_on", "due_provisional", "limit_days", "updated_at"])
    return True
