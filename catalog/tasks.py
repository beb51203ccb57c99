"""What workers and the clockwork do. Safe to run twice; the rows hold the truth."""
"""What the clockwork does for the catalog. Safe to run twice; the rows hold the truth."""

from celery import shared_task
from django.utils import timezone

from catalog import actions
from catalog.reminders import remind


@shared_task(name="catalog.publish_due")
def publish_due() -> None:
    """Publish versions whose chosen time has come."""
    actions.publish_due(timezone.now())


@shared_task(name="catalog.remind_reviews")
def remind_reviews() -> None:
    """Tell the authorities what is overdue, once a day each."""
    remind(timezone.now())


@shared_task(name="catalog.recompute_reviews")
def recompute_reviews() -> None:
    """Derive due dates anew after the calendar or a limit changed."""
    actions.recompute_deadlines(timezone.now())
from catalog.actions import tell_followers


@shared_task(name="catalog.tell_followers")
def tell_of_what_is_followed() -> int:
    """Tell officials what is new in their saved searches and followed entries."""
    return tell_followers(timezone.now())
