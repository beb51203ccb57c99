"""Invariants of corrections, objections, disputes and complaints."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.invariants import Violation, invariant
from sharing import concerns
from sharing.approval.clocks import local_day
from sharing.disputes.events import Corrected, Event
from sharing.disputes.evolve import fold
from sharing.disputes.terms import Status
from sharing.models import ComplaintContact, Concern, ConcernKind, ConcernTask, Grant

_LADDER: Final = (
    Status.NEGOTIATING, Status.MEDIATING, Status.ANSWERING, Status.DECIDING, Status.DECIDED,
)  # fmt: skip


@invariant(65, _("The state of a concern, its due date and its tasks are the fold of its events."))
def concerns_are_their_events(now: datetime) -> Iterator[Violation]:
    """Columns and tasks that the events do not give."""
    del now
    for concern in Concern.objects.order_by("pk"):
        try:
            case = concerns.load(concern)
        except ValueError:
            yield Violation(concern.number, _("no events that begin with being raised"))
            continue
        for name, value in concerns.columns(case.events, case.state).items():
            if getattr(concern, name) != value:
                yield Violation(concern.number, _("columns that its events do not give"))
                break
        names = ("key", "kind", "department_id", "done_at", "done_by_id")
        wanted = {
            tuple(row[name] for name in names)
            for row in concerns.task_rows(case.events, case.state)
        }
        if wanted != set(concern.tasks.values_list(*names)):
            yield Violation(concern.number, _("tasks that its events do not give"))


@invariant(66, _("Every department that holds the data has the task to take a correction over."))
def holders_are_told(now: datetime) -> Iterator[Violation]:
    """Confirmed corrections of which a holder of that moment has no task."""
    del now
    confirmed = Concern.objects.filter(kind=ConcernKind.CORRECTION, outcome="corrected")
    for concern in confirmed.order_by("pk"):
        events = concerns.load(concern).events
        at = next(event.at for event in events if isinstance(event, Corrected))
        before = Grant.objects.filter(created_at__lte=at).values_list("department", flat=True)
        holders = set(concerns.holders_of(concern, local_day(at))) & set(before)
        tasks = ConcernTask.objects.filter(concern=concern).values_list("department", flat=True)
        for department in sorted(holders - set(tasks)):
            yield Violation(
                concern.number, _("department %(pk)d was not told") % {"pk": department}
            )


@invariant(67, _("Disputes climb the ladder of article 28 step by step."))
def disputes_climb_in_order(now: datetime) -> Iterator[Violation]:
    """Disputes that left a step out or went back."""
    del now
    for concern in Concern.objects.filter(kind=ConcernKind.DISPUTE).order_by("pk"):
        steps = _steps(concerns.load(concern).events)
        if steps[0] != 0 or any(after - before not in {0, 1} for before, after in pairwise(steps)):
            yield Violation(concern.number, _("a step of the ladder was left out"))


def _steps(events: Sequence[Event]) -> list[int]:
    """Where on the ladder a dispute was after each event, as far as it was on it."""
    statuses = [fold(events[:number]).status for number in range(1, len(events) + 1)]
    return [_LADDER.index(status) for status in statuses if status in _LADDER]


@invariant(68, _("Contacts of complaints are encrypted, and nothing is left of erased ones."))
def contacts_are_encrypted(now: datetime) -> Iterator[Violation]:
    """Contacts that are not what encryption makes."""
    del now
    for contact in ComplaintContact.objects.select_related("concern").order_by("pk"):
        if contact.sealed is not None and not bytes(contact.sealed).startswith(b"v1."):
            yield Violation(contact.concern.number, _("a contact that is not encrypted"))
