"""Status × part × command → next status, as data. What is not here is denied."""

from collections.abc import Mapping
from typing import Final

from catalog.lifecycle.terms import FINAL, Command, Denial, Part, Status

TABLE: Final[Mapping[tuple[Status, Part, Command], Status]] = {
    (Status.DRAFT, Part.STEWARD, Command.SEND): Status.HEAD_REVIEW,
    (Status.RETURNED, Part.STEWARD, Command.SEND): Status.HEAD_REVIEW,
    (Status.TAKEN_BACK, Part.STEWARD, Command.SEND): Status.HEAD_REVIEW,
    # the department's head, with the checks of article 13
    (Status.HEAD_REVIEW, Part.HEAD, Command.APPROVE): Status.AUTHORITY_REVIEW,
    (Status.HEAD_REVIEW, Part.HEAD, Command.RETURN): Status.RETURNED,
    (Status.HEAD_REVIEW, Part.HEAD, Command.BLOCK): Status.BLOCKED,
    (Status.HEAD_REVIEW, Part.SENDER, Command.TAKE_BACK): Status.TAKEN_BACK,
    (Status.HEAD_REVIEW, Part.CLOCK, Command.RETURN): Status.RETURNED,
    # the competent authority, articles 16 and 17
    (Status.AUTHORITY_REVIEW, Part.AUTHORITY, Command.APPROVE): Status.PUBLISHED,
    (Status.AUTHORITY_REVIEW, Part.AUTHORITY, Command.SCHEDULE): Status.SCHEDULED,
    (Status.AUTHORITY_REVIEW, Part.AUTHORITY, Command.RETURN): Status.RETURNED,
    (Status.AUTHORITY_REVIEW, Part.AUTHORITY, Command.BLOCK): Status.BLOCKED,
    (Status.AUTHORITY_REVIEW, Part.SENDER, Command.TAKE_BACK): Status.TAKEN_BACK,
    (Status.AUTHORITY_REVIEW, Part.CLOCK, Command.RETURN): Status.RETURNED,
    # approved, waiting for its time
    (Status.SCHEDULED, Part.AUTHORITY, Command.RETURN): Status.RETURNED,
    (Status.SCHEDULED, Part.AUTHORITY, Command.BLOCK): Status.BLOCKED,
    (Status.SCHEDULED, Part.SENDER, Command.TAKE_BACK): Status.TAKEN_BACK,
    (Status.SCHEDULED, Part.CLOCK, Command.PUBLISH): Status.PUBLISHED,
    (Status.SCHEDULED, Part.CLOCK, Command.RETURN): Status.RETURNED,
}


def following(status: Status, parts: frozenset[Part], command: Command) -> Status | Denial:
    """The next status, or why the table forbids the command.

    The status is blamed before the person: whoever could not have done it anyway learns no more
    than that it cannot be done now.
    """
    for part in sorted(parts):
        if (after := TABLE.get((status, part, command))) is not None:
            return after
    if status in FINAL:
        return Denial.CLOSED
    if not any((status, part, command) in TABLE for part in Part):
        return Denial.NOT_NOW
    return Denial.NOT_YOURS
