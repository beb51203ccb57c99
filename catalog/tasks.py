"""What the clockwork does for the catalog. Safe to run twice; the rows hold the truth."""

from celery import shared_task
from django.utils import timezone

from catalog.actions import tell_followers


@shared_task(name="catalog.tell_followers")
def tell_of_what_is_followed() -> int:
    """Tell officials what is new in their saved searches and followed entries."""
    return tell_followers(timezone.now())
