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
def permit_many(
    *,
    by: Official | None,
    permission: str,
    department: Department,
    provider: Department,
    now: datetime,
) -> int:
    """Give a right on all entries of ``provider`` to a department; return on how many it had none.

    On those that ``by`` looks after; None is a command of the portal. One ledger entry names all.
    """
    entries = Resource.objects.filter(provider=provider)
    if by is not None:
        managed = access.manageable_by(by, timezone.localdate(now))
        entries = entries.filter(pk__in=managed.values("pk"))
    given = access.give_many(permission, department=department, resources=entries)
    if given:
        record(
            "catalog.right_given_on_all",
            by=by,
            obj=provider,
            now=now,
            departments=[provider.pk, department.pk],
            data={
                "permission": permission, "department": department.pk, "name": department.name,
                "entries": given,
            },
        )  # fmt: skip
    return given


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
