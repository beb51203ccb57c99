"""The outbox: work that is to be started once the transaction that asks for it has committed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxMessage(models.Model):
    """One background task to start; written in the transaction that decides it (see queue.py)."""

    task = models.CharField(_("task"), max_length=100)
    args = models.JSONField(_("arguments"), default=list)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    due_at = models.DateTimeField(_("due at"), db_index=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox messages")
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(published_at__isnull=True),
                name="portal_outbox_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task}{self.args}"


class IdempotentRequest(models.Model):
    """The answer given to one idempotency key of one official, kept for a day."""

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("official")
    )
    key = models.CharField(_("key"), max_length=100)
    digest = models.CharField(_("digest"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("idempotent request")
        verbose_name_plural = _("idempotent requests")
        constraints = [
            models.UniqueConstraint(fields=["official", "key"], name="portal_idempotent_key")
        ]

    def __str__(self) -> str:
        return self.key
