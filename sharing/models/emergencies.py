"""Access before consent in an emergency: for a few days, with its reason, ended by itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EmergencyEnd(models.TextChoices):
    """How access before consent ended."""

    CONSENTED = "consented", _("consent was given in time")
    REFUSED = "refused", _("consent was refused")
    WITHDRAWN = "withdrawn", _("the application was taken back")
    OVER = "over", _("the days were over without a decision")


class EmergencyAccess(models.Model):
    """One opening of access for one application item; there is never a second."""

    item = models.OneToOneField(
        "sharing.ApplicationItem", models.PROTECT, related_name="emergency_access",
        verbose_name=_("application item"),
    )  # fmt: skip
    grant = models.OneToOneField(
        "sharing.Grant", models.PROTECT, related_name="emergency_access", verbose_name=_("grant")
    )
    reason = models.TextField(_("why it cannot wait"), max_length=1000)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"))
    until = models.DateField(_("last day"))
    policy_version = models.CharField(_("policy"), max_length=120)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended = models.CharField(
        _("how it ended"), max_length=9, choices=EmergencyEnd.choices, blank=True
    )

    class Meta:
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="sharing_emergency_ended",
                condition=Q(ended_at__isnull=True, ended="")
                | Q(ended_at__isnull=False, ended__in=EmergencyEnd.values),
            ),
            models.CheckConstraint(name="sharing_emergency_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}"
