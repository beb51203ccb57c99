"""What workers and the clockwork do for the catalog. Safe to run twice; the rows hold the truth."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from catalog import actions, quality
from catalog.exchange import working
from catalog.harvest import clockwork
from catalog.harvest import working as harvesting
from catalog.reminders import remind, remind_of_updates


@shared_task(name="catalog.publish_due")
def publish_due() -> None:
    """Publish versions whose chosen time has come."""
    actions.publish_due(timezone.now())


@shared_task(name="catalog.remind_reviews")
def remind_reviews() -> None:
    """Tell the authorities and stewards what is due soon or overdue, once a day each."""
    now = timezone.now()
    remind(now)
    remind_of_updates(now)


@shared_task(name="catalog.recompute_reviews")
def recompute_reviews() -> None:
    """Derive due dates anew after the calendar or a limit changed."""
    actions.recompute_deadlines(timezone.now())
    actions.recompute_update_deadlines(timezone.now())
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


@shared_task(name="catalog.compare_sources")
def compare_sources() -> dict[str, int]:
    """Compare every source with the published entries it carries."""
    return actions.compare_all(timezone.now())


@shared_task(name="catalog.run_harvest")
def run_harvest(pk: str) -> str:
    """Do what there is to do on a harvest; safe to run twice."""
    return harvesting.work(UUID(pk), clock=timezone.now)


@shared_task(name="catalog.look_after_harvests")
def look_after_harvests() -> dict[str, int]:
    """Start harvests that are due, wake lost ones, clear old ones."""
    return clockwork.look_after(timezone.now())


@shared_task(name="catalog.assess_quality")
def assess_quality() -> int:
    """Assess entries that changed, or that time has made overdue."""
    return quality.assess_due(timezone.now())


@shared_task(name="catalog.look_at_quality_again")
def look_at_quality_again() -> int:
    """Mark entries whose provider changed; the next assessment looks at them."""
    return quality.look_again(timezone.localdate())
