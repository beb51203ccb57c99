"""Group membership and ``is_staff`` follow from the posts: nobody sets them by hand.

django-guardian gives object permissions to the groups of departments; an official is in the groups
of exactly the departments of their business posts (held or filled in as a substitute), of the
units above those, and of the departments that these took over from. Posts begin and end by date, so this also runs every hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from portal.organisation.access import opens_administration, taken_over
from portal.organisation.models import ADMIN_ROLES, Department, Official, Post, Substitution

Membership = Official.groups.through


@dataclass(frozen=True, slots=True)
class Differences:
    """Where groups and ``is_staff`` are not what the posts give; pairs are (official, group)."""

    surplus: frozenset[tuple[int, int]]
    missing: frozenset[tuple[int, int]]
    wrong_staff: frozenset[int]


@transaction.atomic
def follow_posts(*, on: date, officials: Iterable[int] | None = None) -> int:
    """Bring groups and ``is_staff`` in line with the posts in force on the day ``on``.

    For all officials, or only those with the given ids. Returns how many officials changed.
    """
    people = Official.objects.order_by("pk").select_for_update(of=("self",))
    if officials is not None:
        people = people.filter(pk__in=set(officials))
    found = differences(on=on, officials=list(people.values_list("pk", flat=True)))
    _leave(found.surplus)
    Membership.objects.bulk_create(
        (Membership(official_id=one, group_id=group) for one, group in sorted(found.missing)),
        batch_size=2000,
    )
    for official in Official.objects.filter(pk__in=found.wrong_staff):
        official.is_staff = not official.is_staff
        official.save(update_fields=["is_staff"])
    changed = {pk for pk, _group in found.surplus | found.missing}
    return len(changed | found.wrong_staff)


def _leave(surplus: frozenset[tuple[int, int]]) -> None:
    rows = Membership.objects.filter(official__in={pk for pk, _group in surplus})
    ended = [row.pk for row in rows if (row.official_id, row.group_id) in surplus]
    Membership.objects.filter(pk__in=ended).delete()


def differences(*, on: date, officials: Iterable[int] | None = None) -> Differences:
    """What ``follow_posts`` would change; for all officials, or those with the given ids."""
    people = Official.objects.values_list("pk", "is_staff", "is_superuser")
    if officials is not None:
        people = people.filter(pk__in=list(officials))
    rows = list(people)
    ids = [pk for pk, _staff, _superuser in rows]
    posts = _roles(ids, on)
    wanted = _wanted_groups(posts, on)
    memberships = Membership.objects.filter(official__in=ids, group__department__isnull=False)
    present = set(memberships.values_list("official_id", "group_id"))
    roles = {pk: {role for _department, role in held} for pk, held in posts.items()}
    wrong_staff = {
        pk
        for pk, is_staff, is_superuser in rows
        if not is_superuser and is_staff != opens_administration(roles.get(pk, ()))
    }
    return Differences(
        frozenset(present - wanted), frozenset(wanted - present), frozenset(wrong_staff)
    )


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


def _wanted_groups(posts: Mapping[int, set[tuple[int, str]]], on: date) -> set[tuple[int, int]]:
    """(official, group) for the departments of all business posts, the units above them, and
    the departments those took over from.
    """
    parents = dict(Department.objects.values_list("pk", "parent_id"))
    groups = dict(Department.objects.values_list("pk", "group_id"))
    gone = taken_over(_ended_into(), on)
    wanted: set[tuple[int, int]] = set()
    for official, held in posts.items():
        for department, role in held:
            place: int | None = department if role not in ADMIN_ROLES else None
            while place is not None and (official, groups[place]) not in wanted:
                wanted.add((official, groups[place]))
                wanted |= {(official, groups[old]) for old in gone.get(place, ())}
                place = parents[place]
    return wanted


def _ended_into() -> set[int]:
    """Departments that took over from another."""
    rows = Department.objects.filter(successor__isnull=False).order_by()
    return set(rows.values_list("successor_id", flat=True))
