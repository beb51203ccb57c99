"""Systems of departments that are told of notices."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Algorithm(models.TextChoices):
    """How calls are signed, with a secret that both sides know."""

    SHA256 = "hmac-sha256", "HMAC-SHA256"
    SM3 = "hmac-sm3", "HMAC-SM3 (GM/T 0004)"


class Webhook(models.Model):
    """An address of a department's system; told once for each event that concerns its officials.

    ``secret`` is encrypted (portal.crypto), ``key_id`` names it in every call. ``groups`` lists the
    groups of kinds that are told; empty means all.
    """

    Algorithm = Algorithm

    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="webhooks",
        verbose_name=_("department"),
    )
    name = models.CharField(_("name"), max_length=60)
    url = models.CharField(_("address"), max_length=300)
    algorithm = models.CharField(
        _("signed with"), max_length=11, choices=Algorithm.choices, default=Algorithm.SHA256
    )
    groups = models.JSONField(_("about"), default=list, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    secret = models.BinaryField(editable=False)
    key_id = models.CharField(max_length=16, editable=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["department_id", "name"]
        constraints = [
            models.CheckConstraint(
                name="notices_webhook_algorithm", condition=Q(algorithm__in=Algorithm.values)
            ),
            models.UniqueConstraint(
                fields=["department", "name"],
                name="notices_webhook_name",
                violation_error_message=_("The department has a webhook of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
