"""Demands as the desk knows them: their state, who is what to them, who sees them.

Every list, page and API answer about demands starts at ``demands_visible_to``; what is not seen
does not exist (NotVisible).
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.access import MANAGER_ROLES, manages_department
from catalog.cases import AUTHORITY_ROLES, offices_of
from catalog.demanding.terms import Actor, Part, State, Status
from catalog.models import Demand, DemandStatus
from portal.errors import NotVisible
from portal.organisation.access import HeldPost, department_ids, held_posts
from portal.organisation.models import ADMIN_ROLES, Department, Official

LOADED = ("department__region", "authority", "responder__region", "asker", "entry__live")


def state_of(demand: Demand) -> State:
    """The state that decisions are made on."""
    return State(
        status=Status(demand.status),
        department=demand.department_id,
        responder=demand.responder_id,
        steps=demand.step_count,
        reopened=demand.reopened,
    )


def actor_for(official: Official, demand: Demand, on: date) -> Actor:
    """What the official is to the demand on the day ``on``."""
    own = department_ids(official, on)
    parts: set[Part] = set()
    if demand.department_id in own:
        parts.add(Part.ASKER)
    if demand.responder is not None and manages_department(official, demand.responder, on):
        parts.add(Part.RESPONDER)
    posts = held_posts(official, on)
    if any(one.department_id == demand.authority_id for one in posts if is_authority(one)):
        parts.add(Part.AUTHORITY)
    return Actor(frozenset(parts), frozenset(own))


def is_authority(post: HeldPost) -> bool:
    """Whether the post acts for a competent authority."""
    return post.role in AUTHORITY_ROLES


def acted_for(official: Official, demand: Demand, part: Part, on: date) -> int | None:
    """Whom the official stands in for in this part; None when a post of their own entitles."""
    offices = {
        Part.ASKER: {demand.department_id},
        Part.AUTHORITY: {demand.authority_id},
        Part.RESPONDER: offices_of(demand.responder) if demand.responder else set(),
    }[part]
    roles: Iterable[str] | None = {
        Part.AUTHORITY: AUTHORITY_ROLES, Part.RESPONDER: MANAGER_ROLES,
    }.get(part)  # fmt: skip
    posts = [
        one
        for one in held_posts(official, on)
        if one.department_id in offices
        and (one.role in roles if roles is not None else one.role not in ADMIN_ROLES)
    ]
    return posts[0].acting_for_id if posts else None


def related(one: Department, other: Department) -> bool:
    """Whether one of the two is the other, or an internal unit of it."""
    return other.pk in offices_of(one) or one.pk in offices_of(other)


def demands_visible_to(
    official: Official, on: date, posts: Iterable[HeldPost] | None = None
) -> QuerySet[Demand]:
    """Demands of the official's departments, those that came to them, and those of their authority."""
    held = list(held_posts(official, on) if posts is None else posts)
    authorities = {one.department_id for one in held if is_authority(one)}
    own = list(department_ids(official, on))
    managed = [one.department_id for one in held if one.role in MANAGER_ROLES]
    return Demand.objects.filter(
        Q(involved__overlap=own)
        | Q(authority__in=authorities)
        | Q(responder__parent__in=managed)
        | Q(responder__parent__parent__in=managed)
    )


def get_demand(official: Official, demand_id: UUID | str, on: date) -> Demand:
    """One demand with all that pages show, or NotVisible."""
    try:
        return demands_visible_to(official, on).select_related(*LOADED).get(pk=demand_id)
    except (Demand.DoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


def waiting_for(
    official: Official, on: date, posts: Iterable[HeldPost] | None = None
) -> QuerySet[Demand]:
    """Demands the official can answer or assign now, the most urgent first.

    The core has the last word; this is what it would not deny. ``posts`` saves asking for them.
    """
    held = list(held_posts(official, on) if posts is None else posts)
    authorities = {one.department_id for one in held if is_authority(one)}
    managed = {one.department_id for one in held if one.role in MANAGER_ROLES}
    own = {one.department_id for one in held if one.role not in ADMIN_ROLES}
    mine = (
        Q(responder__in=managed)
        | Q(responder__parent__in=managed)
        | Q(responder__parent__parent__in=managed)
    )
    return (
        Demand.objects.filter(
            Q(authority__in=authorities, status=DemandStatus.ASSIGNING)
            | Q(mine, ~Q(department__in=own),
                status__in=[DemandStatus.ANSWERING, DemandStatus.PROMISED])
        )
        .order_by("due_on", "promised_on", "created_at", "pk")
    )  # fmt: skip
