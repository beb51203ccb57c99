"""How good entries are: the state, its history, and what counts how much (RULES §5, R29)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LETTERS = ("A", "B", "C", "D", "E")


class Dimension(models.TextChoices):
    """Dimensions of quality (GB/T 36344), in the order of pages."""

    COMPLETENESS = "completeness", _("completeness")
    CONFORMITY = "conformity", _("conformity")
    ACCURACY = "accuracy", _("accuracy")
    CONSISTENCY = "consistency", _("consistency")
    TIMELINESS = "timeliness", _("timeliness")
    UNIQUENESS = "uniqueness", _("uniqueness")


class EntryQuality(models.Model):
    """What the rules came to for one entry, and what the last check of its data found.

    ``stale`` says that something the rules look at has changed since; ``turns_on`` is the first
    day on which time alone changes the result. ``data_results`` holds one object for each rule on
    the data: rule, items, dimension, checked, failed, allowed (percent). No value of any row.
    """

    resource = models.OneToOneField(
        "catalog.Resource", models.CASCADE, primary_key=True, related_name="quality"
    )
    stale = models.BooleanField(default=True)
    letter = models.CharField(_("quality"), max_length=1, blank=True)
    overall = models.DecimalField(
        _("score"), max_digits=4, decimal_places=1, null=True, help_text=_("0 to 100.")
    )
    scores = models.JSONField(_("scores"), default=dict)
    codes = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("warnings"))
    title_key = models.CharField(max_length=200, blank=True, db_index=True)
    turns_on = models.DateField(null=True)
    assessed_at = models.DateTimeField(_("assessed at"), null=True)
    data_checked_at = models.DateTimeField(_("data checked at"), null=True)
    data_rows = models.BigIntegerField(_("rows checked"), null=True)
    data_newest = models.DateTimeField(_("newest row"), null=True)
    data_results = models.JSONField(_("results on the data"), default=list)

    class Meta:
        verbose_name = _("quality of an entry")
        verbose_name_plural = _("quality of entries")
        indexes = [
            GinIndex(fields=["codes"], name="catalog_quality_codes"),
            models.Index(fields=["resource"], condition=Q(stale=True), name="catalog_quality_due"),
            models.Index(
                fields=["turns_on"],
                condition=Q(turns_on__isnull=False),
                name="catalog_quality_turns",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="catalog_quality_letter",
                condition=Q(letter="", overall__isnull=True)
                | Q(letter__in=LETTERS, overall__gte=0, overall__lte=100),
            )
        ]

    def __str__(self) -> str:
        return self.letter


class QualitySnapshot(models.Model):
    """The score of an entry from one day on, until the next snapshot."""

    resource = models.ForeignKey("catalog.Resource", models.CASCADE, related_name="quality_history")
    on = models.DateField(_("day"))
    letter = models.CharField(_("quality"), max_length=1)
    overall = models.DecimalField(_("score"), max_digits=4, decimal_places=1)
    scores = models.JSONField(_("scores"), default=dict)

    class Meta:
        verbose_name = _("quality on a day")
        verbose_name_plural = _("quality by day")
        ordering = ["resource_id", "on"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "on"], name="catalog_qualitysnapshot_day")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.letter}"


class QualityMeasure(models.Model):
    """One number of the scale: the weight of a rule or dimension, the least score of a grade."""

    class Kind(models.TextChoices):
        RULE = "rule", _("weight of a rule")
        DIMENSION = "dimension", _("weight of a dimension")
        GRADE = "grade", _("least score of a grade")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, editable=False)
    code = models.CharField(_("code"), max_length=40, editable=False)
    value = models.DecimalField(
        _("value"),
        max_digits=5,
        decimal_places=1,
        help_text=_("Weights from 0 (does not count) to 10, scores from 0 to 100."),
    )

    class Meta:
        verbose_name = _("measure of quality")
        verbose_name_plural = _("measures of quality")
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="catalog_qualitymeasure_code"),
            models.CheckConstraint(
                name="catalog_qualitymeasure_value",
                condition=Q(kind="grade", code__in=LETTERS[:4], value__gte=0, value__lte=100)
                | Q(kind__in=["rule", "dimension"], value__gte=0, value__lte=10),
                violation_error_message=_("Weights go from 0 to 10, scores from 0 to 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.code}"
