"""Notices in the portal; never the data itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import group_of, text_of


class Notice(models.Model):
    """Something an official is told; the text is made from kind and params in the reader's language.

    ``batch`` is shared by all who were told by one call. ``fanned_out`` turns true once it is
    decided what leaves the portal because of it; ``mail_due_at`` is when a letter is to go, ``mail``
    the letter that took it along.
    """

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("official")
    )
    kind = models.CharField(_("kind"), max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    batch = models.UUIDField(null=True, blank=True, editable=False)
    fanned_out = models.BooleanField(default=True, db_default=True, editable=False)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    mail = models.ForeignKey(
        "notices.Message", models.SET_NULL, null=True, blank=True, related_name="letters",
        editable=False, db_index=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["official", "-created_at"],
                name="notices_unread",
                condition=Q(read_at__isnull=True),
            ),
            models.Index(fields=["official", "-created_at", "-id"], name="notices_of_official"),
            models.Index(fields=["id"], name="notices_new", condition=Q(fanned_out=False)),
            models.Index(
                fields=["mail_due_at", "official"],
                name="notices_to_mail",
                condition=Q(mail_due_at__isnull=False, mail__isnull=True),
            ),
            models.Index(fields=["mail"], name="notices_of_mail", condition=Q(mail__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def text(self) -> str:
        """What it says, in the language in use."""
        return text_of(self.kind, self.params)

    @property
    def group(self) -> str:
        """What it is about."""
        return group_of(self.kind)
