"""Notices in the portal; never the data itself."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.notices.kinds import text_of


class Notice(models.Model):
    """Something an official is told; the text is made from kind and params in the reader's language."""

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("official")
    )
    kind = models.CharField(_("kind"), max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["official", "-created_at"],
                name="notices_unread",
                condition=models.Q(read_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def text(self) -> str:
        """What it says, in the language in use."""
        return text_of(self.kind, self.params)
