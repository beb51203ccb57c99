"""What officials ask for: an order is one intent."""

from dataclasses import dataclass
from datetime import date

from sharing.approval.terms import Person
from sharing.disputes.terms import Task, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order with what belongs to it; ``seen`` is the number of events its giver knew of.

    ``target`` is the department a concern is passed on to, ``person`` who is to handle a
    complaint, ``task`` the key of what is confirmed, ``tasks`` what a confirmed correction or a
    decision leaves to do. ``number`` and ``decided_on`` name the document of a decision.
    """

    verb: Verb
    seen: int
    text: str = ""
    target: int | None = None
    person: Person | None = None
    score: int | None = None
    solved: bool | None = None
    number: str = ""
    decided_on: date | None = None
    task: str = ""
    tasks: tuple[Task, ...] = ()
