"""What happened to grants, and what recipients did with the data."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sharing.models.grants import Grant


class GrantEvent(models.Model):
    """One event in the life of a grant; the database refuses to change or delete it.

    ``content_hash`` covers what the grant allows after the event, so that every delivery can be
    held against the terms it was made under.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("event"), max_length=40)
    data = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event of a grant")
        verbose_name_plural = _("events of grants")
        ordering = ["grant_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "seq"], name="sharing_grantevent_seq")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class UsageRecord(models.Model):
    """What the recipient did with the data in a period (Decree 809 article 29, R30).

    Never changed: a correction is a new record that names the one it replaces. Not deleted
    within three years, the database sees to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="usage_records", verbose_name=_("grant")
    )
    period_from = models.DateField(_("used from"))
    period_to = models.DateField(_("used until"))
    scene = models.TextField(_("scene of use"))
    process = models.TextField(_("process of use"))
    effect = models.TextField(_("effect"))
    storage = models.TextField(_("storage"))
    destruction = models.TextField(_("destruction"), blank=True)
    corrects = models.OneToOneField(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="corrected_by",
        verbose_name=_("corrects"),
    )
    correction_reason = models.TextField(_("reason of the correction"), blank=True)
    digest = models.CharField(max_length=64, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("usage record")
        verbose_name_plural = _("usage records")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="sharing_usagerecord_period", condition=Q(period_to__gte=F("period_from"))
            ),
            models.CheckConstraint(
                name="sharing_usagerecord_correction",
                condition=Q(corrects__isnull=True, correction_reason="")
                | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.period_from}"
