"""Files that prove what an application says: a law, a decision, a list of duties."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sharing.models.applications import Application


def attachment_path(attachment: "ApplicationAttachment", _name: str) -> str:
    """Where the file lies: never under the name it came with."""
    return f"applications/{attachment.pk}"


class ApplicationAttachment(models.Model):
    """One file of an application, kept under the portal's own data outside the web root.

    ``name`` is what the file was called where it came from; it is shown and offered for the
    download, never used as a path.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="attachments", verbose_name=_("application")
    )
    file = models.FileField(_("file"), upload_to=attachment_path, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind of file"), max_length=8)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("attachment of an application")
        verbose_name_plural = _("attachments of applications")
        ordering = ["application_id", "added_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "digest"], name="sharing_attachment_once"
            ),
            models.CheckConstraint(name="sharing_attachment_size", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name
