"""What must always hold of cases of oversight."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.invariants import Violation, invariant
from portal.ledger.models import Entry
from sharing.models import OversightItem


@invariant(180, _("A case of oversight is where its steps have led it, and each is in the ledger."))
def cases_follow_their_steps(now: datetime) -> Iterator[Violation]:
    """A status, count or chain of steps that differs; a step without its ledger entry."""
    del now
    for item in OversightItem.objects.prefetch_related("events").order_by("pk"):
        steps = list(item.events.all())
        at = ""
        for number, step in enumerate(steps, start=1):
            if (step.seq, step.before) != (number, at):
                yield Violation(str(item), _("a step does not follow the one before it"))
            at = step.after
        if (item.status, item.step_count) != (at, len(steps)):
            yield Violation(str(item), _("is not where its last step led it"))
        entries = Entry.objects.filter(
            object_type="sharing.oversightitem", object_id=str(item.pk),
            kind__startswith="oversight.",
        )  # fmt: skip
        if entries.count() != len(steps):
            yield Violation(str(item), _("steps and ledger entries differ"))
