"""Kind × status × part × command → next status, as data. What is not here is denied."""

from collections.abc import Iterator, Mapping
from typing import Final

from sharing.oversight.terms import FINAL, UNDECIDED, Command, Denial, Kind, Part, Status

Key = tuple[Kind, Status, Part, Command]


def _rows() -> Iterator[tuple[Key, Status]]:
    for kind in Kind:
        for status in sorted(UNDECIDED):
            yield (kind, status, Part.AUTHORITY, Command.ASK), Status.ASKED
            yield (kind, status, Part.AUTHORITY, Command.SET_DATE), status
            yield (kind, status, Part.DEPARTMENT, Command.ANSWER), Status.ANSWERED
            yield (kind, status, Part.CLOCK, Command.LAPSE), Status.LAPSED
        yield (kind, Status.LAPSED, Part.CLOCK, Command.REOPEN), Status.OPEN
    for status in sorted(UNDECIDED):
        yield (Kind.SUPERVISION, status, Part.AUTHORITY, Command.CLOSE), Status.CLOSED
        yield (Kind.VIOLATION, status, Part.AUTHORITY, Command.CONFIRM), Status.CONFIRMED
        yield (Kind.VIOLATION, status, Part.AUTHORITY, Command.DISMISS), Status.DISMISSED
    confirmed = (Kind.VIOLATION, Status.CONFIRMED)
    yield (*confirmed, Part.AUTHORITY, Command.SET_DATE), Status.CONFIRMED
    yield (*confirmed, Part.DEPARTMENT, Command.ANSWER), Status.CONFIRMED
    yield (*confirmed, Part.AUTHORITY, Command.RECTIFY), Status.RECTIFIED


TABLE: Final[Mapping[Key, Status]] = dict(_rows())


def following(
    kind: Kind, status: Status, parts: frozenset[Part], command: Command
) -> Status | Denial:
    """The status after ``command``, or why it is not for these parts now."""
    for part in sorted(parts):
        if after := TABLE.get((kind, status, part, command)):
            return after
    if not parts:
        return Denial.NOT_A_PART
    if not any(row[0] is kind and row[3] is command for row in TABLE):
        return Denial.OTHER_KIND
    if not any(row[2] in parts and row[3] is command for row in TABLE):
        return Denial.OTHER_PART
    return Denial.OVER if status in FINAL else Denial.NOT_NOW
