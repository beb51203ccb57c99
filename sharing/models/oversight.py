"""Oversight: what is late or against articles 39 to 41, who follows it, and the steps before it."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sharing.oversight.ladder import Ladder as PureLadder

LONGEST_BEFORE = 20
LONGEST_AFTER = 250


class OversightItem(models.Model):
    """One case: found by the clockwork, answered by a department, decided by its authority.

    Never deleted; what it says of the facts never changes (the database refuses both). ``key``
    names the breach within its ``code``, so that it is entered once however often it is found.
    """

    class Kind(models.TextChoices):
        SUPERVISION = "supervision", _("supervision")
        VIOLATION = "violation", _("violation")

    class Status(models.TextChoices):
        OPEN = "open", _("found")
        ASKED = "asked", _("explanation asked for")
        ANSWERED = "answered", _("explained by the department")
        CONFIRMED = "confirmed", _("violation established")
        RECTIFIED = "rectified", _("rectified")
        DISMISSED = "dismissed", _("dismissed with a reason")
        CLOSED = "closed", _("supervision closed")
        LAPSED = "lapsed", _("lapsed, no longer the case")

    UNDECIDED = ("open", "asked", "answered")
    RUNNING = (*UNDECIDED, "confirmed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    code = models.CharField(_("code"), max_length=40)
    article = models.CharField(_("article"), max_length=20)
    key = models.CharField(max_length=160)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="oversight",
        verbose_name=_("responsible department"),
    )
    authority = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("competent authority"),
        help_text=_("Empty where nobody stands above the department."),
    )
    label = models.CharField(_("about"), max_length=300)
    url = models.CharField(max_length=300, blank=True)
    happened_on = models.DateField(_("late since"))
    facts = models.JSONField(_("facts"), default=dict)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.OPEN, editable=False
    )
    step_count = models.PositiveIntegerField(default=0, editable=False)
    wanted_on = models.DateField(_("wanted by"), null=True, blank=True, editable=False)
    detected_at = models.DateTimeField(_("found at"))
    updated_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("case of oversight")
        verbose_name_plural = _("cases of oversight")
        ordering = ["-detected_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "key"], name="sharing_oversight_once"),
            models.CheckConstraint(
                name="sharing_oversight_status",
                condition=Q(kind="violation", status__in=[
                    "open", "asked", "answered", "confirmed", "rectified", "dismissed", "lapsed",
                ]) | Q(kind="supervision", status__in=[
                    "open", "asked", "answered", "closed", "lapsed",
                ]),
            ),
            models.CheckConstraint(
                name="sharing_oversight_not_own",
                condition=Q(authority__isnull=True) | ~Q(authority=F("department")),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["authority", "status"], name="sharing_oversight_desk"),
            models.Index(fields=["department", "status"], name="sharing_oversight_own"),
        ]

    def __str__(self) -> str:
        return self.number

    def is_late(self, on: date) -> bool:
        """Whether the authority's date has passed without the department having answered."""
        waits = self.status in {self.Status.ASKED, self.Status.OPEN, self.Status.CONFIRMED}
        return waits and self.wanted_on is not None and self.wanted_on < on


class OversightEvent(models.Model):
    """One step of a case; the database refuses to change or delete it."""

    item = models.ForeignKey(OversightItem, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField(_("number"))
    command = models.CharField(_("step"), max_length=10)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    text = models.TextField(_("text"), blank=True)
    wanted_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("step of a case of oversight")
        verbose_name_plural = _("steps of a case of oversight")
        ordering = ["item_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seq"], name="sharing_oversightevent_seq")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.command}"


class Ladder(models.Model):
    """When to remind and to escalate, in working days before and after a due date.

    The row of the nearest region counts, among those the one for the clock itself before the one
    for all clocks; the row without region is the national default.
    """

    region = models.ForeignKey(
        "organisation.Region",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("region"),
        help_text=_("Empty for the default of all regions."),
    )
    clock = models.CharField(
        _("clock"), max_length=30, blank=True, help_text=_("Empty for every clock.")
    )
    remind_before = ArrayField(
        models.PositiveSmallIntegerField(
            validators=[MinValueValidator(1), MaxValueValidator(LONGEST_BEFORE)]
        ),
        default=list,
        blank=True,
        verbose_name=_("reminders before, working days"),
        help_text=_("Such as 3,1: three working days and one working day before."),
    )
    remind_on_day = models.BooleanField(_("reminder on the day"), default=True)
    supervisor_after = models.PositiveSmallIntegerField(
        _("supervisor is told after, working days"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_AFTER)],
    )
    authority_after = models.PositiveSmallIntegerField(
        _("authority supervises after, working days"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_AFTER)],
    )
    register_after = models.PositiveSmallIntegerField(
        _("entered as a violation after, working days"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_AFTER)],
    )

    class Meta:
        verbose_name = _("escalation ladder")
        verbose_name_plural = _("escalation ladders")
        ordering = ["region_id", "clock"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "clock"],
                nulls_distinct=False,
                name="sharing_ladder_once",
                violation_error_message=_("This region has a ladder for this clock already."),
            ),
            models.CheckConstraint(
                name="sharing_ladder_order",
                condition=Q(
                    supervisor_after__gte=1,
                    authority_after__gte=F("supervisor_after"),
                    register_after__gte=F("authority_after"),
                ),
                violation_error_message=_(
                    "Each step comes at the earliest with the one before it, the first after the due date."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id or '000000'} {self.clock}".strip()

    def pure(self) -> PureLadder:
        """As the core reads it."""
        return PureLadder(
            before=tuple(sorted(set(self.remind_before), reverse=True)),
            on_day=self.remind_on_day,
            supervisor=self.supervisor_after,
            authority=self.authority_after,
            register=self.register_after,
        )


class LadderStep(models.Model):
    """A step of the ladder taken for one due date of one subject; taken once."""

    clock = models.CharField(max_length=30)
    key = models.CharField(max_length=160)
    due_on = models.DateField()
    step = models.CharField(max_length=12)
    taken_at = models.DateTimeField()
    told = models.PositiveSmallIntegerField(
        default=0, help_text="How many people were told; 0 for a step that a later one replaced."
    )

    class Meta:
        verbose_name = _("step of an escalation")
        verbose_name_plural = _("steps of escalations")
        ordering = ["clock", "key", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "key", "due_on", "step"], name="sharing_ladderstep_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.key} {self.due_on} {self.step}"
