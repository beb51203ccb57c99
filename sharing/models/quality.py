"""Rules on attached data, the checks that apply them, and what they found (R29)."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Dimension


class DataRuleKind(models.TextChoices):
    """What a rule on data looks for; ``data_…`` in the catalog's list of warnings."""

    NOT_EMPTY = "not_empty", _("a value where there must be one")
    TYPE = "type", _("values of the declared type")
    LENGTH = "length", _("values no longer than declared")
    FORMAT = "format", _("values of the agreed form")
    CODE_SET = "code_set", _("values of the code set")
    ID_NUMBER = "id_number", _("true check digits of identity numbers")
    USCC = "uscc", _("true check characters of credit codes")
    DATE = "date", _("dates that exist, from 1800 to 2199")
    REGION = "region", _("region codes that exist")
    ORDER = "order", _("no end before its beginning")
    BIRTH = "birth", _("birth dates as in the identity number")
    COLUMNS = "columns", _("a column for every item")
    UNIQUE = "unique", _("no two rows with the same key")
    FRESH = "fresh", _("a newest row as new as the cycle asks")


class DataRule(models.Model):
    """One rule on the data of one entry; proposed from its items, adjusted by its steward."""

    resource = models.ForeignKey(
        "catalog.Resource", models.CASCADE, related_name="data_rules", verbose_name=_("entry")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=DataRuleKind.choices)
    items = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("items")
    )
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    allowed = models.DecimalField(
        _("percent that may fail"), max_digits=5, decimal_places=2, default=0
    )
    off_reason = models.CharField(
        _("switched off because"), max_length=200, blank=True, help_text=_("Empty: in use.")
    )
    touched = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("rule on data")
        verbose_name_plural = _("rules on data")
        ordering = ["resource_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "kind", "items"], name="sharing_datarule_once"
            ),
            models.CheckConstraint(
                name="sharing_datarule_values",
                condition=Q(kind__in=DataRuleKind.values, allowed__gte=0, allowed__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(self.items)}"


class DataCheck(models.Model):
    """One reading of the attached data by all rules in use; the row is the truth of the work."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("check finished")
        FAILED = "failed", _("data could not be read")

    OPEN = ("queued", "running")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.ForeignKey(
        "catalog.Resource", models.CASCADE, related_name="data_checks", verbose_name=_("entry")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.QUEUED
    )
    token = models.PositiveIntegerField(_("fencing number"), default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    rows_done = models.BigIntegerField(_("rows read"), default=0)
    is_partial = models.BooleanField(
        _("only the first rows"), default=False, help_text=_("The table has more than are read.")
    )
    failure_code = models.CharField(_("fault"), max_length=40, blank=True)
    failure_detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("asked for at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("check of data")
        verbose_name_plural = _("checks of data")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="sharing_datacheck_status",
                condition=Q(status="queued", lease_until__isnull=True, ended_at__isnull=True)
                | Q(status="running", lease_until__isnull=False, ended_at__isnull=True)
                | Q(
                    status__in=["done", "failed"],
                    lease_until__isnull=True,
                    ended_at__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                fields=["resource"],
                name="sharing_datacheck_one_open",
                condition=Q(status__in=["queued", "running"]),
                violation_error_message=_("A check of this data is already under way."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DataCheckResult(models.Model):
    """What one rule came to in one check; names are copied, for rules and items change."""

    data_check = models.ForeignKey(DataCheck, models.CASCADE, related_name="results")
    kind = models.CharField(_("kind"), max_length=12, choices=DataRuleKind.choices)
    dimension = models.CharField(_("dimension"), max_length=12, choices=Dimension.choices)
    items = ArrayField(models.CharField(max_length=60), default=list)
    names = ArrayField(models.CharField(max_length=100), default=list)
    checked = models.BigIntegerField(_("checked"))
    failed = models.BigIntegerField(_("failed"))
    allowed = models.DecimalField(_("percent that may fail"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("result of a rule")
        verbose_name_plural = _("results of rules")
        ordering = ["data_check_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="sharing_datacheckresult_counts",
                condition=Q(failed__gte=0, failed__lte=models.F("checked")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.failed}/{self.checked}"


class FailingRow(models.Model):
    """One row that failed a rule, masked as it would be delivered; gone after 30 days."""

    result = models.ForeignKey(DataCheckResult, models.CASCADE, related_name="rows")
    number = models.BigIntegerField(_("row"))
    values = models.JSONField(_("values"), help_text=_("Pairs of item name and masked value."))
    kept_until = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("failing row")
        verbose_name_plural = _("failing rows")
        ordering = ["result_id", "number", "id"]

    def __str__(self) -> str:
        return str(self.number)
