"""Background work of the catalog."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from catalog.exchange import working


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
