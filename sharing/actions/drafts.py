"""Drafts: writing, changing, copying and discarding an application that was not sent yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from catalog import access as catalog_access
from catalog.models import DataItem, Resource, ResourceVersion
from portal.errors import Fault, Forbidden, Invalid, NotAllowed, NotVisible, Stale
from portal.ledger.records import record
from portal.organisation.models import Department, Official
from sharing import access
from sharing.actions import content as contents
from sharing.approval.clocks import local_day
from sharing.approval.terms import DenialCode
from sharing.models import Application, ApplicationAttachment, ApplicationItem, Counter
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
    version = live_version(entry)
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
    enter_draft(application, "application.drafted", by=by, now=now, item=item)
    return application


@transaction.atomic
def save_draft(  # noqa: PLR0913 - what, where, and what the page had shown
    *, by: Official, application_id: UUID | str, fields: Sequence[str] | None = None,
    content: Mapping[str, Any], now: datetime, item_id: UUID | str | None = None, shown: str = "",
) -> Application:  # fmt: skip
    """Change a draft; ``fields`` None leaves the data items as they are.

    ``fields`` and the row region belong to one item: ``item_id``, which may be left out while
    there is only one. ``shown`` is the stamp of what the page showed (contents.stamp); Stale if
    somebody has changed that since. Saving what is there already changes and records nothing.
    Raises NotVisible, NotAllowed when it was sent already or is somebody else's, Invalid.
    """
    application, items = lock_draft(by, application_id, now)
    item = _one_of(items, item_id, needed=fields is not None or "row_region" in content)
    named = [*content, *(["fields"] if fields is not None else [])]
    if shown and shown != contents.stamp(application, item, named):
        raise Stale(
            _("This part was changed elsewhere since you opened the page."),
            remedy=_("Compare it with what you entered, which is kept, and save again."),
        )
    version = live_version(item.resource)
    keys = item.fields if fields is None else fields
    merged = contents.content_of(application, item) | dict(content)
    _require_sound([] if fields is None else keys, merged, version)
    before = (contents.content_of(application, item), item.fields, item.version_id)
    item.version, item.fields = version, _in_order(keys, version)
    contents.apply(application, item, content)
    if before == (contents.content_of(application, item), item.fields, item.version_id):
        return application
    application.updated_at = now
    application.save(
        update_fields=[*contents.TEXTS, *contents.DATES, *contents.FLAGS, "mode", "updated_at"]
    )
    item.save(update_fields=["version", "fields", "row_region"])
    enter_draft(application, "application.draft_saved", by=by, now=now, item=item)
    return application


def _one_of(
    items: Sequence[ApplicationItem], item_id: UUID | str | None, *, needed: bool
) -> ApplicationItem:
    if item_id is None:
        if needed and len(items) > 1:
            raise Invalid(
                _("The application asks for several entries."),
                [
                    Fault(
                        "item",
                        _("It is not said for which entry the data items and rows are."),
                        _("Name the item of the application."),
                        "required",
                    )
                ],
            )
        return items[0]
    for item in items:
        if str(item.pk) == str(item_id):
            return item
    raise NotVisible(_("This does not exist, or you may not see it."))


@transaction.atomic
def copy(*, by: Official, application_id: UUID | str, now: datetime) -> Application:
    """Begin a new draft with what another application of the department said, item by item.

    Entries that are no longer in the catalog, or not seen, are left out; NotVisible without any.
    """
    on = local_day(now)
    model = access.get_application(by, application_id, on)
    items = list(model.items.select_related("resource__live").order_by("pk"))
    seen = set(
        catalog_access.visible_to(by, on)
        .filter(pk__in=[item.resource_id for item in items], live__isnull=False)
        .values_list("pk", flat=True)
    )
    kept = [item for item in items if item.resource_id in seen]
    if not kept:
        raise NotVisible(_("None of its entries is in the catalog any more."))
    application = draft(
        by=by,
        department=model.department,
        resource=kept[0].resource,
        fields=_still_there(kept[0]),
        content=contents.content_of(model, kept[0]),
        now=now,
    )
    if model.matter_id:
        application.matter_id = model.matter_id
        application.save(update_fields=["matter"])
    for item in kept[1:]:
        add_item(application, item.resource, _still_there(item), row_region=item.row_region_id)
    return application


def _still_there(item: ApplicationItem) -> list[str]:
    known = set(live_version(item.resource).items.values_list("key", flat=True))
    return [key for key in item.fields if key in known]


def add_item(
    application: Application, entry: Resource, fields: Sequence[str],
    *, row_region: str | None = None,
) -> ApplicationItem:  # fmt: skip
    """Put ``entry``, which the applicant sees, into the draft; its lock is the caller's."""
    version = live_version(entry)
    return ApplicationItem.objects.create(
        application=application,
        resource=entry,
        version=version,
        provider_id=entry.provider_id,
        demander_id=application.department_id,
        fields=_in_order(fields, version),
        row_region_id=row_region if version.splittable else None,
    )


@transaction.atomic
def discard(*, by: Official, application_id: UUID | str, now: datetime) -> None:
    """Remove a draft with its attachments; that it existed stays in the ledger."""
    application, items = lock_draft(by, application_id, now)
    enter_draft(application, "application.discarded", by=by, now=now, item=items[0])
    for attachment in application.attachments.all():
        remove_file(attachment)
    application.items.all().delete()
    application.delete()


def remove_file(attachment: ApplicationAttachment) -> None:
    """Delete an attachment, and its file once the transaction is sure."""
    storage, name = attachment.file.storage, str(attachment.file.name)
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(name))


def lock_draft(
    by: Official, application_id: UUID | str, now: datetime
) -> tuple[Application, list[ApplicationItem]]:
    """The draft and its items, locked until the transaction ends.

    Raises NotVisible, and NotAllowed when it was sent already or is somebody else's.
    """
    on = local_day(now)
    seen = access.get_application(by, application_id, on)
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("applicant", "department__region", "matter")
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
    items = list(
        ApplicationItem.objects.select_for_update(of=("self",))
        .select_related("resource__live", "version", "provider__region", "row_region")
        .filter(application=application)
        .order_by("pk")
    )
    for item in items:
        item.application = application
    return application, items


def live_version(entry: Resource) -> ResourceVersion:
    """The published version; NotAllowed without one."""
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


def enter_draft(
    application: Application, kind: str, *, by: Official, now: datetime, item: ApplicationItem,
    more: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """One entry of the ledger about a draft, naming the item it is about."""
    record(
        kind,
        by=by,
        obj=application,
        now=now,
        label=f"{application.number} {item.version.title}",
        departments=[application.department_id],
        data={"entry": str(item.resource_id), "fields": item.fields, **(more or {})},
    )
