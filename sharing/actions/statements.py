"""The statement that several items share, and what happens when one of them needs another.

Signatures are bound to what an application said. An answer to a supplement notice that changes
the common statement must therefore not change it for the other items, which others have signed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from portal.ledger.records import record
from portal.organisation.models import Official
from sharing.actions import content as contents
from sharing.approval.clocks import local_day
from sharing.models import Application, ApplicationAttachment, ApplicationItem, Counter


def own_statement(
    item: ApplicationItem, content: Mapping[str, Any], *, by: Official, now: datetime
) -> Application:
    """The application that ``content`` may change for ``item``: a copy if others share its own.

    The item moves into the copy, which keeps the day of submission; its events, clocks and
    signatures stay as they are. The caller holds the item's lock.
    """
    application = item.application
    common = contents.common_of(application)
    changed = any(
        common[key] != (value.strip() if isinstance(value, str) else value)
        for key, value in content.items()
        if key in common
    )
    if not changed or not application.items.exclude(pk=item.pk).exists():
        return application
    own = twin_of(application, now, submitted_at=application.submitted_at)
    item.application = own
    item.save(update_fields=["application"])
    record(
        "application.item_set_aside",
        by=by,
        obj=own,
        now=now,
        label=f"{own.number} {item.version.title}",
        departments=[own.department_id],
        data={"entry": str(item.resource_id), "from": application.number},
    )
    return own


def twin_of(
    application: Application, now: datetime, *, submitted_at: datetime | None
) -> Application:
    """Another application with the same words and files, without items."""
    department = application.department
    twin = Application(
        number=Counter.objects.number("SQ", department.region_id, local_day(now)),
        applicant=application.applicant,
        department=department,
        matter=application.matter,
        created_at=now if submitted_at is None else application.created_at,
        updated_at=now,
        submitted_at=submitted_at,
        **contents.common_of(application),
    )
    twin.save(force_insert=True)
    for attachment in application.attachments.all():
        _copy_file(attachment, twin)
    return twin


def _copy_file(attachment: ApplicationAttachment, goal: Application) -> None:
    """The same file for another application, stored once more: each goes its own way."""
    copied = ApplicationAttachment(
        application=goal,
        name=attachment.name,
        kind=attachment.kind,
        size=attachment.size,
        digest=attachment.digest,
        added_by=attachment.added_by,
        added_at=attachment.added_at,
    )
    with attachment.file.open("rb") as stored:
        copied.file.save(attachment.name, ContentFile(stored.read()), save=False)
    copied.save(force_insert=True)
