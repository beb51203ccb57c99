"""Where a source and its entry have come apart (R11), and whether sources can be read at all."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DriftReport(models.Model):
    """One difference between a published entry and the table that carries it.

    ``detail`` names the item and describes the column before and after; it holds no values. A
    report is open until the difference is gone; a person may take it over into a draft or note it
    as intended meanwhile.
    """

    class Kind(models.TextChoices):
        TABLE = "table", _("table not there")
        MISSING = "missing", _("column not there")
        RENAMED = "renamed", _("column renamed")
        NEW = "new", _("new column")
        RETYPED = "retyped", _("other type")
        LENGTH = "length", _("other length")
        NULLABLE = "nullable", _("may be empty now")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("difference", "open")
        TAKEN = "taken", _("taken over into a draft")
        NOTED = "noted", _("noted as intended")
        CLOSED = "closed", pgettext_lazy("difference", "gone")

    resource = models.ForeignKey(
        "catalog.Resource",
        models.PROTECT,
        related_name="drift_reports",
        verbose_name=_("data resource"),
    )
    kind = models.CharField(_("difference"), max_length=8, choices=Kind.choices)
    column = models.CharField(_("column"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    detail = models.JSONField(_("detail"), default=dict)
    found_at = models.DateTimeField(_("found at"))
    seen_at = models.DateTimeField(_("last seen at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    draft = models.ForeignKey(
        "catalog.ResourceVersion", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=1000)

    class Meta:
        verbose_name = _("difference of source and entry")
        verbose_name_plural = _("differences of source and entry")
        ordering = ["resource_id", "found_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "kind", "column"],
                condition=~Q(state="closed"),
                name="catalog_driftreport_once",
            ),
            models.CheckConstraint(
                name="catalog_driftreport_closed",
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="catalog_driftreport_decided",
                condition=Q(state="open", decided_at__isnull=True)
                | Q(state="taken", decided_at__isnull=False)
                | (Q(state="noted", decided_at__isnull=False) & ~Q(reason=""))
                | Q(state="closed"),
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_kind_display()}: {self.column}" if self.column else self.get_kind_display()
        )

    @property
    def item_key(self) -> str:
        """Key of the item it is about; "" when it is about none."""
        return str(self.detail.get("item", ""))

    @property
    def before(self) -> dict[str, Any]:
        """The column as it was known."""
        return dict(self.detail.get("before") or {})

    @property
    def after(self) -> dict[str, Any]:
        """The column as it is now."""
        return dict(self.detail.get("after") or {})


class SourceCheck(models.Model):
    """When a source was last compared with its entries, and since when that has not worked.

    ``claimed_until``: somebody is at it; the claim of a lost worker runs out by itself.
    """

    source = models.OneToOneField(
        "catalog.DataSource",
        models.CASCADE,
        related_name="comparison",
        verbose_name=_("data source"),
    )
    checked_at = models.DateTimeField(_("last compared at"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateField(_("unreachable since"), null=True, blank=True)
    failed_on = models.DateField(_("last failed on"), null=True, blank=True)
    failed_nights = models.PositiveSmallIntegerField(_("days failed"), default=0)
    fault = models.CharField(_("fault"), max_length=60, blank=True)
    fault_detail = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("comparison of a source")
        verbose_name_plural = _("comparisons of sources")
        constraints = [
            models.CheckConstraint(
                name="catalog_sourcecheck_failing",
                condition=Q(
                    failed_nights=0, failing_since__isnull=True, failed_on__isnull=True, fault=""
                )
                | Q(failed_nights__gt=0, failing_since__isnull=False, failed_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.source)
