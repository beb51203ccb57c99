"""Who somebody is: the posts they hold or stand in for, and the departments behind them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db.models import Q
from django.http import HttpRequest

from portal.organisation.models import (
    ADMIN_ROLES,
    Department,
    Official,
    Post,
    Role,
    Substitution,
)


class ClosedSignUpAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the system administrator, never by visitors."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Axes counts wrong passwords by account and address; a count by account alone would let
        anybody lock out anybody. Wrong codes of the second factor are counted by allauth.
        """


@dataclass(frozen=True)
class HeldPost:
    """A post in force for somebody, held or filled in as a substitute."""

    department_id: int
    department_name: str
    region_id: str
    role: str
    acting_for_id: int | None = None
    acting_for_name: str = ""


def held_posts(official: Official, on: date) -> tuple[HeldPost, ...]:
    """All posts ``official`` may act in on the day ``on``: own ones first, then substitutions.

    An inactive account holds none. Administrator posts are never acted in by a substitute.
    """
    if not official.is_active:
        return ()
    own = Post.objects.held_on(on).filter(official=official).select_related("department")
    posts = [
        HeldPost(post.department_id, post.department.name, post.department.region_id, post.role)
        for post in own
    ]
    principals = Substitution.objects.in_force(on).filter(substitute=official)
    stood_in = (
        Post.objects.held_on(on)
        .filter(official__in=principals.values("principal"))
        .exclude(role__in=ADMIN_ROLES)
        .select_related("department", "official")
    )
    posts += [
        HeldPost(
            post.department_id,
            post.department.name,
            post.department.region_id,
            post.role,
            post.official_id,
            post.official.full_name,
        )
        for post in stood_in
    ]
    return tuple(posts)


def department_ids(official: Official, on: date) -> set[int]:
    """Departments the official belongs to through a business post, with their superior units.

    Who works in a department also works for those that it took over from: their applications,
    grants and history go on with it.
    """
    if not official.is_active:
        return set()
    ids = {post.department_id for post in held_posts(official, on) if post.role not in ADMIN_ROLES}
    return works_for(ids, on)


def works_for(department_ids: Iterable[int], on: date) -> set[int]:
    """These departments, the ones whose units they are, and those that they took over from by ``on``.

    One query where there is nothing above and nothing before.
    """
    known: set[int] = set()
    level = set(department_ids)
    while level:
        rows = Department.objects.filter(
            Q(pk__in=level) | Q(successor__in=level, valid_until__lte=on)
        ).order_by()
        found = list(rows.values_list("pk", "parent_id"))
        asked = known | level
        known |= {pk for pk, _parent in found}
        level = (known | {parent for _pk, parent in found if parent}) - asked
    return known


def taken_over(department_ids: Iterable[int], on: date) -> dict[int, set[int]]:
    """Departments gone by the day ``on`` whose (main) successor is one of these, transitively.

    Departments that took over from nobody are left out; one query for most.
    """
    owner = {pk: pk for pk in department_ids}
    found: dict[int, set[int]] = {}
    level = set(owner)
    while level:
        rows = Department.objects.filter(successor__in=level, valid_until__lte=on).order_by()
        level = set()
        for pk, successor in rows.values_list("pk", "successor_id"):
            if pk not in owner:
                owner[pk] = owner[successor]
                found.setdefault(owner[pk], set()).add(pk)
                level.add(pk)
    return found


def has_role(official: Official, roles: Iterable[str], on: date) -> bool:
    """Whether the official holds one of ``roles`` anywhere (as a substitute too)."""
    wanted = set(roles)
    return any(post.role in wanted for post in held_posts(official, on))


def is_auditor(official: Official, on: date) -> bool:
    """Whether the official reads the whole ledger."""
    return has_role(official, [Role.AUDITADMIN], on)


def is_administrator(official: Official, on: date) -> bool:
    """Whether the official is one of the three administrators, who do no business (R35)."""
    return has_role(official, ADMIN_ROLES, on)


OPENING_ROLES = (*ADMIN_ROLES, Role.AUTHORITY_REVIEWER, Role.AUTHORITY_HEAD, Role.STEWARD)
"""Posts whose holders work in the administration pages; nobody else can open them."""


def opens_administration(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles may open the administration (``Official.is_staff``)."""
    return not set(OPENING_ROLES).isdisjoint(roles)
