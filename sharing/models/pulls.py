"""Pulls: one run of fetching what a grant allows."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PullQuerySet(models.QuerySet["Pull"]):
    """Questions over many pulls."""


class Pull(models.Model):
    """The truth about one run; a Celery message is only a wake-up."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("claimed")
        EXTRACTING = "extracting", _("extracting")
        CHECKING = "checking", _("checking")
        PACKAGING = "packaging", _("packaging")
        PUBLISHED = "published", _("published")
        FAILED = "failed", _("failed, will be tried again")
        QUARANTINED = "quarantined", _("given up")
        CANCELLED = "cancelled", _("cancelled")

    RUNNING = ("claimed", "extracting", "checking", "packaging")
    ENDED = ("published", "quarantined", "cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(
        "sharing.Grant", models.PROTECT, related_name="pulls", verbose_name=_("grant")
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.QUEUED, editable=False
    )
    token = models.PositiveIntegerField(_("fencing number"), default=0, editable=False)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    retry_at = models.DateTimeField(_("next attempt at"), null=True, blank=True, editable=False)
    rows_done = models.BigIntegerField(_("rows read"), default=0)
    bytes_done = models.BigIntegerField(_("bytes written"), default=0)
    rows_expected = models.BigIntegerField(_("rows expected, about"), null=True, blank=True)
    failure_code = models.CharField(_("fault"), max_length=40, blank=True)
    failure_detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("asked for at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = PullQuerySet.as_manager()

    class Meta:
        verbose_name = _("pull")
        verbose_name_plural = _("pulls")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="sharing_pull_status",
                condition=Q(
                    status__in=[
                        "queued",
                        "claimed",
                        "extracting",
                        "checking",
                        "packaging",
                        "published",
                        "failed",
                        "quarantined",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="sharing_pull_lease",
                condition=Q(
                    status__in=["claimed", "extracting", "checking", "packaging"],
                    lease_until__isnull=False,
                )
                | Q(
                    status__in=["queued", "published", "failed", "quarantined", "cancelled"],
                    lease_until__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="sharing_pull_ended_at",
                condition=Q(
                    status__in=["published", "quarantined", "cancelled"], ended_at__isnull=False
                )
                | Q(
                    status__in=[
                        "queued",
                        "claimed",
                        "extracting",
                        "checking",
                        "packaging",
                        "failed",
                    ],
                    ended_at__isnull=True,
                ),
            ),
            models.UniqueConstraint(
                fields=["grant"],
                name="sharing_pull_one_open",
                condition=~Q(status__in=["published", "quarantined", "cancelled"]),
                violation_error_message=_("A pull of this grant is already under way."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
