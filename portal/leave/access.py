"""Who arranges leave: everybody their own, heads that of their people, the security administrator all.

A head is whoever is head of department or of the sharing office, of the department or of a unit
above it, as a substitute too.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.errors import NotVisible
from portal.organisation.access import held_posts
from portal.organisation.models import (
    ADMIN_ROLES,
    Department,
    Official,
    Post,
    Role,
    Substitution,
)

HEADS = (Role.DEPARTMENT_HEAD, Role.SHARING_OFFICE_HEAD)
"""Who looks after the people of a department."""


def headed(official: Official, on: date) -> set[int]:
    """Departments whose people the official looks after: those headed, with all units below."""
    return below({post.department_id for post in held_posts(official, on) if post.role in HEADS})


def below(departments: Iterable[int]) -> set[int]:
    """These departments and all units below them."""
    found: set[int] = set()
    level = set(departments)
    while level:
        found |= level
        rows = Department.objects.filter(parent__in=level).order_by()
        level = set(rows.values_list("pk", flat=True)) - found
    return found


def roots_of(departments: Iterable[int]) -> dict[int, int]:
    """The topmost unit of each department: two with the same one are of one tree."""
    parents: dict[int, int | None] = {}
    level = set(departments)
    while level:
        rows = Department.objects.filter(pk__in=level).order_by()
        parents |= dict(rows.values_list("pk", "parent_id"))
        level = {parent for parent in parents.values() if parent} - set(parents)

    def top(pk: int) -> int:
        while (parent := parents.get(pk)) is not None:
            pk = parent
        return pk

    return {pk: top(pk) for pk in departments if pk in parents}


def business_posts(official: Official, begin: date, end: date) -> QuerySet[Post]:
    """Posts of the official, administrators' left out, that share a day with the period."""
    return (
        Post.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=begin))
        .filter(official=official, valid_from__lte=end)
        .exclude(role__in=ADMIN_ROLES)
        .select_related("department")
    )


def may_arrange(by: Official, principal: Official, on: date) -> bool:
    """Whether ``by`` arranges the leave of ``principal`` (posts that begin later count too)."""
    posts = set(business_posts(principal, on, date.max).values_list("department_id", flat=True))
    if by.pk == principal.pk:
        return bool(posts)
    roles = {post.role for post in held_posts(by, on)}
    return Role.SECADMIN in roles or by.is_superuser or bool(posts & headed(by, on))


def people_of(departments: Iterable[int], on: date) -> QuerySet[Official]:
    """Active officials with a business post in these departments on the day ``on``."""
    held = Post.objects.held_on(on).filter(department__in=list(departments))
    return Official.objects.filter(
        pk__in=held.exclude(role__in=ADMIN_ROLES).values("official")
    ).order_by("sort_key", "username")


def candidates(principal: Official, on: date) -> QuerySet[Official]:
    """Who could stand in: everybody else of the same department tree."""
    own = set(business_posts(principal, on, date.max).values_list("department_id", flat=True))
    tree = below(roots_of(own).values())
    return people_of(tree, on).exclude(pk=principal.pk)


def own(official: Official) -> QuerySet[Substitution]:
    """Substitutions that the official takes part in, the latest first."""
    rows = Substitution.objects.filter(Q(principal=official) | Q(substitute=official))
    return rows.select_related("principal", "substitute", "arranged_by").order_by(
        "-valid_from", "-pk"
    )


def running(departments: Iterable[int], on: date) -> QuerySet[Substitution]:
    """Substitutions in force or to come for the people of these departments."""
    rows = Substitution.objects.filter(
        principal__in=people_of(departments, on), valid_until__gte=on, revoked_at=None
    )
    return rows.select_related("principal", "substitute", "arranged_by")


def get(official: Official, pk: int, on: date) -> Substitution:
    """A substitution the official takes part in or looks after; NotVisible for others."""
    rows = Substitution.objects.select_related("principal", "substitute", "arranged_by")
    row = rows.filter(pk=pk).first()
    if row is None or not (
        official.pk in {row.principal_id, row.substitute_id}
        or may_arrange(official, row.principal, on)
    ):
        raise NotVisible(_("This does not exist, or you may not see it."))
    return row
