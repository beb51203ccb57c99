"""Concerns as the desk knows them: who sees them, who is what to them, their state and columns.

Every list, page, API answer and action about corrections, objections, disputes and complaints
starts at ``concerns_visible_to``; what is not seen does not exist (NotVisible). A department that
is involved sees the concern by its role in it; an authority sees corrections and objections of
its region only where it sees the entry, so that none tells of an entry that is hidden from it.
"""

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.access import visible_to
from portal.errors import NotVisible
from portal.organisation.access import HeldPost, department_ids, held_posts, taken_over, works_for
from portal.organisation.models import ADMIN_ROLES, Department, Official, Region
from portal.worktime import access as worktime
from sharing.access import AUTHORITY_ROLES, PROVIDER_ROLES
from sharing.approval.clocks import local_day
from sharing.approval.serialise import dump_value, load_value
from sharing.approval.terms import Person, Signature
from sharing.disputes.events import EVENTS, NAMES, Confirmed, Event, Forwarded, Raised
from sharing.disputes.evolve import fold
from sharing.disputes.ladder import mediator
from sharing.disputes.rules import CLOCKS
from sharing.disputes.state import State
from sharing.disputes.terms import Actor, Kind, Part, Side, Status
from sharing.models import Concern, ConcernEvent, ConcernKind, ConcernTask, Grant, GrantStatus

LOADED: Final = (
    "resource__live", "resource__provider", "department__region", "handler__region",
    "authority__region", "raiser", "assignee", "item__application", "item__version", "grant",
    "origin",
)  # fmt: skip
HANDLING_ROLES: Final = (*PROVIDER_ROLES, *AUTHORITY_ROLES)
"""Who answers for a department: those who look after its data, in an authority its officials."""
COLUMNS: Final = (
    "status", "event_count", "handler", "authority", "assignee", "involved", "outcome", "score",
    "solved", "limit_days", "due_on", "due_provisional", "decided_at", "updated_at",
)  # fmt: skip
LIVING: Final = (GrantStatus.PROVISIONING, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Case:
    """A concern with its events and where they led."""

    concern: Concern
    events: tuple[Event, ...]
    state: State


# --- who sees what --------------------------------------------------------------------------


def concerns_visible_to(official: Official, on: date) -> QuerySet[Concern]:
    """Concerns of the official's departments, those before their authority, and supervised ones."""
    posts = held_posts(official, on)
    own = list(department_ids(official, on))
    authorities = _departments(posts, AUTHORITY_ROLES, _gone(posts, on))
    selves = _selves(official, posts)
    supervised = Q(kind__in=[ConcernKind.CORRECTION, ConcernKind.OBJECTION]) & _supervised(posts)
    return Concern.objects.filter(
        (~Q(kind=ConcernKind.COMPLAINT) & Q(involved__overlap=own))
        | Q(kind=ConcernKind.COMPLAINT, authority__in=authorities)
        | Q(kind=ConcernKind.COMPLAINT, assignee__in=selves)
        | (Q(kind=ConcernKind.DISPUTE, authority__in=authorities) & ~Q(status="negotiating"))
        | (supervised & (Q(resource=None) | Q(resource__in=visible_to(official, on))))
    )


def get_concern(official: Official, pk: UUID | str, on: date) -> Concern:
    """The concern with all that pages show, or NotVisible."""
    try:
        return concerns_visible_to(official, on).select_related(*LOADED).get(pk=pk)
    except (Concern.DoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


def waiting_for(
    official: Official, on: date, posts: Sequence[HeldPost] | None = None
) -> QuerySet[Concern]:
    """Concerns on which the official has something to do now, the most urgent first.

    The core has the last word; this is what it would not deny. ``posts`` saves asking for them.
    """
    posts = held_posts(official, on) if posts is None else posts
    gone = _gone(posts, on)
    handled = _departments(posts, HANDLING_ROLES, gone)
    authorities = _departments(posts, AUTHORITY_ROLES, gone)
    own = works_for({post.department_id for post in posts if post.role not in ADMIN_ROLES}, on)
    selves = _selves(official, posts)
    tasks = ConcernTask.objects.filter(department__in=own, done_at=None)
    return (
        Concern.objects.filter(
            Q(handler__in=handled, status__in=["received", "verifying", "raised", "handling"])
            | (Q(kind="dispute", status__in=["negotiating", "answering"])
               & (Q(handler__in=handled) | Q(department__in=own)))
            | Q(kind="objection", status="handled", department__in=own)
            | Q(authority__in=authorities, status__in=["mediating", "deciding"])
            | Q(kind="complaint", status="received", authority__in=authorities)
            | Q(kind="complaint", status="assigned", assignee__in=selves)
            | Q(pk__in=tasks.values("concern"))
        )
        .exclude(kind__in=["correction", "objection"], raiser__in=selves,
                 status__in=["received", "verifying", "raised", "handling"])
        .order_by("due_on", "created_at", "pk")
    )  # fmt: skip


Gone = Mapping[int, set[int]]


def _gone(posts: Iterable[HeldPost], on: date) -> Gone:
    """For each department of the posts those it took over from."""
    return taken_over({post.department_id for post in posts}, on)


def _departments(posts: Iterable[HeldPost], roles: Iterable[str], gone: Gone) -> set[int]:
    """Departments in which one of ``roles`` is held, with those they took over from."""
    wanted = set(roles)
    ids = {post.department_id for post in posts if post.role in wanted}
    return ids.union(*(gone.get(one, set()) for one in ids))


def _selves(official: Official, posts: Iterable[HeldPost]) -> set[int]:
    return {official.pk} | {post.acting_for_id for post in posts if post.acting_for_id is not None}


def _supervised(posts: Iterable[HeldPost]) -> Q:
    """As ``access``: an authority supervises its own region, a county's also those below it."""
    codes = sorted({post.region_id for post in posts if post.role in AUTHORITY_ROLES})
    choices = (Q(handler__region__code__startswith=code) for code in codes)
    return functools.reduce(operator.or_, choices, Q(pk__in=[]))


# --- who is what ----------------------------------------------------------------------------


def actor_for(official: Official, state: State, on: date) -> Actor:
    """What the official is to a concern on the day ``on``."""
    posts = held_posts(official, on)
    own = department_ids(official, on)
    gone = _gone(posts, on)
    handled = _departments(posts, HANDLING_ROLES, gone)
    selves = _selves(official, posts)
    parts: set[Part] = set()
    if state.kind is not Kind.COMPLAINT and state.department in own:
        parts.add(Part.RAISER)
    if state.handler in handled:
        parts.add(Part.HANDLER)
    if state.authority in _departments(posts, AUTHORITY_ROLES, gone):
        parts.add(Part.AUTHORITY)
    if state.assignee is not None and state.assignee.official_id in selves:
        parts.add(Part.ASSIGNEE)
    tasked = {task.department for task in state.open_tasks} & own
    if tasked:
        parts.add(Part.TASKED)
    sides = {Part.RAISER: Side.RAISER, Part.HANDLER: Side.OTHER}
    return Actor(
        official.pk,
        frozenset(parts),
        departments=frozenset(tasked),
        sides=frozenset(sides[part] for part in parts if part in sides),
        identities=frozenset(selves),
    )


def signature_for(official: Official, state: State, part: Part | None, on: date) -> Signature:
    """In whose name the official acts in this part: their own if a post of theirs entitles."""
    person = Person(official.pk, official.full_name)
    if part is Part.ASSIGNEE and state.assignee is not None:
        own = state.assignee.official_id == official.pk
        return Signature(person, None if own else state.assignee)
    roles = {Part.HANDLER: HANDLING_ROLES, Part.AUTHORITY: AUTHORITY_ROLES}.get(part or Part.RAISER)
    named: dict[Part, set[int | None]] = {
        Part.RAISER: {state.department},
        Part.HANDLER: {state.handler},
        Part.AUTHORITY: {state.authority},
        Part.TASKED: {task.department for task in state.open_tasks},
    }
    offices = named.get(part or Part.RAISER, set())
    posts = [
        post
        for post in held_posts(official, on)
        if (post.role in roles if roles else post.role not in ADMIN_ROLES)
    ]
    posts = [post for post in posts if post.department_id in offices] or posts
    if not posts or posts[0].acting_for_id is None:
        return Signature(person)
    return Signature(person, Person(posts[0].acting_for_id, posts[0].acting_for_name))


def mediator_for(one: Department, other: Department, on: date) -> Department | None:
    """The authority that mediates between two departments (article 28), worked out anew."""
    own, theirs = ((place.region_id, *place.region.superior_codes()) for place in (one, other))
    above = Department.objects.in_office(on).filter(
        kind=Department.Kind.AUTHORITY, region__in=set(own) & set(theirs)
    )
    by_region = {authority.region_id: authority for authority in above}
    keys = {code: authority.pk for code, authority in by_region.items()}
    chosen = mediator(own, theirs, keys, {one.pk, other.pk})
    return next((found for found in by_region.values() if found.pk == chosen), None)


def holders_of(concern: Concern, on: date) -> dict[int, list[Grant]]:
    """Departments that hold the data a correction is about, with their grants (R28).

    Those with a grant in life, and those whose grant ended less than the retention time ago.
    Without data items the whole entry is meant.
    """
    since = on - timedelta(days=settings.CORRECTION_REACH_DAYS)
    ended = Q(ends_on__gte=since) & Q(status_at__date__gte=since)
    grants = (
        Grant.objects.filter(Q(status__in=LIVING) | ended, resource=concern.resource_id)
        .exclude(department=concern.handler_id)
        .select_related("item__application")
        .order_by("pk")
    )
    wanted = set(concern.fields)
    found: dict[int, list[Grant]] = {}
    for grant in grants:
        if not wanted or wanted & {field["key"] for field in grant.fields}:
            found.setdefault(grant.department_id, []).append(grant)
    return found


# --- state and columns ----------------------------------------------------------------------


def load(concern: Concern) -> Case:
    """The concern's events and their fold."""
    rows = concern.events.order_by("seq")
    events = tuple(load_value(EVENTS[row.kind], row.data) for row in rows)
    return Case(concern, events, fold(events))


def append(concern: Concern, events: Sequence[Event]) -> list[ConcernEvent]:
    """Store ``events`` behind those the concern has; the caller holds its row lock."""
    rows = [
        ConcernEvent(
            concern=concern,
            seq=concern.event_count + number,
            kind=NAMES[type(event)],
            data=dump_value(event),
            at=event.at,
            actor_id=by.person.official_id if (by := signature(event)) else None,
            acting_for_id=by.acting_for.official_id if by and by.acting_for else None,
        )
        for number, event in enumerate(events, start=1)
    ]
    return ConcernEvent.objects.bulk_create(rows)


def signature(event: Event) -> Signature | None:
    """Who made the event happen; None for what follows by itself and for citizens."""
    by: Signature | None = getattr(event, "by", None)
    return by


def columns(events: Sequence[Event], state: State) -> dict[str, Any]:
    """The projected columns, by attribute."""
    limit, due, provisional = _due(state)
    return {
        "status": state.status.value,
        "event_count": state.version,
        "handler_id": state.handler,
        "authority_id": state.authority,
        "assignee_id": state.assignee.official_id if state.assignee else None,
        "involved": involved(events, state),
        "outcome": state.outcome.value if state.outcome else "",
        "score": state.score,
        "solved": state.solved,
        "limit_days": limit,
        "due_on": due,
        "due_provisional": provisional,
        "decided_at": state.decided_at,
    }


def involved(events: Sequence[Event], state: State) -> list[int]:
    """Departments that had to do with it; of a dispute the authority only once it has it."""
    ids: set[int | None] = {state.department, state.handler}
    for event in events:
        if isinstance(event, Raised):
            ids.add(event.handler)
        elif isinstance(event, Forwarded) and state.kind is not Kind.COMPLAINT:
            ids.add(event.target)
    if state.kind is Kind.COMPLAINT or state.status is not Status.NEGOTIATING:
        ids.add(state.authority)
    ids |= {task.department for task in state.tasks}
    return sorted(one for one in ids if one is not None)


def _due(state: State) -> tuple[int | None, date | None, bool]:
    """Limit and due date of the present step, from the events, the calendar and the limits."""
    rule = CLOCKS.get((state.kind, state.status))
    if rule is None or state.clock_at is None:
        return None, None, False
    office = state.handler if state.kind in {Kind.CORRECTION, Kind.OBJECTION} else state.authority
    region = Region.objects.filter(departments=office).first()
    day = local_day(state.clock_at)
    days = worktime.limit(rule, region, day).days
    if not days:
        return None, None, False
    due = worktime.calendar().add_working_days(day, days)
    return days, due.on, due.provisional


def project(concern: Concern, events: Sequence[Event], state: State) -> None:
    """Write the columns and tasks that follow from ``events``."""
    for name, value in columns(events, state).items():
        setattr(concern, name, value)
    concern.updated_at = events[-1].at
    concern.save(update_fields=COLUMNS)
    rows = [ConcernTask(concern=concern, **values) for values in task_rows(events, state)]
    if rows:
        ConcernTask.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["concern", "key"],
            update_fields=["done_at", "done_by"],
        )


def task_rows(events: Sequence[Event], state: State) -> list[dict[str, Any]]:
    """The projected tasks, by attribute."""
    done = {event.task: event for event in events if isinstance(event, Confirmed)}
    return [
        {
            "key": task.key,
            "kind": task.kind.value,
            "department_id": task.department,
            "done_at": done[task.key].at if task.key in done else None,
            "done_by_id": done[task.key].by.person.official_id if task.key in done else None,
        }
        for task in state.tasks
    ]
