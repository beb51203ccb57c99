"""What publishing and withdrawing do to an entry."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import hooks
from catalog.actions.content import (
    CONTENT_FIELDS,
    ITEM_FIELDS,
    LATER_FIELDS,
    highest_grade,
    refuse,
)
from catalog.actions.drafts import draft_of, lock_managed
from catalog.actions.faults import publication_faults
from catalog.actions.linking import link_faults
from catalog.models import (
    Resource,
    ResourceStatus,
    ResourceVersion,
    VersionStatus,
    Visibility,
)
from catalog.numbering import next_code
from catalog.search import reindex
from portal.errors import NotAllowed
from portal.ledger.records import record
from portal.organisation.models import Official


@transaction.atomic
def publish(*, by: Official | None, version: ResourceVersion, now: datetime) -> ResourceVersion:
    """Make a draft the live version without a review: for commands of the portal itself.

    The first publication gives the entry its code. Invalid lists everything that is missing. An
    official (``by``) publishes through the review only: Forbidden, or NotAllowed with the way.
    """
    on = timezone.localdate(now)
    resource = lock_managed(by, version.resource, on)
    draft = draft_of(version)
    draft.resource = resource
    if by is not None:
        raise NotAllowed(
            _("An entry is published once its department and the authority have approved it."),
            remedy=_("Send the version for review."),
            code="needs_review",
        )
    refuse(publication_faults(draft, on))
    return make_live(draft, by=None, now=now)


def make_live(
    draft: ResourceVersion, *, by: Official | None, now: datetime, **facts: Any
) -> ResourceVersion:
    """Make the draft, which has no faults and whose entry is locked, the live version.

    ``by`` is who decided on it (Decree 809 article 16); ``facts`` go into the ledger.
    """
    resource = draft.resource
    if draft.linked_codes:
        refuse(list(link_faults(draft, locked=True)))
    previous = resource.live
    if previous is not None:
        ResourceVersion.objects.filter(
            pk=previous.pk, status__in=[VersionStatus.PUBLISHED, VersionStatus.IMPORTED]
        ).update(status=VersionStatus.SUPERSEDED)
    draft.grade = highest_grade((item.grade for item in draft.items.all()), default=draft.grade)
    draft.status, draft.published_at, draft.published_by = VersionStatus.PUBLISHED, now, by
    draft.save(update_fields=["grade", "status", "published_at", "published_by"])
    resource.code = resource.code or next_code(draft)
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
            **facts,
        },
    )
    reindex([resource])
    hooks.published(resource, now=now)
    return draft


def take_down(resource: Resource, *, by: Official | None, reason: str, now: datetime) -> None:
    """Take the locked entry out of the catalog; what hangs on it stops (Decree 809 article 17)."""
    resource.status = ResourceStatus.WITHDRAWN
    resource.save(update_fields=["status", "updated_at"])
    record(
        "catalog.withdrawn",
        by=by,
        obj=resource,
        now=now,
        article="17",
        departments=[resource.provider_id],
        data={"code": resource.code, "reason": reason},
    )
    hooks.withdrawn(resource, by=by, reason=reason, now=now)
    reindex([resource])


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


def content_digest(version: ResourceVersion, *, without: Collection[str] = ()) -> str:
    """SHA-256 over everything an author wrote into the version, items included."""
    names = [name for name in CONTENT_FIELDS if name not in without]
    content: dict[str, Any] = {
        name: getattr(version, name)
        for name in names
        if name not in LATER_FIELDS or getattr(version, name)
    }
    content["classification"] = version.classification.code if version.classification else None
    content["items"] = [
        {name: getattr(item, name) for name in ITEM_FIELDS} for item in version.items.all()
    ]
    text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
