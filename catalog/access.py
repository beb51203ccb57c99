"""Who sees, manages and may pull which entry. The only module that calls guardian.

guardian's rows (direct keys, departments' groups only) are the record of truth. The read path is
the labels beside the search vector, rebuilt in the transaction that changes a right, so that
lists, counts, facets and single pages all answer from the same place. Nobody is exempt:
superusers see what their posts let them see, inactive accounts see nothing (DESIGN §4).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from uuid import UUID

from django.contrib.auth.models import Permission as GuardianPermission
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import assign_perm, remove_perm

from catalog.models import (
    SHOWN_STATUSES,
    OpenType,
    Resource,
    ResourceGroupObjectPermission,
    ResourceQuerySet,
    ResourceSearch,
    ResourceStatus,
    SharingType,
    Visibility,
)
from portal.errors import NotVisible
from portal.organisation.access import HeldPost, held_posts, works_for
from portal.organisation.models import ADMIN_ROLES, Department, Official, Role


@cache
def _key_of(permission: str) -> int:
    # the index of the rights begins with the department and this number: a name would be joined
    rows = GuardianPermission.objects.filter(content_type__app_label="catalog")
    return rows.values_list("pk", flat=True).get(codename=permission)


EVERYONE = 0
"""Label of entries that every signed-in official sees."""
PUBLIC = -1
"""Label of entries that are open to the public."""
MANAGER_ROLES = (Role.STEWARD, Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD)
"""Posts that look after the entries of their department, drafts included."""


class Permission(StrEnum):
    """Rights a department can hold on one entry; an unknown name is a ValueError."""

    VIEW = "view_resource"
    MANAGE = "manage_resource"
    PULL = "pull_resource"


def managers_label(group_id: int) -> int:
    """Label of what the managers of a department see; the department's own label is its group."""
    return -(group_id + 1)


# --- what an official sees -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sight:
    """What an official sees, and as whom: the permission group of each department of theirs."""

    labels: list[int]
    groups: Mapping[int, int]

    def usable(self) -> Q:
        """Condition on ``ResourceSearch``: one of the departments can use the data at once.

        It holds the right to pull it, which comes with a grant, or the data is published by
        somebody else and shared without condition.
        """
        if not self.groups:
            return Q(pk__in=[])
        unconditional = Q(sharing_type=SharingType.UNCONDITIONAL, status=ResourceStatus.PUBLISHED)
        foreign = unconditional & ~Q(provider_id__in=self.groups)
        return Q(pk__in=self.pullable()) | foreign

    def pullable(self) -> QuerySet[ResourceGroupObjectPermission, UUID]:
        """Keys of the entries whose data one of the departments holds the right to pull."""
        granted = ResourceGroupObjectPermission.objects.filter(
            group__in=self.groups.values(), permission=_key_of(Permission.PULL)
        )
        return granted.values_list("content_object", flat=True)


def sight_of(official: Official | None, on: date) -> Sight:
    """What the official sees on the day ``on``; None is an anonymous caller.

    A department also sees what those saw that it took over from.
    """
    if official is None:
        return Sight([PUBLIC], {})
    if not official.is_active:
        return Sight([], {})
    posts = held_posts(official, on)
    own = {post.department_id for post in posts if post.role not in ADMIN_ROLES}
    managed = _managed(posts)
    groups = _groups(works_for(own, on) | managed)
    managing = [managers_label(groups[department]) for department in managed]
    return Sight([EVERYONE, *groups.values(), *managing], groups)


def visible_labels(official: Official | None, on: date) -> list[int]:
    """Labels of the entries the official sees on the day ``on``; None is an anonymous caller."""
    return sight_of(official, on).labels


def managed_labels(official: Official | None, on: date) -> list[int]:
    """Labels of the entries the official manages on the day ``on``."""
    if official is None or not official.is_active:
        return []
    groups = _groups(_managed(held_posts(official, on)))
    return [managers_label(group) for group in groups.values()]


def _managed(posts: Iterable[HeldPost]) -> set[int]:
    return {post.department_id for post in posts if post.role in MANAGER_ROLES}


def _groups(department_ids: Iterable[int]) -> dict[int, int]:
    """Permission group of each department."""
    found = Department.objects.filter(pk__in=list(department_ids)).order_by("pk")
    return dict(found.values_list("pk", "group_id"))


def visible_to(official: Official | None, on: date) -> ResourceQuerySet:
    """Entries the official sees: every list, count, facet, page and API answer starts here."""
    return Resource.objects.filter(search__labels__overlap=visible_labels(official, on))


def visible_to_department(department: Department) -> ResourceQuerySet:
    """Entries that everybody in the department sees, and those it looks after."""
    units = _with_superior_units([department.pk])[department.pk]
    groups = list(_groups(units).values())
    labels = [EVERYONE, *groups, *map(managers_label, groups)]
    return Resource.objects.filter(search__labels__overlap=labels)


def get_visible(official: Official | None, resource_id: UUID | str, on: date) -> Resource:
    """One entry, or NotVisible when it does not exist for this official."""
    found = (
        visible_to(official, on)
        .filter(pk=_uuid(resource_id))
        .select_related("provider__region", "live__classification")
        .first()
    )
    if found is None:
        raise _not_visible()
    return found


def _uuid(value: UUID | str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise _not_visible() from None


def _not_visible() -> NotVisible:
    return NotVisible(_("There is no such entry in the catalog."))


def may_pull(official: Official, resource: Resource, on: date) -> bool:
    """Whether one of the official's departments holds the right to the entry's data."""
    rights = ResourceGroupObjectPermission.objects.filter(
        content_object=resource.pk, permission__codename=Permission.PULL
    )
    return rights.filter(group__in=sight_of(official, on).groups.values()).exists()


def manageable_by(official: Official | None, on: date) -> ResourceQuerySet:
    """Entries of the official's departments, and those a department was asked to look after."""
    return Resource.objects.filter(search__labels__overlap=managed_labels(official, on))


def can_manage(official: Official | None, resource: Resource, on: date) -> bool:
    """Whether the official may edit, publish and withdraw the entry."""
    return manageable_by(official, on).filter(pk=resource.pk).exists()


def manages_department(official: Official | None, department: Department, on: date) -> bool:
    """Whether the official looks after the entries of ``department`` (or of a unit it belongs to)."""
    if official is None or not official.is_active:
        return False
    managed = {
        post.department_id for post in held_posts(official, on) if post.role in MANAGER_ROLES
    }
    return not managed.isdisjoint(_with_superior_units([department.pk])[department.pk])


# --- rights of departments -----------------------------------------------------------------


@transaction.atomic
def give(permission: str, *, department: Department, resource: Resource) -> None:
    """Give a right to a department; visible at once. ValueError for an unknown permission."""
    right = Permission(permission)
    _lock(resource)
    assign_perm(right.value, department.group, resource)
    rebuild_labels([resource.pk])


@transaction.atomic
def take(permission: str, *, department: Department, resource: Resource) -> None:
    """Take a right away again; to take one that is not held changes nothing."""
    right = Permission(permission)
    _lock(resource)
    remove_perm(right.value, department.group, resource)
    rebuild_labels([resource.pk])


@transaction.atomic
def give_many(permission: str, *, department: Department, resources: ResourceQuerySet) -> int:
    """Give a right on many entries in one go; return on how many the department had none yet.

    The same rows and labels as ``give`` for each of them. Readers go on meanwhile; whoever
    changes one of these entries or a right on it waits. ValueError for an unknown permission.
    """
    right = Permission(permission)
    locked = resources.order_by("pk").select_for_update(of=("self",), no_key=True)
    rows = ResourceGroupObjectPermission._meta.db_table
    values = {"ids": list(locked.values_list("pk", flat=True)), "group": department.group_id}
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_MANY.format(rows=rows), {**values, "right": right.value})
        given: int = cursor.rowcount
        shown = {"shown": list(SHOWN_STATUSES), "labels": [department.group_id]}
        cursor.execute(_LABEL_MANY, values | shown)
        if right is Permission.MANAGE:
            every = {"shown": list(ResourceStatus), "labels": [managers_label(department.group_id)]}
            cursor.execute(_LABEL_MANY, values | every)
    return given


_GIVE_MANY = """
INSERT INTO {rows} (permission_id, group_id, content_object_id)
SELECT permission.id, %(group)s, entry.id
FROM auth_permission AS permission
JOIN django_content_type AS kind ON kind.id = permission.content_type_id
CROSS JOIN unnest(%(ids)s::uuid[]) AS entry (id)
WHERE permission.codename = %(right)s AND kind.app_label = 'catalog'
ON CONFLICT DO NOTHING
"""
_LABEL_MANY = """
UPDATE catalog_resourcesearch SET labels =
  (SELECT array_agg(DISTINCT label ORDER BY label) FROM unnest(labels || %(labels)s::int[]) AS label)
WHERE resource_id = ANY(%(ids)s::uuid[]) AND status = ANY(%(shown)s) AND NOT labels @> %(labels)s::int[]
"""
"""The labels stand beside the entries' status, which their rows repeat."""


def holds(permission: str, department: Department, resource: Resource) -> bool:
    """Whether the department holds the right on the entry now (asked anew each time)."""
    right = Permission(permission)
    return bool(ObjectPermissionChecker(department.group).has_perm(right.value, resource))


def holders_of(resource: Resource) -> list[tuple[int, Permission]]:
    """Who holds which right on the entry: the permission group of the department, and the right."""
    rows = ResourceGroupObjectPermission.objects.filter(
        content_object=resource, permission__codename__in=list(Permission)
    ).values_list("group_id", "permission__codename")
    return [(group, Permission(codename)) for group, codename in rows.order_by("group_id")]


def _lock(resource: Resource) -> None:
    # two rights given at once: the second must see the first one's row when it builds the labels
    Resource.objects.select_for_update(of=("self",), no_key=True).get(pk=resource.pk)


# --- labels --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rights:
    viewers: set[int] = field(default_factory=set)
    managers: set[int] = field(default_factory=set)


def labels_for(resources: Iterable[Resource]) -> dict[UUID, list[int]]:
    """The labels that the entries ought to have, from status, provider and guardian's rows.

    ``live`` must be loaded or absent; four queries however many entries there are.
    """
    entries = list(resources)
    units = _with_superior_units({entry.provider_id for entry in entries})
    groups = _groups(set().union(*units.values()))
    rights = _rights([entry.pk for entry in entries])
    return {
        entry.pk: _labels(
            entry, {groups[unit] for unit in units[entry.provider_id]}, rights[entry.pk]
        )
        for entry in entries
    }


def _labels(entry: Resource, owners: set[int], rights: _Rights) -> list[int]:
    labels = {managers_label(group) for group in owners | rights.managers}
    if entry.status in SHOWN_STATUSES:
        labels |= owners | rights.viewers
        if entry.visibility == Visibility.LISTED:
            labels.add(EVERYONE)
            if _is_open(entry):
                labels.add(PUBLIC)
    return sorted(labels)


def _is_open(entry: Resource) -> bool:
    published = entry.status == ResourceStatus.PUBLISHED and entry.live is not None
    return published and entry.live is not None and entry.live.open_type == OpenType.OPEN


def _rights(resource_ids: list[UUID]) -> dict[UUID, _Rights]:
    rights: dict[UUID, _Rights] = defaultdict(_Rights)
    rows = ResourceGroupObjectPermission.objects.filter(
        content_object_id__any=resource_ids, permission__codename__in=list(Permission)
    ).values_list("content_object_id", "group_id", "permission__codename")
    for resource_id, group_id, codename in rows:
        rights[resource_id].viewers.add(group_id)
        if codename == Permission.MANAGE:
            rights[resource_id].managers.add(group_id)
    return rights


def _with_superior_units(department_ids: Iterable[int]) -> dict[int, set[int]]:
    """Each department with the departments whose internal unit it is."""
    wanted = set(department_ids)
    parents: dict[int, int | None] = {}
    missing = set(wanted)
    while missing:
        parents |= dict(Department.objects.filter(pk__in=missing).values_list("pk", "parent_id"))
        missing = {parent for parent in parents.values() if parent and parent not in parents}
    return {start: _upwards(start, parents) for start in wanted}


def _upwards(start: int, parents: dict[int, int | None]) -> set[int]:
    found: set[int] = set()
    unit: int | None = start
    while unit is not None and unit not in found:
        found.add(unit)
        unit = parents.get(unit)
    return found


def rebuild_labels(resource_ids: Iterable[UUID]) -> int:
    """Write the labels of these entries anew; return how many rows changed."""
    entries = Resource.objects.filter(pk__in=list(resource_ids)).select_related("live")
    wanted = labels_for(entries)
    rows = ResourceSearch.objects.filter(pk__in=wanted)
    stale = [row for row in rows.only("labels") if row.labels != wanted[row.pk]]
    for row in stale:
        row.labels = wanted[row.pk]
    rows.bulk_update(stale, ["labels"], batch_size=500)
    return len(stale)
