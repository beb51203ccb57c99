"""Changes of departments: planned by one administrator, confirmed by another, done at their day."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.organisation.models.departments import Department
from portal.organisation.models.posts import Post


class ChangeKind(models.TextChoices):
    """What happens to the departments."""

    RENAME = "rename", _("renaming")
    MERGE = "merge", _("merger")
    SPLIT = "split", _("division of a department")
    DISSOLVE = "dissolve", _("dissolution")
    MOVE = "move", _("other superior or region")


class ChangeStatus(models.TextChoices):
    """How far the change is."""

    PREPARED = "prepared", _("prepared")
    CONFIRMED = "confirmed", _("confirmed, waits for its day")
    DONE = "done", _("in force")
    CANCELLED = "cancelled", _("given up")


class ChangeQuerySet(models.QuerySet["DepartmentChange"]):
    """Questions over many changes."""

    def due(self, on: date) -> Self:
        """Confirmed changes whose day has come."""
        return self.filter(status=ChangeStatus.CONFIRMED, effective_on__lte=on)


class DepartmentChange(models.Model):
    """One change 机构调整 on its day, with its legal basis.

    ``sources`` are the departments it is about; what becomes of them is in ``receivers``: the new
    name of a renamed one, the one that merged departments become, the parts of a divided one, who
    takes over from a dissolved one. ``superior`` and ``region`` say where a moved one goes.
    ``problems`` is what kept it from being done when its day came.
    """

    Kind = ChangeKind
    Status = ChangeStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind of change"), max_length=10, choices=ChangeKind.choices)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ChangeStatus.choices,
        default=ChangeStatus.PREPARED,
        editable=False,
    )
    sources = models.ManyToManyField(
        Department, related_name="changes", verbose_name=_("departments concerned")
    )
    effective_on = models.DateField(
        _("in force on"), help_text=_("The first day on which the new organisation holds.")
    )
    legal_basis = models.CharField(
        _("legal basis"),
        max_length=300,
        help_text=_("Document and its number, such as 苏编办发〔2026〕12号."),
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    superior = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("new superior in its line"),
        help_text=_("For another superior or region only."),
    )
    region = models.ForeignKey(
        "organisation.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("new region"),
        help_text=_("For another superior or region only."),
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("prepared by"),
    )
    prepared_at = models.DateTimeField(_("prepared at"), editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("given up by"),
    )
    cancelled_at = models.DateTimeField(_("given up at"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    problems = models.JSONField(default=list, editable=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of departments")
        verbose_name_plural = _("changes of departments")
        ordering = ["-effective_on", "-prepared_at"]
        indexes = [
            models.Index(
                fields=["effective_on"],
                name="organisation_change_due",
                condition=Q(status="confirmed"),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="organisation_change_choices",
                condition=Q(kind__in=ChangeKind.values, status__in=ChangeStatus.values),
            ),
            models.CheckConstraint(
                name="organisation_change_has_basis",
                condition=~Q(legal_basis=""),
                violation_error_message=_("A change of departments needs its legal basis."),
            ),
            models.CheckConstraint(
                name="organisation_change_two_people",
                condition=Q(confirmed_by__isnull=True)
                | Q(prepared_by__isnull=True)
                | ~Q(confirmed_by=F("prepared_by")),
                violation_error_message=_(
                    "A change of departments is prepared and confirmed by two people."
                ),
            ),
            models.CheckConstraint(
                name="organisation_change_status_times",
                condition=Q(status="prepared", confirmed_at__isnull=True, done_at__isnull=True)
                | Q(status="confirmed", confirmed_at__isnull=False, done_at__isnull=True)
                | Q(status="done", confirmed_at__isnull=False, done_at__isnull=False)
                | Q(status="cancelled", cancelled_at__isnull=False, done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.legal_basis}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to come."""
        return self.status in {ChangeStatus.PREPARED, ChangeStatus.CONFIRMED}


class ChangeReceiver(models.Model):
    """What becomes of departments: an existing one takes over, or a new one is made.

    The first receiver takes what is not given to another: everything in ``posts`` and
    ``entry_codes`` goes to this one.
    """

    change = models.ForeignKey(DepartmentChange, models.CASCADE, related_name="receivers")
    position = models.PositiveSmallIntegerField(_("number"), default=1)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="received",
        verbose_name=_("existing department"),
        help_text=_("Empty for a new one."),
    )
    name = models.CharField(
        _("new name"),
        max_length=200,
        blank=True,
        help_text=_("Of a new department, or of one that is called otherwise from then on."),
    )
    name_en = models.CharField(_("new English name"), max_length=300, blank=True)
    short_name = models.CharField(_("new short name"), max_length=100, blank=True)
    uscc = models.CharField(
        _("unified social credit code"),
        max_length=18,
        blank=True,
        help_text=_("Of a new department."),
    )
    posts = models.ManyToManyField(Post, blank=True, related_name="+", verbose_name=_("posts"))
    entry_codes = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name=_("codes of entries"),
        help_text=_("Separated by commas; the first department takes all others."),
    )

    class Meta:
        verbose_name = _("department that takes over")
        verbose_name_plural = _("departments that take over")
        ordering = ["change_id", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="organisation_receiver_named",
                condition=Q(department__isnull=False) | ~Q(name=""),
                violation_error_message=_("Choose an existing department, or name the new one."),
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.department)


class FormerName(models.Model):
    """What a department was called until a day (the first on which it was called otherwise)."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="former_names")
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=300, blank=True)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    valid_until = models.DateField(_("until"))
    change = models.ForeignKey(
        DepartmentChange, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")
        ordering = ["department_id", "valid_until", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "valid_until"], name="organisation_formername_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
