"""Departments come, change and go; none is ever deleted."""

import secrets
from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from portal.ledger.records import difference, record
from portal.organisation.models import Department, Official, Post
from portal.organisation.sorting import sort_key

FIELDS = (
    "name", "name_en", "short_name", "uscc", "region", "parent", "kind", "superior", "verified",
    "valid_from", "valid_until", "successor",
)  # fmt: skip


@transaction.atomic
def create_department(*, by: Official | None, department: Department, now: datetime) -> Department:
    """Save a new department with the group that its permissions are given to."""
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
    """Save what was changed in a department; nothing is recorded when nothing was."""
    before = Department.objects.select_for_update(of=("self",)).get(pk=department.pk)
    changed = difference(before, department, FIELDS)
    if not changed["after"]:
        return department
    if department.parent_id and department.parent_id in _below(department):
        raise NotAllowed(_("A department cannot stand below itself."))
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


@transaction.atomic
def close_department(
    *, by: Official, department: Department, on: date, successor: Department | None, now: datetime
) -> Department:
    """Dissolve a department on the day ``on`` (the first day it no longer exists).

    NotAllowed while somebody holds a post in it beyond that day, or units of it go on.
    """
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
