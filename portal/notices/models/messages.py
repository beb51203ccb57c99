"""What leaves the portal because of notices: letters and calls of webhooks."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How it leaves."""

    MAIL = "mail", _("e-mail")
    WEBHOOK = "webhook", _("webhook")


class MessageStatus(models.TextChoices):
    """Where it stands."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    DEAD = "dead", _("given up")
    DISCARDED = "discarded", _("discarded")


class Message(models.Model):
    """One letter to an official, or one call of a webhook about one batch of notices.

    ``key`` stays the same however often it is tried, so that a receiver can tell repeats.
    ``lease_until`` is set while a worker has it in hand; ``reason`` is a code (reasons.py) and
    ``detail`` a short fact about it, never text of the other side.
    """

    Channel = Channel
    Status = MessageStatus

    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="letters",
        verbose_name=_("official"),
    )  # fmt: skip
    webhook = models.ForeignKey(
        "notices.Webhook", models.PROTECT, null=True, blank=True, related_name="messages",
        verbose_name=_("webhook"),
    )  # fmt: skip
    batch = models.UUIDField(null=True, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(
        _("state"), max_length=9, choices=MessageStatus.choices, default=MessageStatus.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("due at"))
    lease_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    detail = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="notices_message_receiver",
                condition=Q(channel="mail", official__isnull=False, webhook__isnull=True)
                | Q(channel="webhook", webhook__isnull=False, official__isnull=True),
            ),
            models.CheckConstraint(
                name="notices_message_status", condition=Q(status__in=MessageStatus.values)
            ),
            models.CheckConstraint(
                name="notices_message_closed",
                condition=Q(status="waiting", closed_at__isnull=True)
                | (~Q(status="waiting") & Q(closed_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["webhook", "batch"],
                name="notices_message_once",
                condition=Q(webhook__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="notices_message_waiting", condition=Q(status="waiting")
            ),
            models.Index(
                fields=["-closed_at"], name="notices_message_dead", condition=Q(status="dead")
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)
