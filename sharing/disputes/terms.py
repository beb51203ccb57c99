"""Words of corrections, objections, disputes and complaints (Decree 809 articles 26, 28, 37)."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What somebody raises."""

    CORRECTION = "correction"
    """校核申请: data or entry are inaccurate or incomplete (article 26, R15, R28)."""
    OBJECTION = "objection"
    """异议 to an entry, an application or the use of data (R27)."""
    DISPUTE = "dispute"
    """争议 between two departments, settled step by step (article 28, R26)."""
    COMPLAINT = "complaint"
    """投诉举报 of citizens (article 37, R43)."""


class Status(StrEnum):
    """Where a concern is; each kind uses some of these."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    CLOSED = "closed"
    RAISED = "raised"
    HANDLING = "handling"
    HANDLED = "handled"
    RATED = "rated"
    NEGOTIATING = "negotiating"
    MEDIATING = "mediating"
    ANSWERING = "answering"
    DECIDING = "deciding"
    DECIDED = "decided"
    SETTLED = "settled"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    NOT_ACCEPTED = "not_accepted"
    TAKEN_BACK = "taken_back"


class Part(StrEnum):
    """What somebody is to a concern; one person may be several of these."""

    RAISER = "raiser"
    HANDLER = "handler"
    AUTHORITY = "authority"
    ASSIGNEE = "assignee"
    TASKED = "tasked"


class Verb(StrEnum):
    """What can be done with a concern."""

    ACCEPT = "accept"
    FORWARD = "forward"
    CORRECT = "correct"
    REJECT = "reject"
    UPHOLD = "uphold"
    RATE = "rate"
    RECORD_ROUND = "record_round"
    AGREE = "agree"
    FAIL = "fail"
    GIVE_OPINION = "give_opinion"
    ACCEPT_OPINION = "accept_opinion"
    DECLINE_OPINION = "decline_opinion"
    RECORD_DECISION = "record_decision"
    ASSIGN = "assign"
    ANSWER = "answer"
    NOT_ACCEPT = "not_accept"
    CONFIRM = "confirm"
    TAKE_BACK = "take_back"


class Side(StrEnum):
    """The two departments of a dispute."""

    RAISER = "raiser"
    OTHER = "other"


class Outcome(StrEnum):
    """How a concern was answered."""

    CORRECTED = "corrected"
    UPHELD = "upheld"
    REJECTED = "rejected"
    AGREED = "agreed"
    OPINION_ACCEPTED = "opinion_accepted"
    DECIDED = "decided"
    ANSWERED = "answered"
    NOT_ACCEPTED = "not_accepted"
    TAKEN_BACK = "taken_back"


class TaskKind(StrEnum):
    """What a correction or a decision leaves a department to do."""

    TAKE_OVER = "take_over"
    APPLY_AGAIN = "apply_again"
    RESTORE_GRANT = "restore_grant"
    CORRECT_DATA = "correct_data"


class DenialCode(StrEnum):
    """Why an order is refused."""

    STALE = "stale"
    CLOSED = "closed"
    NOT_NOW = "not_now"
    NOT_YOURS = "not_yours"
    OWN_CONCERN = "own_concern"
    FORWARDED_ALREADY = "forwarded_already"
    TO_RAISER = "to_raiser"
    SAME_DEPARTMENT = "same_department"
    ALREADY_RECORDED = "already_recorded"
    NO_SUCH_TASK = "no_such_task"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Denied:
    """An order that is refused; ``missing`` names the parts of an incomplete one."""

    code: DenialCode
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """Something a department has to do and confirm; ``key`` is unique within the concern."""

    key: str
    kind: TaskKind
    department: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives an order: their parts in this concern and the departments of open tasks.

    ``sides`` are the departments of a dispute the actor speaks for, ``identities`` the actor and
    everybody they stand in for.
    """

    official_id: int
    parts: frozenset[Part]
    departments: frozenset[int] = frozenset()
    sides: frozenset[Side] = frozenset()
    identities: frozenset[int] = frozenset()
