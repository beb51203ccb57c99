"""Chain policies: the rules from which a chain is planned, as versioned data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChainPolicy(models.Model):
    """One version of the rules; applications keep the version they were submitted under."""

    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(_("version"))
    region = models.ForeignKey(
        "organisation.Region",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("region"),
        help_text=_("Empty for the rules that hold everywhere."),
    )
    definition = models.JSONField(_("rules"), default=dict)
    valid_from = models.DateField(_("in force from"))

    class Meta:
        verbose_name = _("chain policy")
        verbose_name_plural = _("chain policies")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="sharing_chainpolicy_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
