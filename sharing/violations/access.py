"""Who sees a case of oversight, who answers it and who decides it."""

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.errors import NotVisible
from portal.organisation.access import HeldPost, department_ids, held_posts, works_for
from portal.organisation.models import Department, Official, Role
from sharing.access import AUTHORITY_ROLES, holders
from sharing.models import OversightItem
from sharing.oversight.terms import Actor, Part

ANSWERING: Final = (
    Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD, Role.STEWARD, Role.AUTHORITY_HEAD,
)  # fmt: skip
"""Who answers for a department; the last is the head of an authority that is supervised itself."""


class Standing(NamedTuple):
    """What an official is to a case, and for whom they act in that."""

    actor: Actor
    acting_for_id: int | None
    acting_for: str


def visible_to(official: Official, on: date) -> QuerySet[OversightItem]:
    """Cases of the departments the official answers for, and of their authority."""
    posts = held_posts(official, on)
    return OversightItem.objects.filter(
        Q(department__in=_works(posts, ANSWERING, on))
        | Q(authority__in=_works(posts, AUTHORITY_ROLES, on))
    )


def followed_by(official: Official, on: date) -> QuerySet[OversightItem]:
    """Cases the official decides, for the authority."""
    return OversightItem.objects.filter(
        authority__in=_works(held_posts(official, on), AUTHORITY_ROLES, on)
    )


def answered_by(official: Official, on: date) -> QuerySet[OversightItem]:
    """Cases the official answers, for a department."""
    return OversightItem.objects.filter(
        department__in=_works(held_posts(official, on), ANSWERING, on)
    )


def get_item(official: Official, pk: UUID | str, on: date) -> OversightItem:
    """The case, or NotVisible."""
    try:
        return visible_to(official, on).select_related("department", "authority").get(pk=pk)
    except (ObjectDoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


def standing(official: Official, item: OversightItem, on: date) -> Standing:
    """The parts of the official in the case on the day ``on``, own posts before those of others."""
    parts: set[Part] = set()
    for_whom: tuple[int | None, str] | None = None
    for post in held_posts(official, on):
        if part := _part(post, item, on):
            parts.add(part)
            for_whom = for_whom or (post.acting_for_id, post.acting_for_name)
    own = Part.AUTHORITY in parts and item.department_id in department_ids(official, on)
    return Standing(Actor(frozenset(parts), own), *(for_whom or (None, "")))


def _part(post: HeldPost, item: OversightItem, on: date) -> Part | None:
    if post.role in AUTHORITY_ROLES and item.authority_id in works_for([post.department_id], on):
        return Part.AUTHORITY
    if post.role in ANSWERING and item.department_id in works_for([post.department_id], on):
        return Part.DEPARTMENT
    return None


def _works(posts: Iterable[HeldPost], roles: Iterable[str], on: date) -> set[int]:
    wanted = set(roles)
    return works_for({post.department_id for post in posts if post.role in wanted}, on)


def authority_over(department: Department, on: date) -> int | None:
    """The authority that follows the department: of its region, or the nearest above (article 8).

    An authority is followed by the next one above; None where there is nobody.
    """
    codes = (department.region_id, *department.region.superior_codes())
    found = dict(
        Department.objects.in_office(on)
        .filter(kind=Department.Kind.AUTHORITY, region__in=codes)
        .exclude(pk=department.pk)
        .values_list("region_id", "pk")
    )
    if department.kind == Department.Kind.AUTHORITY:
        codes = codes[1:]
    return next((found[code] for code in codes if code in found), None)


def answering(department_id: int, on: date) -> set[int]:
    """Ids of who answers for a department, or for the one that took it over."""
    return holders(department_id, ANSWERING, on) or _of_successor(department_id, on)


def _of_successor(department_id: int, on: date) -> set[int]:
    found = Department.objects.filter(pk=department_id, valid_until__lte=on).first()
    return holders(found.successor_id, ANSWERING, on) if found and found.successor_id else set()


def waiting_for(official: Official, on: date) -> QuerySet[OversightItem]:
    """Cases in which the official's side has the next step: one asks or decides, one answers."""
    posts = held_posts(official, on)
    theirs = Q(
        authority__in=_works(posts, AUTHORITY_ROLES, on), status__in=[*_TO_DECIDE, "confirmed"]
    ) & (~Q(status="confirmed") | Q(wanted_on__isnull=True) | Q(wanted_on__lt=on))
    mine = Q(department__in=_works(posts, ANSWERING, on)) & (
        Q(status="asked") | Q(status="confirmed", wanted_on__isnull=False)
    )
    return OversightItem.objects.filter(theirs | mine)


_TO_DECIDE: Final = (OversightItem.Status.OPEN, OversightItem.Status.ANSWERED)
