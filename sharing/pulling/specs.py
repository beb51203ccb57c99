"""From a grant and its entry's attachment to what one pull is to do."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.conf import settings

from catalog.models import Attachment, UpdateCycle
from portal.organisation.models import Department
from sharing.connectors.base import RegionPrefix
from sharing.models import Grant
from sharing.offers import withdrawn_fields
from sharing.protection.grades import suggest
from sharing.pulling.errors import FieldsWithdrawn, NoRegionColumn, NotAttached, NotMapped
from sharing.pulling.leases import Claim
from sharing.pulls.spec import FieldSpec, PullSpec

MAX_AGE: Final[Mapping[str, timedelta]] = {
    UpdateCycle.REALTIME: timedelta(hours=1),
    UpdateCycle.DAILY: timedelta(days=1),
    UpdateCycle.WEEKLY: timedelta(days=7),
    UpdateCycle.MONTHLY: timedelta(days=31),
    UpdateCycle.QUARTERLY: timedelta(days=92),
    UpdateCycle.HALF_YEARLY: timedelta(days=184),
    UpdateCycle.YEARLY: timedelta(days=366),
}
"""How old the newest row may be for the update cycle the entry declares."""


def spec_for(grant: Grant, held: Claim) -> PullSpec:
    """What the pull is to do; raises PullFailed when entry and grant no longer fit together.

    ``grant`` with department, version and resource (provider, live) loaded.
    """
    place = Attachment.objects.filter(resource=grant.resource_id).select_related("source").first()
    if place is None:
        raise NotAttached
    keys = [field["key"] for field in grant.fields]
    if gone := withdrawn_fields(grant.resource, keys):
        raise FieldsWithdrawn(fields=", ".join(gone))
    if unmapped := [key for key in keys if not place.columns.get(key)]:
        raise NotMapped(fields=", ".join(unmapped))
    return PullSpec(
        pull_id=str(held.pull_id),
        token=held.token,
        schema=place.schema,
        table=place.table,
        fields=tuple(_field(field, place) for field in grant.fields),
        facts=facts(grant, place),
        key=tuple(place.key_columns),
        region=_region(grant, place),
        changed_column=place.change_column,
        max_age=MAX_AGE.get(grant.version.update_cycle) if place.change_column else None,
        pseudonym_key=pseudonym_key(grant),
        batch_rows=settings.PULL_BATCH_ROWS,
        timezone=settings.TIME_ZONE,
    )


def _field(field: Mapping[str, Any], place: Attachment) -> FieldSpec:
    title = f"{field['name']} {field['key']}"
    check = "id_number" if suggest(title) == "id_number" else ""
    if "统一社会信用代码" in title:
        check = "uscc"
    return FieldSpec(
        name=field["key"],
        title=field["name"],
        column=place.columns[field["key"]],
        data_type=field["type"],
        length=field.get("length"),
        required=bool(field.get("required")),
        check=check,
        mask=field["mask"],
    )


def _region(grant: Grant, place: Attachment) -> RegionPrefix | None:
    """The filter for the granted rows; without a region column there is none, so nothing is pulled."""
    if grant.row_region_id is None:
        return None
    if not place.region_column:
        raise NoRegionColumn
    return RegionPrefix.for_region(place.region_column, grant.row_region_id)


def facts(grant: Grant, place: Attachment) -> dict[str, Any]:
    """What the manifest says of the grant; nothing of the connection but its name."""
    version = grant.version
    return {
        "grant": {
            "id": str(grant.pk),
            "number": grant.number,
            "content_hash": grant.content_hash,
            "from": grant.starts_on.isoformat(),
            "until": grant.ends_on.isoformat(),
            "mode": grant.mode,
        },
        "recipient": _department(grant.department),
        "provider": _department(grant.resource.provider),
        "resource": {
            "id": str(grant.resource_id),
            "code": grant.resource.code,
            "title": version.title,
            "version": version.number,
        },
        "purpose": grant.purpose,
        "source": {"name": place.source.name, "kind": place.source.connector},
    }


def _department(department: Department) -> dict[str, Any]:
    return {
        "name": department.name,
        "uscc": department.uscc,
        "region": department.region_id,
    }


def pseudonym_key(grant: Grant) -> bytes:
    """The grant's own key: two recipients cannot join their pseudonyms (DESIGN §6)."""
    label = f"pseudonyms of grant {grant.pk}".encode()
    return hmac.digest(str(settings.SIGNING_KEY).encode(), label, hashlib.sha256)
