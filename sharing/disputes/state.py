"""Where a concern stands: the fold of its events."""

from dataclasses import dataclass
from datetime import datetime

from sharing.approval.terms import Person
from sharing.disputes.terms import Kind, Outcome, Side, Status, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A concern. ``version`` counts the events; departments and people are ids.

    ``clock_at`` is when the limit that now runs began; ``said`` holds what each side recorded in
    the present step of a dispute: agreement (or acceptance) or not.
    """

    kind: Kind
    status: Status
    version: int
    raised_at: datetime
    clock_at: datetime | None
    raiser: int | None = None
    department: int | None = None
    handler: int | None = None
    authority: int | None = None
    assignee: Person | None = None
    forwarded: int = 0
    rounds: int = 0
    said: tuple[tuple[Side, bool], ...] = ()
    tasks: tuple[Task, ...] = ()
    done: frozenset[str] = frozenset()
    outcome: Outcome | None = None
    decided_at: datetime | None = None
    score: int | None = None
    solved: bool | None = None
    decision_number: str = ""

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """What departments still have to confirm."""
        return tuple(task for task in self.tasks if task.key not in self.done)
