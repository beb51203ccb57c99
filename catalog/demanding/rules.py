"""Status × part × command → next status, as data. What is not here is denied."""

from collections.abc import Mapping
from typing import Final

from catalog.demanding.terms import FINAL, Command, Denial, Part, Status

TABLE: Final[Mapping[tuple[Status, Part, Command], Status]] = {
    # the competent authority matches need and supply (article 20)
    (Status.ASSIGNING, Part.AUTHORITY, Command.ASSIGN): Status.ANSWERING,
    (Status.ASSIGNING, Part.AUTHORITY, Command.ANSWER): Status.ANSWERED,
    (Status.ASSIGNING, Part.AUTHORITY, Command.REFUSE): Status.REFUSED,
    (Status.ASSIGNING, Part.ASKER, Command.TAKE_BACK): Status.TAKEN_BACK,
    # the department asked
    (Status.ANSWERING, Part.RESPONDER, Command.ANSWER): Status.ANSWERED,
    (Status.ANSWERING, Part.RESPONDER, Command.PROMISE): Status.PROMISED,
    (Status.ANSWERING, Part.RESPONDER, Command.REFUSE): Status.REFUSED,
    (Status.ANSWERING, Part.RESPONDER, Command.TRANSFER): Status.ANSWERING,
    (Status.ANSWERING, Part.RESPONDER, Command.RETURN): Status.ASSIGNING,
    (Status.ANSWERING, Part.AUTHORITY, Command.ASSIGN): Status.ANSWERING,
    (Status.ANSWERING, Part.ASKER, Command.TAKE_BACK): Status.TAKEN_BACK,
    # the data will be catalogued
    (Status.PROMISED, Part.RESPONDER, Command.ANSWER): Status.ANSWERED,
    (Status.PROMISED, Part.RESPONDER, Command.PROMISE): Status.PROMISED,
    (Status.PROMISED, Part.RESPONDER, Command.REFUSE): Status.REFUSED,
    (Status.PROMISED, Part.ASKER, Command.TAKE_BACK): Status.TAKEN_BACK,
    # once, the asker may say that the reply is not enough: then the authority decides who answers
    (Status.ANSWERED, Part.ASKER, Command.REOPEN): Status.ASSIGNING,
    (Status.REFUSED, Part.ASKER, Command.REOPEN): Status.ASSIGNING,
}


def following(status: Status, parts: frozenset[Part], command: Command) -> Status | Denial:
    """The next status, or why the table forbids the command; the status is blamed first."""
    for part in sorted(parts):
        if (after := TABLE.get((status, part, command))) is not None:
            return after
    if status in FINAL:
        return Denial.CLOSED
    if not any((status, part, command) in TABLE for part in Part):
        return Denial.NOT_NOW
    return Denial.NOT_YOURS
