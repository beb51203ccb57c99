"""Background work of notices. Ids in, safe to run twice; the rows hold the truth."""

from celery import shared_task
from django.utils import timezone

from portal.notices import delivering, fanning


@shared_task(name="notices.deliver")
def deliver(message_id: int) -> str:
    """One attempt to send a message."""
    return delivering.deliver(message_id, clock=timezone.now)


@shared_task(name="notices.look_after")
def look_after() -> None:
    """Decide what leaves the portal because of new notices; wake what was lost."""
    fanning.look_after(timezone.now())
