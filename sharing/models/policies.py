"""Chain policies: the rules from which a chain is planned, as versioned data."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PolicyStatus(models.TextChoices):
    """How far a version is; what is confirmed never changes again."""

    DRAFT = "draft", pgettext_lazy("chain policy", "draft")
    PREPARED = "prepared", pgettext_lazy("chain policy", "waits for a second person")
    CONFIRMED = "confirmed", pgettext_lazy("chain policy", "confirmed")
    WITHDRAWN = "withdrawn", pgettext_lazy("chain policy", "given up")


class ChainPolicyQuerySet(models.QuerySet["ChainPolicy"]):
    """Questions over many policies."""

    def in_force(self, on: date) -> Self:
        """Confirmed versions whose day has come, the newest first."""
        return self.filter(status=PolicyStatus.CONFIRMED, valid_from__lte=on).order_by(
            "-valid_from", "-version", "-pk"
        )


class ChainPolicy(models.Model):
    """One version of the rules; applications keep the version they were submitted under."""

    Status = PolicyStatus

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
    note = models.TextField(
        _("what changes and why"), max_length=1000, blank=True, default="", db_default=""
    )
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=PolicyStatus.choices,
        default=PolicyStatus.DRAFT,
        editable=False,
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("drafted by"),
    )  # fmt: skip
    drafted_at = models.DateTimeField(_("drafted at"), null=True, editable=False)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("put forward by"),
    )  # fmt: skip
    prepared_at = models.DateTimeField(_("put forward at"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("confirmed by"),
    )  # fmt: skip
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    objects = ChainPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("chain policy")
        verbose_name_plural = _("chain policies")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="sharing_chainpolicy_version"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(status__in=["draft", "prepared"]),
                name="sharing_chainpolicy_one_open",
                violation_error_message=_("A version of this policy is being worked on already."),
            ),
            models.CheckConstraint(
                name="sharing_chainpolicy_status",
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(status__in=["prepared", "confirmed"], valid_from__isnull=False),
            ),
            models.CheckConstraint(
                name="sharing_chainpolicy_two_people",
                condition=Q(confirmed_by__isnull=True)
                | Q(prepared_by__isnull=False) & ~Q(confirmed_by=F("prepared_by")),
                violation_error_message=_("Nobody confirms what they put forward themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed."""
        return self.status in {PolicyStatus.DRAFT, PolicyStatus.PREPARED}
