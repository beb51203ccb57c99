"""Adding files to a draft and finding those of an application one may see."""

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Invalid, NotVisible
from portal.organisation.models import Official
from sharing import access, file_kinds
from sharing.actions.drafts import enter_draft, lock_draft, remove_file
from sharing.models import Application, ApplicationAttachment


def attach(
    *, by: Official, application_id: UUID | str, file: File[bytes], name: str, now: datetime
) -> ApplicationAttachment:
    """Add a file to a draft.

    Invalid for one that is empty, too large, of a kind that is not taken or not what its name
    says, and when the application has too many; NotVisible and NotAllowed as for other changes.
    The same file a second time is the first one.
    """
    shown = file_kinds.clean_name(name)
    with transaction.atomic():
        application, items = lock_draft(by, application_id, now)
        kind = _require_acceptable(application, file, shown)
        digest = _digest(file)
        if known := application.attachments.filter(digest=digest).first():
            return known
        attachment = ApplicationAttachment(
            application=application,
            name=shown,
            kind=kind,
            size=file.size,
            digest=digest,
            added_by=by,
            added_at=now,
        )
        file.seek(0)
        attachment.file.save("", file, save=False)
        try:
            attachment.save(force_insert=True)
            enter_draft(
                application, "application.file_added", by=by, now=now, item=items[0],
                more={"name": shown, "digest": digest},
            )  # fmt: skip
        except BaseException:  # a file without its row would stay for ever
            attachment.file.storage.delete(str(attachment.file.name))
            raise
        application.updated_at = now
        application.save(update_fields=["updated_at"])
    return attachment


@transaction.atomic
def detach(
    *, by: Official, application_id: UUID | str, attachment_id: UUID | str, now: datetime
) -> None:
    """Remove a file while the application is a draft; one that is gone already is no fault."""
    application, items = lock_draft(by, application_id, now)
    attachment = application.attachments.filter(pk=attachment_id).first()
    if attachment is None:
        return
    enter_draft(
        application, "application.file_removed", by=by, now=now, item=items[0],
        more={"name": attachment.name, "digest": attachment.digest},
    )  # fmt: skip
    remove_file(attachment)
    application.updated_at = now
    application.save(update_fields=["updated_at"])


def get_attachment(official: Official, pk: UUID | str, on: date) -> ApplicationAttachment:
    """A file of an application that the official sees; NotVisible otherwise."""
    seen = ApplicationAttachment.objects.filter(
        application__in=access.applications_visible_to(official, on)
    )
    try:
        return seen.select_related("application").get(pk=pk)
    except (ApplicationAttachment.DoesNotExist, ValidationError, ValueError):
        raise NotVisible(_("This does not exist, or you may not see it.")) from None


def _require_acceptable(application: Application, file: File[bytes], name: str) -> str:
    """The kind of the file; Invalid with everything that is wrong with it."""
    faults = []
    if not file.size:
        faults.append(Fault("file", _("The file is empty."), _("Choose another file."), "empty"))
    if file.size > settings.ATTACHMENT_MAX_MB * 1024 * 1024:
        faults.append(
            Fault(
                "file",
                _("The file is larger than %(size)d MB.") % {"size": settings.ATTACHMENT_MAX_MB},
                _("Split it, or save it with smaller pictures."),
                "too_large",
            )
        )
    if application.attachments.count() >= settings.ATTACHMENTS_MAX:
        faults.append(
            Fault(
                "file",
                _("The application has %(count)d files already.")
                % {"count": settings.ATTACHMENTS_MAX},
                _("Remove one that is not needed, or put several into one file."),
                "too_many",
            )
        )
    kind = ""
    if file.size and not faults:
        kind, faults = file_kinds.accept(file.file or file, name)
    if faults:
        raise Invalid(_("The file cannot be added."), faults)
    return kind


def _digest(file: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
