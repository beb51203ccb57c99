"""The demand desk: needs for data that the catalog does not answer yet (Decree 809 article 20)."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DemandStatus(models.TextChoices):
    """Where a demand is."""

    ASSIGNING = "assigning", pgettext_lazy("demand", "with the competent authority")
    ANSWERING = "answering", _("with the department asked")
    PROMISED = "promised", _("will be catalogued")
    ANSWERED = "answered", pgettext_lazy("demand", "answered with an entry")
    REFUSED = "refused", pgettext_lazy("demand", "refused")
    TAKEN_BACK = "taken_back", pgettext_lazy("demand", "taken back")


OPEN_DEMANDS = (DemandStatus.ASSIGNING, DemandStatus.ANSWERING, DemandStatus.PROMISED)
"""Somebody still has to do something."""


class WantedMode(models.TextChoices):
    """How the asker would like to get the data."""

    QUERY = "query", _("query interface")
    VERIFY = "verify", _("verification interface")
    TABLE = "table", _("batch exchange of tables")
    FILE = "file", _("file download")
    OTHER = "other", pgettext_lazy("wanted mode", "other")


class RefusalType(models.TextChoices):
    """Why a demand cannot be met 不予提供类型; the first needs a citation, the last a text."""

    LAW = "1", _("laws or regulations do not allow it")
    ELSEWHERE = "2", _("the department does not hold the data")
    NOT_READY = "3", _("the data cannot be shared yet")
    OTHER = "4", _("other reason")


class Demand(models.Model):
    """A need for data as it stands; what happened to it is in its steps, which never change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    scene = models.TextField(_("scene of use"), max_length=2000)
    basis = models.TextField(_("legal basis of use"), max_length=1000)
    wanted_items = ArrayField(models.CharField(max_length=100), verbose_name=_("data items wanted"))
    wanted_mode = models.CharField(_("wanted mode"), max_length=8, choices=WantedMode.choices)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="demands",
        verbose_name=_("asking department"),
    )
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    authority = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="+",
        verbose_name=_("competent authority"),
    )
    responder = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="demands_received",
        verbose_name=_("department asked"),
    )
    involved = ArrayField(
        models.BigIntegerField(), help_text="Departments that had to do with it; they see it."
    )
    status = models.CharField(_("status"), max_length=10, choices=DemandStatus.choices)
    step_count = models.PositiveIntegerField(_("steps"), default=0)
    reopened = models.BooleanField(_("re-opened"), default=False)
    received_on = models.DateField(_("received by the department on"), null=True, blank=True)
    limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_provisional = models.BooleanField(_("provisional"), default=False)
    promised_on = models.DateField(_("will be catalogued by"), null=True, blank=True)
    entry = models.ForeignKey(
        "catalog.Resource",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("entry that answers it"),
    )
    refusal_type = models.CharField(
        _("reason of the refusal"), max_length=1, choices=RefusalType.choices, blank=True
    )
    citation = models.CharField(_("citation"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["responder", "due_on"], name="catalog_demand_queue"),
            models.Index(fields=["authority", "status"], name="catalog_demand_authority"),
        ]
        constraints = [
            models.CheckConstraint(
                name="catalog_demand_choices",
                condition=Q(status__in=DemandStatus.values)
                & Q(wanted_mode__in=WantedMode.values)
                & Q(refusal_type__in=["", *RefusalType.values]),
            ),
            models.CheckConstraint(
                name="catalog_demand_not_to_oneself",
                condition=Q(responder__isnull=True) | ~Q(responder=models.F("department")),
                violation_error_message=_("No department answers its own demand."),
            ),
            models.CheckConstraint(
                name="catalog_demand_answered_has_entry",
                condition=Q(status="answered", entry__isnull=False)
                | (~Q(status="answered") & Q(entry__isnull=True)),
            ),
            models.CheckConstraint(
                name="catalog_demand_promised_has_date",
                condition=~Q(status="promised") | Q(promised_on__isnull=False),
            ),
            models.CheckConstraint(
                name="catalog_demand_refused_has_reason",
                condition=(Q(status="refused") & ~Q(refusal_type=""))
                | (~Q(status="refused") & Q(refusal_type="", citation="")),
            ),
            models.CheckConstraint(
                name="catalog_demand_law_has_citation",
                condition=~Q(refusal_type="1") | ~Q(citation=""),
            ),
            models.CheckConstraint(
                name="catalog_demand_with_somebody",
                condition=~Q(status__in=["answering", "promised"]) | Q(responder__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in OPEN_DEMANDS


class DemandStep(models.Model):
    """One step of a demand; the database refuses to change or delete it."""

    demand = models.ForeignKey(Demand, models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField(_("number"))
    command = models.CharField(_("step"), max_length=12)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    target = models.ForeignKey(
        "organisation.Department", models.PROTECT, null=True, blank=True, related_name="+"
    )
    entry = models.ForeignKey(
        "catalog.Resource", models.PROTECT, null=True, blank=True, related_name="+"
    )
    promised_on = models.DateField(null=True, blank=True)
    refusal_type = models.CharField(max_length=1, choices=RefusalType.choices, blank=True)
    citation = models.CharField(max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a demand")
        verbose_name_plural = _("steps of a demand")
        ordering = ["demand_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "seq"], name="catalog_demandstep_seq")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.command}"
