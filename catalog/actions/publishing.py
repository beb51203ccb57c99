"""Publishing and withdrawing entries."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import hooks
from catalog.actions.content import CONTENT_FIELDS, ITEM_FIELDS, highest_grade, refuse
from catalog.actions.drafts import draft_of, lock_managed
from catalog.actions.faults import publication_faults
from catalog.codes import CodePlace, rule_named
from catalog.models import (
    SHOWN_STATUSES,
    CodeSeries,
    Resource,
    ResourceStatus,
    ResourceVersion,
    VersionStatus,
    Visibility,
)
from catalog.search import reindex
from portal.errors import Fault, Invalid, NotAllowed
from portal.ledger.records import record
from portal.organisation.models import Official


@transaction.atomic
def publish(*, by: Official | None, version: ResourceVersion, now: datetime) -> ResourceVersion:
    """Make a draft the live version (Decree 809 articles 13 to 16).

    The first publication gives the entry its code. Invalid lists everything that is missing;
    Forbidden, NotAllowed (no draft any more) as for every change of an entry.
    """
    on = timezone.localdate(now)
    resource = lock_managed(by, version.resource, on)
    draft = draft_of(version)
    draft.resource = resource
    refuse(publication_faults(draft, on))
    previous = resource.live
    if previous is not None:
        ResourceVersion.objects.filter(
            pk=previous.pk, status__in=[VersionStatus.PUBLISHED, VersionStatus.IMPORTED]
        ).update(status=VersionStatus.SUPERSEDED)
    draft.grade = highest_grade((item.grade for item in draft.items.all()), default=draft.grade)
    draft.status, draft.published_at, draft.published_by = VersionStatus.PUBLISHED, now, by
    draft.save(update_fields=["grade", "status", "published_at", "published_by"])
    resource.code = resource.code or _next_code(draft)
    resource.live, resource.status = draft, ResourceStatus.PUBLISHED
    resource.save(update_fields=["code", "live", "status", "updated_at"])
    record(
        "catalog.published",
        by=by,
        obj=resource,
        now=now,
        label=draft.title,
        article="13, 16",
        departments=[resource.provider_id],
        data={
            "code": resource.code,
            "version": draft.number,
            "replaces": previous.number if previous else None,
            "sha256": content_digest(draft),
        },
    )
    reindex([resource])
    return draft


@transaction.atomic
def withdraw(*, by: Official | None, resource: Resource, reason: str, now: datetime) -> Resource:
    """Take an entry out of the catalog; its managers still see it, what hangs on it stops.

    Invalid without a reason, NotAllowed unless it is shown in the catalog.
    """
    if not reason.strip():
        message, remedy = _("A withdrawal needs a reason."), _("Say why, for those who use it.")
        raise Invalid(message, [Fault("reason", message, remedy, "missing")])
    locked = lock_managed(by, resource, timezone.localdate(now))
    if locked.status not in SHOWN_STATUSES:
        raise NotAllowed(_("The entry is not in the catalog."), code="not_shown")
    locked.status = ResourceStatus.WITHDRAWN
    locked.save(update_fields=["status", "updated_at"])
    record(
        "catalog.withdrawn",
        by=by,
        obj=locked,
        now=now,
        article="17",
        departments=[locked.provider_id],
        data={"code": locked.code, "reason": reason},
    )
    hooks.withdrawn(locked, by=by, reason=reason, now=now)
    reindex([locked])
    return locked


@transaction.atomic
def set_visibility(
    *, by: Official | None, resource: Resource, visibility: str, now: datetime
) -> Resource:
    """Say who learns that the entry exists: every official, or named departments only."""
    locked = lock_managed(by, resource, timezone.localdate(now))
    before, locked.visibility = locked.visibility, Visibility(visibility)
    locked.save(update_fields=["visibility", "updated_at"])
    record(
        "catalog.visibility_changed",
        by=by,
        obj=locked,
        now=now,
        departments=[locked.provider_id],
        data={"before": before, "after": visibility},
    )
    reindex([locked])
    return locked


def _next_code(version: ResourceVersion) -> str:
    rule = rule_named(settings.RESOURCE_CODE_RULE)
    classification = version.classification
    place = CodePlace(
        classification.code if classification else "", version.resource.provider.region_id
    )
    return rule.compose(place, CodeSeries.objects.next_number(rule.series(place)))


def content_digest(version: ResourceVersion) -> str:
    """SHA-256 over everything an author wrote into the version, items included."""
    content: dict[str, Any] = {name: getattr(version, name) for name in CONTENT_FIELDS}
    content["classification"] = version.classification.code if version.classification else None
    content["items"] = [
        {name: getattr(item, name) for name in ITEM_FIELDS} for item in version.items.all()
    ]
    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
