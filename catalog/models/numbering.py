"""Counters from which resource codes take their sequence numbers (R02)."""

from typing import Self

from django.db import connection, models
from django.utils.translation import gettext_lazy as _


class CodeSeriesQuerySet(models.QuerySet["CodeSeries"]):
    """Questions over the counters."""

    def next_number(self: Self, series: str) -> int:
        """Take the next number of ``series``; others wait until this transaction has ended.

        A transaction that is undone gives its number back, so that a series has no gaps.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalog_codeseries (series, last) VALUES (%s, 1) "
                "ON CONFLICT (series) DO UPDATE SET last = catalog_codeseries.last + 1 "
                "RETURNING last",
                [series],
            )
            return int(cursor.fetchone()[0])


class CodeSeries(models.Model):
    """The last sequence number 顺序码 given out within one series of codes."""

    series = models.CharField(_("series"), max_length=60, primary_key=True)
    last = models.PositiveBigIntegerField(_("last number"), default=0)

    objects = CodeSeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("code series")
        verbose_name_plural = _("code series")

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class RegionCodeRule(models.Model):
    """The code rule of a jurisdiction: it holds for the region and for all below without their own.

    Where no region on the way up has one, the rule of the setting ``RESOURCE_CODE_RULE`` holds.
    """

    region = models.OneToOneField(
        "organisation.Region",
        models.PROTECT,
        primary_key=True,
        related_name="code_rule",
        verbose_name=_("region"),
    )
    rule = models.CharField(_("code rule"), max_length=40)
    note = models.CharField(
        _("basis"), max_length=300, blank=True, help_text=_("The standard or document it rests on.")
    )

    class Meta:
        verbose_name = _("code rule of a region")
        verbose_name_plural = _("code rules of regions")
        ordering = ["region_id"]

    def __str__(self) -> str:
        return f"{self.region_id}: {self.rule}"
