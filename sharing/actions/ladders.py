"""Changing the ladder of reminders and supervision."""

from datetime import datetime

from django.db import transaction

from portal.ledger.records import difference, record
from portal.organisation.models import Official
from sharing.models import Ladder

FIELDS = (
    "region", "clock", "remind_before", "remind_on_day", "supervisor_after", "authority_after",
    "register_after",
)  # fmt: skip


@transaction.atomic
def set_ladder(*, by: Official, ladder: Ladder, now: datetime) -> Ladder:
    """Enter or change the ladder of a region; steps already taken stay taken."""
    before = Ladder.objects.filter(pk=ladder.pk).first() if ladder.pk else None
    ladder.save()
    record("ladder.set", by=by, obj=ladder, now=now, data=difference(before, ladder, FIELDS))
    return ladder


@transaction.atomic
def remove_ladder(*, by: Official, ladder: Ladder, now: datetime) -> None:
    """Let the ladder of the region above count again."""
    facts = difference(None, ladder, FIELDS)["after"]
    record("ladder.set", by=by, obj=ladder, now=now, data={"before": facts, "after": {}})
    ladder.delete()
