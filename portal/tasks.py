"""Background work of the project itself."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

from portal.leave import actions as leave
from portal.models import OutboxMessage
from portal.organisation.actions import change_departments, follow_posts

KEEP_OUTBOX: Final = timedelta(days=1)
_BATCH: Final = 5_000


@shared_task(name="portal.clear_outbox")
def clear_outbox() -> int:
    """Remove outbox rows that were published more than a day ago; return how many."""
    old = OutboxMessage.objects.filter(published_at__lt=timezone.now() - KEEP_OUTBOX).order_by("pk")
    removed = 0
    while ids := list(old.values_list("pk", flat=True)[:_BATCH]):
        removed += OutboxMessage.objects.filter(pk__in=ids).delete()[0]
    return removed


@shared_task(name="portal.follow_posts")
def follow_posts_by_date() -> int:
    """Bring groups in line with posts and substitutions that began or ended since the last time."""
    return follow_posts(on=timezone.localdate())


@shared_task(name="portal.follow_leave")
def follow_leave() -> int:
    """Tell of leave that began or ended, and of posts that became vacant."""
    now = timezone.now()
    return leave.follow_calendar(now) + leave.tell_of_vacancies(now)


@shared_task(name="portal.change_departments")
def change_departments_by_date() -> int:
    """Do the confirmed changes of departments whose day has come."""
    return change_departments(timezone.now())
