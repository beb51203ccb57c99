"""Group membership and ``is_staff`` follow from the posts: nobody sets them by hand.

django-guardian gives object permissions to the groups of departments; an official is in the groups
of exactly the departments of their business posts (held or filled in as a substitute) and of the
units above those. Posts begin and end by date, so this also runs every hour.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from portal.organisation.access import opens_administration
from portal.organisation.models import ADMIN_ROLES, Department, Official, Post, Substitution

Membership = Official.groups.through


@transaction.atomic
def follow_posts(*, on: date, officials: Iterable[int] | None = None) -> int:
    """Bring groups and ``is_staff`` in line with the posts in force on the day ``on``.

    For all officials, or only those with the given ids. Returns how many officials changed.
    """
    people = Official.objects.order_by("pk").select_for_update(of=("self",))
    if officials is not None:
        people = people.filter(pk__in=set(officials))
    ids = list(people.values_list("pk", flat=True))
    changed = _follow_groups(ids, on) | _follow_staff(ids, on)
    return len(changed)


def _roles(ids: list[int], on: date) -> dict[int, set[tuple[int, str]]]:
    """Posts that each official may act in: (department, role)."""
    posts = Post.objects.held_on(on)
    found: dict[int, set[tuple[int, str]]] = defaultdict(set)
    own = posts.filter(official__in=ids).values_list("official", "department", "role")
    for official, department, role in own:
        found[official].add((department, role))
    substitutions = Substitution.objects.in_force(on).filter(substitute__in=ids)
    by_principal = defaultdict(list)
    for principal, substitute in substitutions.values_list("principal", "substitute"):
        by_principal[principal].append(substitute)
    stood_in = posts.filter(official__in=by_principal).exclude(role__in=ADMIN_ROLES)
    for principal, department, role in stood_in.values_list("official", "department", "role"):
        for substitute in by_principal[principal]:
            found[substitute].add((department, role))
    return found


def _follow_groups(ids: list[int], on: date) -> set[int]:
    parents = dict(Department.objects.values_list("pk", "parent_id"))
    groups = dict(Department.objects.values_list("pk", "group_id"))
    wanted: set[tuple[int, int]] = set()
    for official, posts in _roles(ids, on).items():
        for department, role in posts:
            place: int | None = department if role not in ADMIN_ROLES else None
            while place is not None:
                wanted.add((official, groups[place]))
                place = parents[place]
    rows = Membership.objects.filter(official__in=ids, group__department__isnull=False)
    present = {(row.official_id, row.group_id): row.pk for row in rows}
    surplus = present.keys() - wanted
    Membership.objects.filter(pk__in=[present[pair] for pair in surplus]).delete()
    missing = sorted(wanted - present.keys())
    Membership.objects.bulk_create(
        (Membership(official_id=official, group_id=group) for official, group in missing),
        batch_size=2000,
    )
    return {official for official, _group in [*surplus, *missing]}


def _follow_staff(ids: list[int], on: date) -> set[int]:
    roles = {
        official: {role for _department, role in posts}
        for official, posts in _roles(ids, on).items()
    }
    people = Official.objects.filter(pk__in=ids, is_superuser=False)
    wrong = {
        official
        for official, is_staff in people.values_list("pk", "is_staff")
        if is_staff != opens_administration(roles.get(official, ()))
    }
    for official in Official.objects.filter(pk__in=wrong):
        official.is_staff = not official.is_staff
        official.save(update_fields=["is_staff"])
    return wrong
