"""Departments come, change and go; none is ever deleted."""

import secrets
from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from portal.ledger.records import difference, record
from portal.organisation import hooks
from portal.organisation.models import Department, Official, Post, Region
from portal.organisation.sorting import sort_key

FIELDS = (
    "name", "name_en", "short_name", "uscc", "region", "parent", "kind", "superior", "verified",
    "valid_from", "valid_until", "successor",
)  # fmt: skip


@transaction.atomic
def create_department(*, by: Official | None, department: Department, now: datetime) -> Department:
    """Save a new department with the group that its permissions are given to.

    NotAllowed in a region that was abolished by the day it begins.
    """
    refuse_abolished(department.region, max(department.valid_from, timezone.localdate(now)))
    label = f"department:{department.region_id}:{department.name}"[:130]
    department.group = Group.objects.create(name=f"{label}:{secrets.token_hex(6)}")
    department.sort_key = sort_key(department.name)[:400]
    department.save(force_insert=True)
    record(
        "department.created", by=by, obj=department, now=now, departments=[department.pk],
        data=difference(None, department, FIELDS),
    )  # fmt: skip
    return department


@transaction.atomic
def update_department(*, by: Official | None, department: Department, now: datetime) -> Department:
    """Save what was changed in a department; nothing is recorded when nothing was.

    NotAllowed for a place in the trees below itself, and for a region that was abolished.
    """
    before = Department.objects.select_for_update(of=("self",)).get(pk=department.pk)
    changed = difference(before, department, FIELDS)
    if not changed["after"]:
        return department
    if department.parent_id and department.parent_id in _below(department):
        raise NotAllowed(_("A department cannot stand below itself."))
    if "superior" in changed["after"] and _stands_above_itself(department):
        raise NotAllowed(
            _("A department cannot be its own superior, not even by way of others."),
            remedy=_("Choose a superior that does not stand below it."),
            code="cycle",
        )
    if "region" in changed["after"]:
        refuse_abolished(department.region, timezone.localdate(now))
    department.sort_key = sort_key(department.name)[:400]
    department.save(update_fields=[*changed["after"], "sort_key"])
    record(
        "department.changed", by=by, obj=department, now=now, departments=[department.pk],
        data=changed,
    )  # fmt: skip
    return department


def _below(department: Department) -> set[int]:
    """The department and all its units (by reading the tree, not by trusting the change)."""
    ids, level = {department.pk}, {department.pk}
    while level:
        level = set(Department.objects.filter(parent__in=level).values_list("pk", flat=True)) - ids
        ids |= level
    return ids


def _stands_above_itself(department: Department) -> bool:
    above = dict(Department.objects.order_by().values_list("pk", "superior_id"))
    place, seen = department.superior_id, set()
    while place is not None and place not in seen:
        if place == department.pk:
            return True
        seen.add(place)
        place = above.get(place)
    return False


def refuse_abolished(region: Region, on: date) -> None:
    """NotAllowed if the region no longer exists on the day ``on``; names what it became."""
    if not region.is_abolished(on):
        return
    successor = region.today(on)
    names = {"name": region.name, "day": region.valid_until}
    remedy = (
        str(_("Use %(name)s (%(code)s).")) % {"name": successor.name, "code": successor.pk}
        if successor
        else ""
    )
    raise NotAllowed(
        str(_("%(name)s was abolished on %(day)s.")) % names, remedy=remedy, code="abolished"
    )


@transaction.atomic
def close_department(
    *, by: Official, department: Department, on: date, successor: Department | None, now: datetime
) -> Department:
    """Dissolve a department on the day ``on`` (the first day it no longer exists).

    NotAllowed while somebody holds a post in it beyond that day, units of it go on, or somebody
    has to take over entries or applications: then it takes a change of departments.
    """
    if not hooks.is_empty(department):
        raise NotAllowed(
            _("The department still has entries, applications or grants."),
            remedy=_("Prepare a change of departments: it says who takes them over."),
            code="not_empty",
        )
    beyond = Post.objects.filter(department=department).exclude(valid_until__lt=on)
    if beyond.exists():
        raise NotAllowed(
            _("Officials still hold posts in this department."),
            remedy=_("Let their posts end before that day first."),
        )
    if department.children.in_office(max(on, timezone.localdate(now))).exists():
        raise NotAllowed(
            _("The department still has internal units."), remedy=_("Close those first.")
        )
    department.valid_until, department.successor = on, successor
    return update_department(by=by, department=department, now=now)
