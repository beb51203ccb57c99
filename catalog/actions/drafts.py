"""Writing entries: drafts, and drafts over the live version (R08)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.access import can_manage, manages_department
from catalog.actions.content import (
    CONTENT_FIELDS,
    ITEM_FIELDS,
    highest_grade,
    make_items,
    refuse,
    write_content,
)
from catalog.models import (
    DataItem,
    HarvestedEntry,
    PublicationReview,
    Resource,
    ResourceStatus,
    ResourceVersion,
    VersionStatus,
)
from catalog.search import reindex
from portal.errors import Forbidden, NotAllowed
from portal.ledger.records import record
from portal.organisation.models import Department, Official


@transaction.atomic
def create_draft(
    *,
    by: Official | None,
    provider: Department,
    content: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    now: datetime,
    resource_id: UUID | None = None,
) -> ResourceVersion:
    """Begin a new entry of ``provider`` and return its first version, a draft.

    ``content`` holds fields of the version, ``items`` the data items in order; both may be
    incomplete, but not wrong: Invalid lists every fault. Only those who look after the provider's
    entries may do it (Forbidden); ``by`` None is a command of the portal itself. A caller that
    needs the same entries every time brings the ``resource_id``.
    """
    if by is not None and not manages_department(by, provider, timezone.localdate(now)):
        raise _not_manager()
    resource = Resource(id=resource_id or uuid4(), provider=provider, created_by=by)
    version = ResourceVersion(resource=resource, number=1)
    _check(version, content, items)
    resource.save(force_insert=True)
    _write(version, items)
    record(
        "catalog.drafted",
        by=by,
        obj=resource,
        now=now,
        label=version.title,
        departments=[provider.pk],
        data=_summary(version),
    )
    reindex([resource])
    return version


@transaction.atomic
def revise(*, by: Official | None, resource: Resource, now: datetime) -> ResourceVersion:
    """Begin the next version of an entry as a copy; the live one stays until it is published.

    Returns the draft that is already there, if there is one. NotAllowed for an entry that is
    blocked as secret, and for one that an active source keeps up to date.
    """
    locked = lock_managed(by, resource, timezone.localdate(now))
    if locked.blocked:
        raise NotAllowed(
            _("The entry was marked as secret; it never comes into the catalog."),
            remedy=_("Handle the data outside of the portal, by the rules for secrets."),
            code="blocked",
        )
    draft = locked.versions.filter(status=VersionStatus.DRAFT).first()
    if draft is not None:
        return draft
    _refuse_harvested(locked)
    latest = locked.versions.order_by("-number")[0]
    source = locked.live or latest
    copy = ResourceVersion(resource=locked, number=latest.number + 1)
    for name in CONTENT_FIELDS:
        setattr(copy, name, getattr(source, name))
    copy.save(force_insert=True)
    DataItem.objects.bulk_create(
        DataItem(
            version=copy,
            position=item.position,
            **{name: getattr(item, name) for name in ITEM_FIELDS},
        )
        for item in source.items.all()
    )
    record(
        "catalog.drafted",
        by=by,
        obj=locked,
        now=now,
        label=copy.title,
        departments=[locked.provider_id],
        data=_summary(copy),
    )
    return copy


@transaction.atomic
def save_draft(
    *,
    by: Official | None,
    version: ResourceVersion,
    content: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]] | None = None,
    now: datetime,
) -> ResourceVersion:
    """Change a draft; ``items`` None leaves the items as they are. Invalid lists every fault."""
    resource = lock_managed(by, version.resource, timezone.localdate(now))
    draft = draft_of(version)
    _check(draft, content, items or ())
    if items is None:
        draft.save()
    else:
        draft.items.all().delete()
        _write(draft, items)
    return finish_draft(by=by, version=draft, resource=resource, now=now)


def finish_draft(
    *, by: Official | None, version: ResourceVersion, resource: Resource, now: datetime
) -> ResourceVersion:
    """What follows every change of a draft: its grade (R09), the ledger, the search row."""
    grades = version.items.values_list("grade", flat=True)
    version.grade = highest_grade(grades, default=version.grade)
    version.save(update_fields=["grade"])
    resource.save(update_fields=["updated_at"])
    record(
        "catalog.draft_changed",
        by=by,
        obj=resource,
        now=now,
        label=version.title,
        departments=[resource.provider_id],
        data=_summary(version),
    )
    reindex([resource])
    return version


def lock_managed(by: Official | None, resource: Resource, on: date) -> Resource:
    """The entry, locked; Forbidden unless ``by`` looks after it."""
    locked = (
        Resource.objects.select_for_update(of=("self",), no_key=True)
        .select_related("provider__parent", "provider__region", "live")
        .get(pk=resource.pk)
    )
    if by is not None and not can_manage(by, locked, on):
        raise _not_manager()
    return locked


def draft_of(version: ResourceVersion) -> ResourceVersion:
    """The version as it is now; NotAllowed unless it is a draft that can be changed."""
    fresh = ResourceVersion.objects.select_related("classification").get(pk=version.pk)
    if is_under_review(fresh):
        raise NotAllowed(
            _("The version is under review and stays as it is."),
            remedy=_("Take it back to change it."),
            code="under_review",
        )
    if fresh.status != VersionStatus.DRAFT:
        raise NotAllowed(
            _("This version is no longer a draft."),
            remedy=_("Begin a new version; the published one cannot change."),
            code="not_draft",
        )
    return fresh


def is_under_review(version: ResourceVersion) -> bool:
    """Whether the version has been sent and waits for somebody."""
    review = PublicationReview.objects.filter(version=version.pk).first()
    return review is not None and review.is_open


def _check(
    version: ResourceVersion, content: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> None:
    faults = write_content(version, content)
    refuse([*faults, *make_items(version, items)[1]])


def _write(version: ResourceVersion, items: Sequence[Mapping[str, Any]]) -> None:
    made, _faults = make_items(version, items)
    version.grade = highest_grade((item.grade for item in made), default=version.grade)
    version.save()
    DataItem.objects.bulk_create(made)


def _summary(version: ResourceVersion) -> dict[str, Any]:
    return {"version": version.number, "items": version.items.count(), "grade": version.grade}


def _refuse_harvested(resource: Resource) -> None:
    """What an active source keeps up to date is written there, not here (ADR 0015)."""
    origin = HarvestedEntry.objects.filter(
        resource=resource, source__active=True, resource__status=ResourceStatus.IMPORTED
    )
    if (found := origin.select_related("source").first()) is not None:
        raise NotAllowed(
            _("The entry is harvested from “%(source)s” and is read-only here.")
            % {"source": found.source.name},
            remedy=_(
                "Have it changed at its source. To complete it here, the competent authority "
                "switches the harvest off."
            ),
            code="harvested",
        )


def _not_manager() -> Forbidden:
    return Forbidden(
        _("Only the stewards and heads of the providing department may change its entries."),
        remedy=_("Ask the steward of the providing department."),
    )
