"""What workers and the clockwork do for the catalog. Safe to run twice; the rows hold the truth."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from catalog import actions
from catalog.exchange import working
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
    actions.recompute_demands()


@shared_task(name="catalog.tell_followers")
def tell_of_what_is_followed() -> int:
    """Tell officials what is new in their saved searches and followed entries."""
    return actions.tell_followers(timezone.now())


@shared_task(name="catalog.run_intake")
def run_intake(pk: str) -> str:
    """Do what there is to do on an upload; safe to run twice."""
    return working.work(UUID(pk), clock=timezone.now)


@shared_task(name="catalog.sweep_intakes")
def sweep_intakes() -> int:
    """Wake uploads whose worker was lost; remove what is left of old ones."""
    now = timezone.now()
    working.clear(now)
    return working.sweep(now)
