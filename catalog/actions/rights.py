"""Giving departments a right on an entry, by hand."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from catalog import access
from catalog.actions.drafts import lock_managed
from catalog.models import Resource
from portal.ledger.records import record
from portal.organisation.models import Department, Official


@transaction.atomic
def permit(
    *,
    by: Official | None,
    permission: str,
    department: Department,
    resource: Resource,
    now: datetime,
) -> None:
    """Give a right on the entry to a department; ValueError for an unknown permission."""
    locked = lock_managed(by, resource, timezone.localdate(now))
    access.give(permission, department=department, resource=locked)
    _note("catalog.right_given", by, permission, department, locked, now)


@transaction.atomic
def forbid(
    *,
    by: Official | None,
    permission: str,
    department: Department,
    resource: Resource,
    now: datetime,
) -> None:
    """Take a right on the entry from a department."""
    locked = lock_managed(by, resource, timezone.localdate(now))
    access.take(permission, department=department, resource=locked)
    _note("catalog.right_taken", by, permission, department, locked, now)


def _note(
    kind: str,
    by: Official | None,
    permission: str,
    department: Department,
    resource: Resource,
    now: datetime,
) -> None:
    record(
        kind,
        by=by,
        obj=resource,
        now=now,
        departments=[resource.provider_id, department.pk],
        data={"permission": permission, "department": department.pk, "name": department.name},
    )
