"""Attaching the data itself to an entry 挂接."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import manages_department
from catalog.actions.content import refuse
from catalog.actions.drafts import lock_managed
from catalog.models import (
    Attachment,
    DataItem,
    DataSource,
    EntryQuality,
    Resource,
    ResourceVersion,
    VersionStatus,
)
from portal.errors import Fault, Forbidden, Text
from portal.ledger.records import record
from portal.organisation.models import Official


class Location(TypedDict, total=False):
    """Where the data of an entry is within its source."""

    schema: str
    table: str
    columns: dict[str, str]
    key_columns: list[str]
    region_column: str
    change_column: str
    approximate_rows: int | None
    described: list[dict[str, Any]]


@transaction.atomic
def attach(
    *,
    by: Official | None,
    resource: Resource,
    source: DataSource,
    now: datetime,
    **location: Unpack[Location],
) -> Attachment:
    """Say which table of which source carries the entry; replaces an earlier attachment.

    ``columns`` maps item keys to column names; items of the draft of the next version may be among
    them. ``described`` is what the table looks like now, if the caller knows; else the next
    comparison notes it. The source must be of a department whose entries
    ``by`` looks after (Forbidden); Invalid lists what does not fit the entry.
    """
    on = timezone.localdate(now)
    locked = lock_managed(by, resource, on)
    if by is not None and not manages_department(by, source.department, on):
        raise Forbidden(_("The data source belongs to another department."))
    attachment = Attachment.objects.filter(resource=locked).first() or Attachment(resource=locked)
    before = attachment.source_id, attachment.schema, attachment.table
    attachment.source = source
    for name, value in location.items():
        setattr(attachment, name, value)
    if before != (source.pk, attachment.schema, attachment.table):
        attachment.described = location.get("described", [])
    refuse(attachment_faults(attachment, locked))
    attachment.save()
    EntryQuality.objects.filter(pk=locked.pk).update(stale=True)
    record(
        "catalog.attached",
        by=by,
        obj=locked,
        now=now,
        departments=[locked.provider_id, source.department_id],
        data={
            "source": source.pk,
            "schema": attachment.schema,
            "table": attachment.table,
            "items": sorted(attachment.columns),
            "region_column": attachment.region_column,
        },
    )
    return attachment


def attachment_faults(attachment: Attachment, resource: Resource) -> list[Fault]:
    """What keeps the attachment, as filled in, from fitting the entry (R11)."""
    version = resource.shown_version()
    faults = []
    if not attachment.table:
        faults.append(_fault("table", _("The table is missing."), _("Name the table or view.")))
    if not attachment.key_columns:
        faults.append(
            _fault(
                "key_columns",
                _("The key columns are missing."),
                _("Name the columns that tell two rows apart."),
            )
        )
    if version.splittable and not attachment.region_column:
        faults.append(
            _fault(
                "region_column",
                _("The entry says it can be split by region, but no region column is named."),
                _("Name the column with the region code of each row."),
            )
        )
    return faults + _column_faults(attachment, version)


def _column_faults(attachment: Attachment, version: ResourceVersion) -> list[Fault]:
    versions = Q(version=version) | Q(
        version__resource=version.resource_id, version__status=VersionStatus.DRAFT
    )
    keys = set(DataItem.objects.filter(versions).values_list("key", flat=True))
    unknown = sorted(set(attachment.columns) - keys)
    if not unknown:
        return []
    message = _("These are no items of the entry: %(keys)s") % {"keys": ", ".join(unknown)}
    return [_fault("columns", message, _("Map items of the entry only."), "unknown")]


def _fault(field: str, message: Text, remedy: Text, code: str = "missing") -> Fault:
    return Fault(field, message, remedy, code)
