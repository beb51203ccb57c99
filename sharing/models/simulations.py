"""Trying a policy out on past applications: what would have been otherwise (issue: chain policy as data)."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PolicySimulation(models.Model):
    """One run of a version against past applications; the row is the truth of the work."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("simulation finished")
        FAILED = "failed", _("simulation failed")

    OPEN = ("queued", "running")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    policy = models.ForeignKey(
        "sharing.ChainPolicy", models.CASCADE, related_name="simulations",
        verbose_name=_("chain policy"),
    )  # fmt: skip
    definition = models.JSONField(_("rules"))
    """The rules as they were when it was asked for: a draft goes on changing."""
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    status = models.CharField(
        _("status"), max_length=7, choices=Status.choices, default=Status.QUEUED
    )
    created_at = models.DateTimeField(_("asked for at"))
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    total = models.PositiveIntegerField(_("applications"), default=0)
    done = models.PositiveIntegerField(_("looked at"), default=0)
    is_partial = models.BooleanField(
        _("only the newest"), default=False, help_text=_("There were more, or time ran out.")
    )

    class Meta:
        verbose_name = _("policy simulation")
        verbose_name_plural = _("policy simulations")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(status__in=["queued", "running"]),
                name="sharing_simulation_one_open",
            ),
            models.CheckConstraint(
                name="sharing_simulation_status",
                condition=Q(status__in=["queued", "running"], ended_at__isnull=True)
                | Q(status__in=["done", "failed"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.created_at:%Y-%m-%d}"


class SimulatedCase(models.Model):
    """What one past application would have gone through."""

    simulation = models.ForeignKey(
        PolicySimulation, models.CASCADE, related_name="cases", verbose_name=_("policy simulation")
    )
    item = models.ForeignKey(
        "sharing.ApplicationItem", models.PROTECT, related_name="+",
        verbose_name=_("application item"),
    )  # fmt: skip
    before = models.JSONField(_("chain before"), default=list)
    after = models.JSONField(_("chain after"), default=list)
    """Each a list of [office, post, signs, limit, usual days]."""
    stages_before = models.PositiveSmallIntegerField(_("signatures before"), default=0)
    stages_after = models.PositiveSmallIntegerField(_("signatures after"), default=0)
    limit_before = models.PositiveSmallIntegerField(_("limit before"), default=0)
    limit_after = models.PositiveSmallIntegerField(_("limit after"), default=0)
    usual_before = models.FloatField(_("usual days before"), default=0)
    usual_after = models.FloatField(_("usual days after"), default=0)
    slowest = models.CharField(_("slowest step after"), max_length=260, blank=True)
    faults = ArrayField(
        models.CharField(max_length=200), default=list, verbose_name=_("why there is no chain")
    )

    class Meta:
        verbose_name = _("simulated application")
        verbose_name_plural = _("simulated applications")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["simulation", "item"], name="sharing_simulatedcase_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id} {self.item_id}"
