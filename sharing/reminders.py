"""What passing time brings: reminders, supervision, entries in the register of violations."""

from datetime import datetime

from sharing.escalation.climbing import climb
from sharing.violations.detecting import detect


def remind(now: datetime) -> int:
    """Take every step of the ladder that is due and enter what was found; return how many were.

    However often and by however many this runs, each step of a due date is taken once.
    """
    return climb(now) + detect(now)
