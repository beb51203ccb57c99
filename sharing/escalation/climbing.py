"""Climbing the ladder: every step of every due date at most once, whoever runs it and how often.

A step is a row; what it does is done in the transaction that inserts it. After an outage of days
everything that was missed is caught up, but of several reminders only the last is sent, and a
person to whom more than a few would go gets one notice with their number.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import DatabaseError, transaction
from django.urls import reverse

from portal.errors import PortalError
from portal.notices.actions import notify
from portal.organisation.models import Department, Role
from portal.worktime import access as worktime
from portal.worktime.calendar import Calendar
from sharing.access import holders
from sharing.approval.clocks import local_day
from sharing.escalation import ladders
from sharing.escalation.registry import Clock, Subject, Wanted, clocks
from sharing.models import LadderStep, OversightItem
from sharing.oversight.ladder import AUTHORITY, SUPERVISOR, Step, place, reached, to_take
from sharing.oversight.terms import Command, Kind
from sharing.violations import Finding
from sharing.violations.detecting import alone, batches
from sharing.violations.entering import (
    ARTICLE_SUPERVISION,
    ONE_BY_ONE,
    SUPERVISION,
    active,
    by_clock,
    enter,
    tell_of_found,
)

logger = logging.getLogger(__name__)

_ABOVE: Final[dict[str, tuple[Role, ...]]] = {
    Role.SHARING_OFFICE_HEAD: (Role.DEPARTMENT_HEAD,),
    Role.DEPARTMENT_HEAD: (),
    Role.AUTHORITY_REVIEWER: (Role.AUTHORITY_HEAD,),
    Role.AUTHORITY_HEAD: (Role.DEPARTMENT_HEAD,),
}
_HEADS: Final = (Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD)


@dataclass(slots=True)
class _Run:
    """What one turn of one clock has found to do."""

    clock: Clock
    now: datetime
    calendar: Calendar
    ladders: ladders.Ladders
    steps: list[LadderStep] = field(default_factory=list)
    notices: dict[tuple[str, int], list[Subject]] = field(default_factory=lambda: defaultdict(list))
    found: list[OversightItem] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The legal day of the run."""
        return local_day(self.now)

    def tell(self, kind: str, people: Iterable[int], subject: Subject) -> int:
        """Note that ``people`` are to be told; return how many."""
        wanted = set(people) - subject.excluded
        for official in wanted:
            self.notices[kind, official].append(subject)
        return len(wanted)


def climb(now: datetime) -> int:
    """Take every step that any due date has reached; return how many were carried out.

    Each clock in a transaction of its own, one run at a time; one that fails is logged, undone as
    a whole and tried again the next time.
    """
    done = 0
    for clock in clocks():
        try:
            done += _climb(clock, now)
        except (DatabaseError, PortalError, LookupError, ValueError):
            logger.exception("escalation failed", extra={"clock": clock.code})
    return done


@transaction.atomic
def _climb(clock: Clock, now: datetime) -> int:
    alone(f"sharing.escalation {clock.code}")
    run = _Run(clock, now, worktime.calendar(), ladders.read())
    horizon = run.calendar.add_working_days(run.today, run.ladders.longest_before())
    for subjects in batches(clock.find(Wanted(now, horizon.on))):
        _take(run, subjects)
    LadderStep.objects.bulk_create(run.steps)
    _settle(run)
    _send(run)
    tell_of_found(run.found, now)
    return sum(step.told > 0 for step in run.steps)


def _take(run: _Run, subjects: Sequence[Subject]) -> None:
    taken: dict[tuple[str, date], set[str]] = defaultdict(set)
    rows = LadderStep.objects.filter(clock=run.clock.code, key__in=[one.key for one in subjects])
    for key, due, name in rows.values_list("key", "due_on", "step"):
        taken[key, due].add(name)
    for subject in subjects:
        ladder = run.ladders.for_region(subject.region_id, run.clock.code)
        found = reached(ladder, run.calendar, due=subject.due_on, today=run.today)
        before = frozenset(taken[subject.key, subject.due_on])
        for step, carried_out in to_take(found, before):
            told = _carry_out(run, step, subject) if carried_out else 0
            run.steps.append(
                LadderStep(
                    clock=run.clock.code, key=subject.key, due_on=subject.due_on, step=step.name,
                    taken_at=run.now, told=told,
                )
            )  # fmt: skip


def _carry_out(run: _Run, step: Step, subject: Subject) -> int:
    """Do what the step asks for; return how many people it reaches."""
    if step.name == AUTHORITY:
        return _supervise(run, subject)
    if step.name == SUPERVISOR:
        return run.tell("clock.supervisor", supervisors(subject, run.today), subject)
    if not run.clock.reminds:
        return 0
    kind = run.clock.late if step.days > 0 else run.clock.soon
    return run.tell(kind, holders(subject.office_id, subject.roles, run.today), subject)


def supervisors(subject: Subject, on: date) -> set[int]:
    """Who stands above the holders: the heads of the office, or those of the department it is part of."""
    acting = holders(subject.office_id, subject.roles, on)
    roles = {role for one in subject.roles for role in _ABOVE.get(one, _HEADS)}
    if people := holders(subject.office_id, roles, on) - acting:
        return people
    parent = Department.objects.filter(pk=subject.office_id).values_list("parent", flat=True)
    return holders(parent[0], _HEADS, on) - acting if parent and parent[0] else set()


# --- the authority -------------------------------------------------------------------------


def supervision_key(clock: str, key: str) -> str:
    """The key of the case that the authority has of a due date."""
    return f"{clock}:{key}"


def _supervise(run: _Run, subject: Subject) -> int:
    """Open the authority's case of what is late, or take it up again."""
    key = supervision_key(run.clock.code, subject.key)
    item = OversightItem.objects.filter(code=SUPERVISION, key=key).first()
    if item is None:
        finding = _finding(run, subject, key)
        item = enter(
            Kind.SUPERVISION, finding, code=SUPERVISION,
            article=run.clock.article or ARTICLE_SUPERVISION, now=run.now,
        )  # fmt: skip
    elif not by_clock(item.pk, Command.REOPEN, run.now):
        return 0
    run.found.append(item)
    return 1


def _finding(run: _Run, subject: Subject, key: str) -> Finding:
    return Finding(
        key=key,
        department_id=subject.office_id,
        label=f"{subject.number} {subject.title}".strip(),
        url=subject.url,
        happened_on=run.calendar.next_working_day(subject.due_on),
        facts={
            "clock": run.clock.code,
            "since": subject.since.isoformat() if subject.since else None,
            "due_on": subject.due_on.isoformat(),
            "days_late": place(run.calendar, subject.due_on, run.today),
        },
    )


def _settle(run: _Run) -> None:
    """Let go of what is not late any more, and of what was done before anybody asked about it."""
    prefix = supervision_key(run.clock.code, "")
    cases = OversightItem.objects.filter(
        code=SUPERVISION, key__startswith=prefix, status__in=OversightItem.UNDECIDED
    )
    found = {
        key.removeprefix(prefix): (pk, status)
        for key, pk, status in cases.values_list("key", "pk", "status")
    }
    for some in batches(sorted(found)):
        wanted = Wanted(run.now, date.max, keys=frozenset(some))
        due = {one.key: one.due_on for one in run.clock.find(wanted)}
        for key in some:
            case, status = found[key]
            nobody_asked = key not in due and status == OversightItem.Status.OPEN
            in_time = key in due and place(run.calendar, due[key], run.today) < 1
            if nobody_asked or in_time:
                by_clock(case, Command.LAPSE, run.now)


# --- notices -------------------------------------------------------------------------------


def _send(run: _Run) -> None:
    for (kind, official), subjects in sorted(run.notices.items(), key=lambda one: one[0]):
        if len(subjects) > ONE_BY_ONE:
            late = kind in {run.clock.late, "clock.supervisor"}
            notify(
                "clock.many_late" if late else "clock.many_soon", officials=active({official}),
                params={"count": len(subjects)}, url=reverse("sharing:inbox"), now=run.now,
            )  # fmt: skip
            continue
        for subject in subjects:
            params = {
                "number": subject.number, "title": subject.title,
                "due": subject.due_on.isoformat(),
            }  # fmt: skip
            notify(kind, officials=active({official}), params=params, url=subject.url, now=run.now)
