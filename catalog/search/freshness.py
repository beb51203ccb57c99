"""How long data is as new as its update cycle promises. Pure."""

from datetime import date, timedelta

from catalog.models import UpdateCycle

LIMITS = {
    UpdateCycle.REALTIME: 0,
    UpdateCycle.DAILY: 1,
    UpdateCycle.WEEKLY: 7,
    UpdateCycle.MONTHLY: 31,
    UpdateCycle.QUARTERLY: 92,
    UpdateCycle.HALF_YEARLY: 184,
    UpdateCycle.YEARLY: 366,
}
"""Days from one update to the next, at most; sources name the day of an update, not the hour.
Data without a regular cycle is neither fresh nor overdue.
"""


def fresh_until(cycle: str, updated_on: date | None) -> date | None:
    """The last day on which data updated on that day is fresh; None if nobody can say."""
    limit = LIMITS.get(UpdateCycle(cycle)) if cycle else None
    return None if limit is None or updated_on is None else updated_on + timedelta(days=limit)
