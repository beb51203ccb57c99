"""Texts of letters that an administrator changed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class MailText(models.Model):
    """One version of the letter about a kind in one language; the newest counts, none is changed.

    A version with ``shipped`` goes back to the text that comes with the portal.
    """

    kind = models.CharField(_("kind"), max_length=60)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), max_length=5000, blank=True)
    shipped = models.BooleanField(default=False)
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("text of letters")
        verbose_name_plural = _("texts of letters")
        ordering = ["kind", "language", F("version").desc()]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "version"], name="notices_mailtext_version"
            ),
            models.CheckConstraint(
                name="notices_mailtext_content",
                condition=Q(shipped=True, subject="", body="")
                | (Q(shipped=False) & ~Q(subject="") & ~Q(body="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} {self.version}"
