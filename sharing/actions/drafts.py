"""Drafts: writing, changing, copying and discarding an application that was not sent yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog import access as catalog_access
from catalog.models import DataItem, Resource, ResourceVersion
from portal.errors import Fault, Forbidden, Invalid, NotAllowed
from portal.ledger.records import record
from portal.organisation.models import Department, Official
from sharing import access
from sharing.actions import content as contents
from sharing.approval.clocks import local_day
from sharing.approval.terms import DenialCode
from sharing.models import Application, ApplicationItem, Counter
from sharing.reasons import error_for


@transaction.atomic
def draft(
    *, by: Official, department: Department, resource: Resource, fields: Sequence[str],
    content: Mapping[str, Any], now: datetime,
) -> Application:  # fmt: skip
    """Begin an application of ``department`` for some ``fields`` (keys) of an entry.

    ``content``: see contents.KEYS; whatever is missing can be added until it is sent. Raises
    NotVisible, Forbidden without a business post in the department, Invalid with every fault.
    """
    on = local_day(now)
    entry = catalog_access.get_visible(by, resource.pk, on)
    if not access.may_apply_for(by, department.pk, on):
        raise Forbidden(
            _("You hold no post in %(department)s.") % {"department": department.name},
            remedy=_("Apply for a department in which you hold a post."),
            code="no_post",
        )
    version = _live(entry)
    _require_sound(fields, content, version)
    application = Application(
        number=Counter.objects.number("SQ", department.region_id, on),
        applicant=by,
        department=department,
        created_at=now,
        updated_at=now,
    )
    item = ApplicationItem(
        application=application,
        resource=entry,
        version=version,
        provider_id=entry.provider_id,
        demander=department,
        fields=_in_order(fields, version),
    )
    contents.apply(application, item, content)
    application.save(force_insert=True)
    item.save(force_insert=True)
    _enter(application, "application.drafted", by=by, now=now, item=item)
    return application


@transaction.atomic
def save_draft(
    *, by: Official, application_id: UUID | str, fields: Sequence[str] | None = None,
    content: Mapping[str, Any], now: datetime,
) -> Application:  # fmt: skip
    """Change a draft; ``fields`` None leaves the data items as they are.

    Raises NotVisible, NotAllowed when it was sent already or is somebody else's, Invalid.
    """
    application, item = _lock_draft(by, application_id, now)
    version = _live(item.resource)
    keys = item.fields if fields is None else fields
    merged = contents.content_of(application, item) | dict(content)
    _require_sound([] if fields is None else keys, merged, version)
    item.version, item.fields = version, _in_order(keys, version)
    contents.apply(application, item, content)
    application.updated_at = now
    application.save(
        update_fields=[*contents.TEXTS, *contents.DATES, *contents.FLAGS, "mode", "updated_at"]
    )
    item.save(update_fields=["version", "fields", "row_region"])
    _enter(application, "application.draft_saved", by=by, now=now, item=item)
    return application


@transaction.atomic
def copy(*, by: Official, application_id: UUID | str, now: datetime) -> Application:
    """Begin a new draft with what another application of the department said."""
    on = local_day(now)
    model = access.get_application(by, application_id, on)
    item = model.items.select_related("resource__live").get()
    entry = catalog_access.get_visible(by, item.resource_id, on)
    known = set(_live(entry).items.values_list("key", flat=True))
    return draft(
        by=by,
        department=model.department,
        resource=entry,
        fields=[key for key in item.fields if key in known],
        content=contents.content_of(model, item),
        now=now,
    )


@transaction.atomic
def discard(*, by: Official, application_id: UUID | str, now: datetime) -> None:
    """Remove a draft; that it existed stays in the ledger."""
    application, item = _lock_draft(by, application_id, now)
    _enter(application, "application.discarded", by=by, now=now, item=item)
    item.delete()
    application.delete()


def _lock_draft(
    by: Official, application_id: UUID | str, now: datetime
) -> tuple[Application, ApplicationItem]:
    on = local_day(now)
    seen = access.get_application(by, application_id, on)
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("applicant", "department__region")
        .get(pk=seen.pk)
    )
    if application.submitted_at is not None:
        raise error_for(DenialCode.ALREADY_SUBMITTED)
    actor = access.actor_for(by, on)
    if by.pk != application.applicant_id and not any(
        post.acting_for is not None and post.acting_for.official_id == application.applicant_id
        for post in actor.posts
    ):
        raise error_for(DenialCode.NOT_THE_APPLICANT)
    item = (
        ApplicationItem.objects.select_for_update(of=("self",))
        .select_related("resource__live", "version", "provider__region")
        .get(application=application)
    )
    return application, item


def _live(entry: Resource) -> ResourceVersion:
    if entry.live is None:
        raise NotAllowed(
            _("The entry is not published."),
            remedy=_("Choose a published entry of the catalog."),
            code="not_published",
        )
    return entry.live


def _require_sound(
    fields: Sequence[str], content: Mapping[str, Any], version: ResourceVersion
) -> None:
    faults: list[Fault] = [
        *contents.value_faults(content),
        *contents.field_faults(fields, version.pk),
    ]
    if faults:
        raise Invalid(_("Some entries need correction."), faults)


def _in_order(keys: Sequence[str], version: ResourceVersion) -> list[str]:
    """The keys in the order of the entry, each once; unknown ones at the end."""
    order = list(DataItem.objects.filter(version=version).values_list("key", flat=True))
    wanted = set(keys)
    return [key for key in order if key in wanted] + sorted(wanted - set(order))


def _enter(
    application: Application, kind: str, *, by: Official, now: datetime, item: ApplicationItem
) -> None:
    record(
        kind,
        by=by,
        obj=application,
        now=now,
        label=f"{application.number} {item.version.title}",
        departments=[application.department_id],
        data={"entry": str(item.resource_id), "fields": item.fields},
    )
