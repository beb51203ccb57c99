"""The preview of a change of departments: exactly what will happen, and every fault at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault
from portal.organisation import hooks, planning
from portal.organisation.models import (
    ChangeReceiver,
    ChangeStatus,
    Department,
    DepartmentChange,
    Official,
    Post,
)
from portal.organisation.models.departments import validate_uscc

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """What the change brings, in all apps, with what stands in its way."""

    plan: planning.Plan
    consequences: tuple[hooks.Consequence, ...]
    faults: tuple[Fault, ...]


def preview(change: DepartmentChange, on: date) -> Preview:
    """What would happen if the saved change were done on the day ``on``."""
    situation = situation_of(change)
    plan = planning.plan(situation)
    own = _own(change, situation, plan)
    other = hooks.outlook(change, on)
    return Preview(plan, (*own, *other.consequences), (*plan.faults, *other.faults))


def situation_of(change: DepartmentChange) -> planning.Situation:
    """The change and the organisation around it, as planning sees them."""
    sources = list(change.sources.order_by("pk"))
    receivers = list(change.receivers.select_related("department").prefetch_related("posts"))
    region, day = change.region, change.effective_on
    superiors = dict(Department.objects.order_by().values_list("pk", "superior_id"))
    in_office = Department.objects.in_office(day).filter(parent__isnull=True).order_by()
    abolished = None
    if region is not None and region.is_abolished(day):
        successor = region.today(day)
        abolished = (region.name, f"{successor} ({successor.pk})" if successor else "")
    return planning.Situation(
        kind=change.kind,
        effective_on=day,
        sources=tuple(_facts(one, day) for one in sources),
        receivers=tuple(_receiver(one, day) for one in receivers),
        posts=tuple(_posts(sources, day)),
        superior=_facts(change.superior, day) if change.superior else None,
        moves_region=region is not None,
        abolished=abolished,
        superiors=superiors,
        names=frozenset(in_office.values_list("region_id", "name")),
        codes=_codes(receivers),
        pending=_pending(change, sources, receivers),
    )


def _facts(one: Department, day: date) -> planning.Facts:
    return planning.Facts(
        id=one.pk,
        name=one.name,
        region=one.region_id,
        kind=one.kind,
        superior=one.superior_id,
        parent=one.parent_id,
        valid_from=one.valid_from,
        gone=one.valid_until is not None and one.valid_until <= day,
    )


def _receiver(row: ChangeReceiver, day: date) -> planning.Receiver:
    wrong = ""
    if row.uscc:
        try:
            validate_uscc(row.uscc)
        except ValidationError as error:
            wrong = " ".join(error.messages)
    return planning.Receiver(
        position=row.position,
        name=row.name,
        department=_facts(row.department, day) if row.department else None,
        uscc=row.uscc,
        wrong_code=wrong,
        posts=frozenset(post.pk for post in row.posts.all()),
    )


def posts_beyond(departments: Iterable[Department], day: date) -> Any:
    """Posts in these departments that are held on the day or later, by active accounts."""
    return (
        Post.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            department__in=list(departments),
            official__is_active=True,
        )
        .select_related("official", "department")
        .order_by("department_id", "role", "pk")
    )


def _posts(sources: Sequence[Department], day: date) -> Iterable[planning.PostFacts]:
    for post in posts_beyond(sources, day):
        name = f"{post.official.full_name} ({post.get_role_display()})"
        yield planning.PostFacts(post.pk, post.department_id, name, post.role)


def _codes(receivers: Sequence[ChangeReceiver]) -> frozenset[str]:
    wanted = [one.uscc for one in receivers if one.uscc]
    return frozenset(Department.objects.filter(uscc__in=wanted).values_list("uscc", flat=True))


def _pending(
    change: DepartmentChange, sources: Sequence[Department], receivers: Sequence[ChangeReceiver]
) -> frozenset[int]:
    ids = {one.pk for one in sources} | {
        one.department_id for one in receivers if one.department_id is not None
    }
    others = DepartmentChange.objects.filter(
        status__in=[ChangeStatus.PREPARED, ChangeStatus.CONFIRMED]
    ).exclude(pk=change.pk)
    concerned = Department.objects.filter(pk__in=ids).filter(
        Q(changes__in=others) | Q(received__change__in=others)
    )
    return frozenset(concerned.values_list("pk", flat=True))


def _own(
    change: DepartmentChange, situation: planning.Situation, plan: planning.Plan
) -> Iterable[hooks.Consequence]:
    names = {one.position: _name(one) for one in situation.receivers}
    main = names.get(plan.main or 0, "")
    by_goal: dict[int, list[str]] = {}
    for post in situation.posts:
        if post.id in plan.moves:
            by_goal.setdefault(plan.moves[post.id], []).append(post.official)
    for position, people in sorted(by_goal.items()):
        becomes = str(_("are held in %(name)s from that day on")) % {"name": names[position]}
        yield hooks.Consequence(_("Posts"), len(people), becomes, tuple(people[:EXAMPLES]))
    leaving = Department.objects.filter(pk__in=plan.leaving)
    homes = Official.objects.filter(department__in=plan.leaving, is_active=True)
    becomes = str(_("belong to %(name)s")) % {"name": main}
    yield from _counted(_("Accounts"), homes, becomes)
    units = Department.objects.in_office(change.effective_on).filter(parent__in=plan.leaving)
    yield from _counted(
        _("Internal units"), units, str(_("become units of %(name)s")) % {"name": main}
    )
    below = Department.objects.in_office(change.effective_on).filter(superior__in=plan.leaving)
    becomes = str(_("have %(name)s as their superior")) % {"name": main}
    yield from _counted(_("Subordinate departments"), below, becomes)
    ends = str(_("end; history keeps them under their names"))
    yield from _counted(_("Departments"), leaving, ends)


def _name(one: planning.Receiver) -> str:
    return one.name or (one.department.name if one.department else "")


def _counted(what: Any, rows: Any, becomes: str) -> Iterable[hooks.Consequence]:
    if count := rows.count():
        examples = tuple(str(row) for row in rows[:EXAMPLES])
        yield hooks.Consequence(what, count, becomes, examples)
