"""The holiday table and the legal limits, both editable data."""

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

PACKAGE: Final = "holidays "
"""How the source of a year begins that was loaded from the package of that name."""


class Holiday(models.Model):
    """A day that is not what its weekday says: a public holiday or a make-up working day 调休."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        MAKEUP = "makeup", _("make-up working day")

    day = models.DateField(_("day"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                name="worktime_holiday_kind", condition=Q(kind__in=["holiday", "makeup"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class CalendarYear(models.Model):
    """A year of the calendar and where its days come from."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    published = models.BooleanField(
        _("published"),
        default=False,
        help_text=_(
            "Off while the State Council notice is not out: limits that reach into the year are provisional."
        ),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def by_hand(self) -> bool:
        """Whether people have entered its days; otherwise they come from the package."""
        return not self.source.startswith(PACKAGE)


ONLY_SHORTER = _("A region may only shorten the national limit and its extension.")


class DeadlineRule(models.Model):
    """A limit in working days for one kind of step; a region's own may only be shorter (R46)."""

    class Rule(models.TextChoices):
        REPLY_UNCONDITIONAL = "reply_unconditional", _("reply, unconditional sharing")
        REPLY_CONDITIONAL = "reply_conditional", _("reply, conditional sharing")
        SUPPLY = "supply_after_consent", _("supply after consent")
        CORRECTION = "correction", _("verification and correction")
        CATALOG_UPDATE = "catalog_update", _("catalog update")
        CATALOG_REVIEW = "catalog_review_publish", _("catalog review and publication")
        HOME_REVIEW = "home_review", _("own sharing office")
        DEMAND = "demand_cataloguing", _("answer to a demand for data")
        AUTHORITY_REVIEW = "authority_review", _("review by an authority")
        OBJECTION = "objection_handling", _("handling of an objection")
        NEGOTIATION = "dispute_negotiation", _("negotiation of a dispute")
        MEDIATION = "dispute_mediation", _("mediation of a dispute")
        DECISION = "dispute_decision", _("decision of a dispute")
        COMPLAINT = "complaint_handling", _("handling of a complaint")

    rule = models.CharField(_("rule"), max_length=30, choices=Rule.choices)
    region = models.ForeignKey(
        "organisation.Region",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("region"),
        help_text=_("Empty for the national limit."),
    )
    days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    extension_days = models.PositiveSmallIntegerField(_("extension, working days"), default=0)
    article = models.CharField(_("article"), max_length=100, blank=True)
    valid_from = models.DateField(_("in force from"))
    valid_until = models.DateField(_("in force until"), null=True, blank=True)

    class Meta:
        verbose_name = _("legal limit")
        verbose_name_plural = _("legal limits")
        ordering = ["rule", "region_id", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "region", "valid_from"],
                nulls_distinct=False,
                name="worktime_deadlinerule_once",
            ),
            models.CheckConstraint(
                name="worktime_deadlinerule_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()}: {self.days}"

    def clean(self) -> None:
        """A region's limit is not longer than a national one that stands in the law (R46)."""
        super().clean()
        if self.region_id is None or self.valid_from is None:
            return
        national = DeadlineRule.objects.filter(rule=self.rule, region__isnull=True)
        for other in national.exclude(article="").exclude(days=None):
            if self.overlaps(other) and self.is_longer_than(other):
                raise ValidationError(ONLY_SHORTER, code="only_shorter")

    def overlaps(self, other: "DeadlineRule") -> bool:
        """Whether there is a day on which both are in force."""
        mine, its = self.valid_until or date.max, other.valid_until or date.max
        return self.valid_from < its and other.valid_from < mine

    def is_longer_than(self, other: "DeadlineRule") -> bool:
        """Whether the limit or its extension exceeds the other's; no limit is the longest."""
        if other.days is None:
            return False
        return (
            self.days is None
            or self.days > other.days
            or self.extension_days > other.extension_days
        )
