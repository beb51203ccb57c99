"""Who may do what when, as data. ``decide`` enforces it, pages draw buttons from it, and
``document`` prints it; nothing else knows it.
"""

from collections.abc import Mapping
from typing import Final

from sharing.disputes.terms import DenialCode, Kind, Part, Status, Verb

Table = Mapping[tuple[Status, Part, Verb], frozenset[Status]]


def _to(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


_S, _P, _V = Status, Part, Verb

CORRECTION: Final[Table] = {
    # article 26: the provider verifies, corrects and tells the result
    (_S.RECEIVED, _P.HANDLER, _V.ACCEPT): _to(_S.VERIFYING),
    (_S.RECEIVED, _P.HANDLER, _V.REJECT): _to(_S.REJECTED),
    (_S.RECEIVED, _P.HANDLER, _V.FORWARD): _to(_S.RECEIVED),
    (_S.RECEIVED, _P.RAISER, _V.TAKE_BACK): _to(_S.TAKEN_BACK),
    (_S.VERIFYING, _P.HANDLER, _V.CORRECT): _to(_S.CORRECTED, _S.CLOSED),
    (_S.VERIFYING, _P.HANDLER, _V.REJECT): _to(_S.REJECTED),
    (_S.VERIFYING, _P.HANDLER, _V.FORWARD): _to(_S.RECEIVED),
    (_S.VERIFYING, _P.RAISER, _V.TAKE_BACK): _to(_S.TAKEN_BACK),
    # every holder of the data takes the correction over (R28)
    (_S.CORRECTED, _P.TASKED, _V.CONFIRM): _to(_S.CORRECTED, _S.CLOSED),
}

OBJECTION: Final[Table] = {
    (_S.RAISED, _P.HANDLER, _V.ACCEPT): _to(_S.HANDLING),
    (_S.RAISED, _P.HANDLER, _V.FORWARD): _to(_S.RAISED),
    (_S.RAISED, _P.RAISER, _V.TAKE_BACK): _to(_S.TAKEN_BACK),
    (_S.HANDLING, _P.HANDLER, _V.UPHOLD): _to(_S.HANDLED),
    (_S.HANDLING, _P.HANDLER, _V.REJECT): _to(_S.HANDLED),
    (_S.HANDLING, _P.HANDLER, _V.FORWARD): _to(_S.RAISED),
    (_S.HANDLING, _P.RAISER, _V.TAKE_BACK): _to(_S.TAKEN_BACK),
    (_S.HANDLED, _P.RAISER, _V.RATE): _to(_S.RATED),
}

_FAILED: Final = _to(_S.NEGOTIATING, _S.MEDIATING)
_AGREED: Final = _FAILED | {_S.SETTLED}
_DECLINED: Final = _to(_S.ANSWERING, _S.DECIDING)
_ACCEPTED: Final = _DECLINED | {_S.SETTLED}

DISPUTE: Final[Table] = {
    # article 28: first the two departments negotiate
    (_S.NEGOTIATING, _P.RAISER, _V.RECORD_ROUND): _to(_S.NEGOTIATING),
    (_S.NEGOTIATING, _P.HANDLER, _V.RECORD_ROUND): _to(_S.NEGOTIATING),
    (_S.NEGOTIATING, _P.RAISER, _V.AGREE): _AGREED,
    (_S.NEGOTIATING, _P.HANDLER, _V.AGREE): _AGREED,
    (_S.NEGOTIATING, _P.RAISER, _V.FAIL): _FAILED,
    (_S.NEGOTIATING, _P.HANDLER, _V.FAIL): _FAILED,
    (_S.NEGOTIATING, _P.RAISER, _V.TAKE_BACK): _to(_S.TAKEN_BACK),
    # then the common authority mediates
    (_S.MEDIATING, _P.AUTHORITY, _V.GIVE_OPINION): _to(_S.ANSWERING),
    (_S.MEDIATING, _P.RAISER, _V.TAKE_BACK): _to(_S.TAKEN_BACK),
    (_S.ANSWERING, _P.RAISER, _V.ACCEPT_OPINION): _ACCEPTED,
    (_S.ANSWERING, _P.HANDLER, _V.ACCEPT_OPINION): _ACCEPTED,
    (_S.ANSWERING, _P.RAISER, _V.DECLINE_OPINION): _DECLINED,
    (_S.ANSWERING, _P.HANDLER, _V.DECLINE_OPINION): _DECLINED,
    # at last its people's government decides
    (_S.DECIDING, _P.AUTHORITY, _V.RECORD_DECISION): _to(_S.DECIDED, _S.CLOSED),
    (_S.DECIDED, _P.TASKED, _V.CONFIRM): _to(_S.DECIDED, _S.CLOSED),
}

COMPLAINT: Final[Table] = {
    (_S.RECEIVED, _P.AUTHORITY, _V.ASSIGN): _to(_S.ASSIGNED),
    (_S.RECEIVED, _P.AUTHORITY, _V.FORWARD): _to(_S.RECEIVED),
    (_S.RECEIVED, _P.AUTHORITY, _V.NOT_ACCEPT): _to(_S.NOT_ACCEPTED),
    (_S.ASSIGNED, _P.AUTHORITY, _V.ASSIGN): _to(_S.ASSIGNED),
    (_S.ASSIGNED, _P.ASSIGNEE, _V.ANSWER): _to(_S.ANSWERED),
    (_S.ASSIGNED, _P.ASSIGNEE, _V.FORWARD): _to(_S.RECEIVED),
    (_S.ASSIGNED, _P.ASSIGNEE, _V.NOT_ACCEPT): _to(_S.NOT_ACCEPTED),
}

TABLES: Final[Mapping[Kind, Table]] = {
    Kind.CORRECTION: CORRECTION,
    Kind.OBJECTION: OBJECTION,
    Kind.DISPUTE: DISPUTE,
    Kind.COMPLAINT: COMPLAINT,
}
"""For each kind: status × part × verb → statuses it may lead to. What is not here is denied."""

FIRST: Final[Mapping[Kind, Status]] = {
    Kind.CORRECTION: Status.RECEIVED,
    Kind.OBJECTION: Status.RAISED,
    Kind.DISPUTE: Status.NEGOTIATING,
    Kind.COMPLAINT: Status.RECEIVED,
}
"""The status of what was just raised."""

CLOCKS: Final[Mapping[tuple[Kind, Status], str]] = {
    (Kind.CORRECTION, Status.RECEIVED): "correction",
    (Kind.CORRECTION, Status.VERIFYING): "correction",
    (Kind.OBJECTION, Status.RAISED): "objection_handling",
    (Kind.OBJECTION, Status.HANDLING): "objection_handling",
    (Kind.DISPUTE, Status.NEGOTIATING): "dispute_negotiation",
    (Kind.DISPUTE, Status.MEDIATING): "dispute_mediation",
    (Kind.DISPUTE, Status.DECIDING): "dispute_decision",
    (Kind.COMPLAINT, Status.RECEIVED): "complaint_handling",
    (Kind.COMPLAINT, Status.ASSIGNED): "complaint_handling",
}
"""Which limit runs in which status. By law only that of corrections has days (article 26)."""

FORWARDED_ONCE: Final = frozenset({Kind.CORRECTION})
"""Kinds that are passed on once; their clock goes on, as the law counts from the first receipt."""

NEEDS: Final[Mapping[Verb, tuple[str, ...]]] = {
    Verb.FORWARD: ("target", "text"),
    Verb.CORRECT: ("text",),
    Verb.REJECT: ("text",),
    Verb.UPHOLD: ("text",),
    Verb.RATE: ("score", "solved"),
    Verb.RECORD_ROUND: ("text",),
    Verb.AGREE: ("text",),
    Verb.FAIL: ("text",),
    Verb.GIVE_OPINION: ("text",),
    Verb.DECLINE_OPINION: ("text",),
    Verb.RECORD_DECISION: ("number", "decided_on", "text"),
    Verb.ASSIGN: ("person",),
    Verb.ANSWER: ("text",),
    Verb.NOT_ACCEPT: ("text",),
    Verb.CONFIRM: ("task",),
}
"""What must come with an order."""

ANSWERS: Final = frozenset(
    {Verb.ACCEPT, Verb.FORWARD, Verb.CORRECT, Verb.REJECT, Verb.UPHOLD, Verb.GIVE_OPINION,
     Verb.RECORD_DECISION}
)  # fmt: skip
"""Orders that nobody gives on what they raised themselves."""

SIDED: Final = frozenset(
    {Verb.RECORD_ROUND, Verb.AGREE, Verb.FAIL, Verb.ACCEPT_OPINION, Verb.DECLINE_OPINION}
)
"""Orders that each of the two departments of a dispute gives for itself."""


def open_statuses(kind: Kind) -> frozenset[Status]:
    """Statuses in which somebody may still do something."""
    return frozenset(status for status, _part, _verb in TABLES[kind])


def statuses(kind: Kind) -> tuple[Status, ...]:
    """Every status of the kind, in the order of ``Status``."""
    reached = frozenset().union(*TABLES[kind].values()) | {FIRST[kind]}
    return tuple(status for status in Status if status in reached)


def verbs(kind: Kind) -> tuple[Verb, ...]:
    """Every verb of the kind, in the order of ``Verb``."""
    return tuple(verb for verb in Verb if any(key[2] is verb for key in TABLES[kind]))


def permitted(
    kind: Kind, status: Status, parts: frozenset[Part], verb: Verb
) -> tuple[Part, ...] | DenialCode:
    """As what the verb may be given, or why the table forbids it; the status is blamed first."""
    table = TABLES[kind]
    found = tuple(part for part in Part if part in parts and (status, part, verb) in table)
    if found:
        return found
    if status not in open_statuses(kind):
        return DenialCode.CLOSED
    if not any((status, part, verb) in table for part in Part):
        return DenialCode.NOT_NOW
    return DenialCode.NOT_YOURS
