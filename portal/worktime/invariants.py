"""What must always hold of the legal limits."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.invariants import Violation, invariant
from portal.worktime.models import DeadlineRule


@invariant(38, _("No region's limit is longer than the law's."))
def regions_only_shorten(now: datetime) -> Iterator[Violation]:
    """Limits of regions that exceed a national one of the law in force at the same time (R46)."""
    del now
    rules = list(DeadlineRule.objects.select_related("region"))
    national = [one for one in rules if one.region_id is None and one.article]
    for rule in (one for one in rules if one.region_id is not None):
        for other in national:
            if rule.rule == other.rule and rule.overlaps(other) and rule.is_longer_than(other):
                yield Violation(f"{rule.region} {rule}", _("is longer than the national limit"))
