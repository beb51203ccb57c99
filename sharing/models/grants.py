"""Grants: the only thing that lets data leave (R20)."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext_lazy as _

from catalog.models import Mode
from portal.worktime import access as worktime
from sharing.approval.clocks import BEIJING, local_day


class GrantStatus(models.TextChoices):
    """Life of a grant (DESIGN: consented → provisioning → active ⇄ suspended → expired | terminated)."""

    PROVISIONING = "provisioning", _("being set up")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    EXPIRED = "expired", _("expired")
    TERMINATED = "terminated", _("terminated")


class GrantQuerySet(models.QuerySet["Grant"]):
    """Questions over many grants."""

    def in_force(self, on: date) -> Self:
        """Active grants whose period covers the day ``on``."""
        return self.filter(status=GrantStatus.ACTIVE, starts_on__lte=on, ends_on__gte=on)

    def in_force_by_database_clock(self) -> Self:
        """Active grants whose period covers the database's own day.

        Asked in addition where data leaves: then one wrong clock alone opens nothing too early
        and nothing for too long.
        """
        today = TruncDate(Now(), tzinfo=BEIJING)
        return self.filter(status=GrantStatus.ACTIVE, starts_on__lte=today, ends_on__gte=today)


class Grant(models.Model):
    """Fields, rows, purpose, mode and period that one department may use of one entry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    item = models.ForeignKey(
        "sharing.ApplicationItem",
        models.PROTECT,
        related_name="grants",
        related_query_name="grant",
        verbose_name=_("application item"),
    )
    is_emergency = models.BooleanField(
        _("before consent, in an emergency"), default=False, db_default=False, editable=False
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="grants",
        verbose_name=_("recipient"),
    )
    resource = models.ForeignKey(
        "catalog.Resource", models.PROTECT, related_name="grants", verbose_name=_("data resource")
    )
    version = models.ForeignKey(
        "catalog.ResourceVersion", models.PROTECT, related_name="+", verbose_name=_("version")
    )
    fields = models.JSONField(
        _("data items"),
        help_text=_("List of key, name, type, grade and mask of each item granted."),
    )
    row_region = models.ForeignKey(
        "organisation.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rows of the region"),
    )
    purpose = models.TextField(_("purpose"))
    mode = models.CharField(_("sharing mode"), max_length=6, choices=Mode.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    supply_due_on = models.DateField(_("supply due on"), null=True, blank=True)
    quota_pulls = models.PositiveIntegerField(_("pulls allowed"), null=True, blank=True)
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=GrantStatus.choices,
        default=GrantStatus.PROVISIONING,
        editable=False,
    )
    content_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created at"))
    status_at = models.DateTimeField(_("status since"))
    status_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    status_reason = models.TextField(_("reason"), blank=True)
    event_count = models.PositiveIntegerField(default=0, editable=False)
    rectify_by = models.DateField(_("to be put right by"), null=True, blank=True, editable=False)
    renewal_step = models.CharField(_("renewal"), max_length=10, blank=True, editable=False)
    change_step = models.CharField(_("planned change"), max_length=10, blank=True, editable=False)
    change_on = models.DateField(_("change takes effect"), null=True, blank=True, editable=False)
    unfiled = models.BooleanField(_("emergency stop not filed"), default=False, editable=False)
    disposal_due_on = models.DateField(_("disposal due on"), null=True, blank=True, editable=False)
    disposed_on = models.DateField(_("disposed of on"), null=True, blank=True, editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "is_emergency"], name="sharing_grant_one_of_a_kind"
            ),
            models.CheckConstraint(
                name="sharing_grant_status", condition=Q(status__in=GrantStatus.values)
            ),
            models.CheckConstraint(
                name="sharing_grant_period",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("A grant must begin before it ends."),
            ),
            models.CheckConstraint(
                name="sharing_grant_stop_needs_reason",
                condition=~Q(status__in=["suspended", "terminated"]) | ~Q(status_reason=""),
                violation_error_message=_("Suspending or terminating a grant needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def covers(self, on: date) -> bool:
        """Whether data may be used under this grant on the day ``on``."""
        return self.status == GrantStatus.ACTIVE and self.starts_on <= on <= self.ends_on

    @property
    def supply_provisional(self) -> bool:
        """Whether the supply date reaches into a year whose calendar is not published (R16)."""
        if self.supply_due_on is None:
            return False
        begun = local_day(self.created_at)
        return worktime.calendar().is_provisional(begun, self.supply_due_on)
