"""A provider's own rules that answer at once, within the bounds of the law."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Mode


class ConsentRuleKind(models.TextChoices):
    """What a rule answers."""

    UNCONDITIONAL = "unconditional", _("entries shared without conditions")
    MATTER = "matter", _("a business matter agreed on beforehand")


class ConsentRuleQuerySet(models.QuerySet["ConsentRule"]):
    """Questions over many rules."""

    def in_force(self, on: date) -> Self:
        """Rules that nobody has stopped and whose period covers the day ``on``."""
        ends_later = Q(valid_until__isnull=True) | Q(valid_until__gte=on)
        return self.filter(ends_later, stopped_at__isnull=True, valid_from__lte=on)


class ConsentRule(models.Model):
    """One version of a rule; a change makes the next version and stops this one."""

    HIGHEST_GRADE = 4

    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, related_name="consent_rules",
        verbose_name=_("providing department"),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(_("answers"), max_length=13, choices=ConsentRuleKind.choices)
    resource = models.ForeignKey(
        "catalog.Resource", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("entry"),
        help_text=_("Empty: every entry of the department shared without conditions."),
    )  # fmt: skip
    fields = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("data items"),
        help_text=_("Keys of the items that may be had; empty: all up to the grade."),
    )  # fmt: skip
    matter = models.ForeignKey(
        "catalog.ServiceItem", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("business matter"),
    )  # fmt: skip
    demanders = models.ManyToManyField(
        "organisation.Department", blank=True, related_name="+",
        verbose_name=_("departments that may ask"), help_text=_("None chosen: every department."),
    )  # fmt: skip
    max_grade = models.PositiveSmallIntegerField(_("up to the grade"), default=2)
    mode = models.CharField(
        _("sharing mode"), max_length=6, choices=Mode.choices, default=Mode.FILE
    )
    max_days = models.PositiveIntegerField(_("longest period of use, in days"), default=365)
    valid_from = models.DateField(_("in force from"))
    valid_until = models.DateField(_("in force until"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False,
        verbose_name=_("set by"),
    )  # fmt: skip
    set_at = models.DateTimeField(_("set at"), editable=False)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("stopped by"),
    )  # fmt: skip
    stopped_at = models.DateTimeField(_("stopped at"), null=True, editable=False)
    stop_reason = models.TextField(_("why it was stopped"), blank=True, editable=False)

    objects = ConsentRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent rule")
        verbose_name_plural = _("consent rules")
        ordering = ["department_id", "name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name", "version"], name="sharing_consentrule_version"
            ),
            models.UniqueConstraint(
                fields=["department", "name"],
                condition=Q(stopped_at__isnull=True),
                name="sharing_consentrule_one_in_force",
            ),
            models.CheckConstraint(
                name="sharing_consentrule_grade",
                condition=Q(max_grade__gte=1, max_grade__lte=4),
                violation_error_message=_(
                    "Data of important or core grade is never given by rule."
                ),
            ),
            models.CheckConstraint(
                name="sharing_consentrule_kind",
                condition=Q(kind="unconditional", matter__isnull=True)
                | Q(kind="matter", matter__isnull=False, resource__isnull=False),
            ),
            models.CheckConstraint(name="sharing_consentrule_days", condition=Q(max_days__gte=1)),
            models.CheckConstraint(
                name="sharing_consentrule_stop",
                condition=Q(stopped_at__isnull=True, stop_reason="")
                | (Q(stopped_at__isnull=False) & ~Q(stop_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
