"""A department's file on its way into the catalog, and its rows while they wait (ADR 0011)."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def upload_path(intake: "Intake", _name: str) -> str:
    """Where the file waits; its own name is kept in the row only."""
    return f"intakes/{intake.pk}"


class Intake(models.Model):
    """One upload: matched, read, checked, confirmed, written.

    ``position`` is how far the work of the present status has come; it moves in the transaction of
    each batch, so that any worker can go on where another one stopped.
    """

    class Status(models.TextChoices):
        MATCHING = "matching", _("headings to be confirmed")
        READING = "reading", _("being read")
        LINKING = "linking", _("being put together")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("waiting for your confirmation")
        WRITING = "writing", _("being written")
        DONE = "done", _("written")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("could not be read")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, related_name="+", verbose_name=_("department")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded at"))
    file = models.FileField(_("file"), upload_to=upload_path, max_length=200)
    file_name = models.CharField(_("file"), max_length=255)
    file_digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.MATCHING
    )
    matching = models.JSONField(_("matching"), default=list)
    position = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(_("counts"), default=dict)
    problem = models.JSONField(_("problem"), default=dict)
    worked_at = models.DateTimeField(_("last worked on"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("catalog upload")
        verbose_name_plural = _("catalog uploads")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="catalog_intake_finished",
                condition=Q(status__in=["done", "cancelled", "failed"], finished_at__isnull=False)
                | Q(
                    status__in=["matching", "reading", "linking", "checking", "ready", "writing"],
                    finished_at__isnull=True,
                ),
            )
        ]

    WORKING = (Status.READING, Status.LINKING, Status.CHECKING, Status.WRITING)
    OPEN = (Status.MATCHING, *WORKING, Status.READY)

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        """Whether a worker has something to do."""
        return self.status in self.WORKING

    @property
    def is_open(self) -> bool:
        """Whether it can still be cancelled."""
        return self.status in self.OPEN


class IntakeRow(models.Model):
    """A row of the file: an entry, or a data item and the row of its entry.

    ``cells`` are as they stood in the file, column by column. ``keys`` tie items to entries;
    ``faults`` keep it out, ``notes`` say what publication will still ask for; ``identity`` is what must not occur twice among the entries of one file.
    """

    class State(models.TextChoices):
        READ = "read", _("read")
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        FAULTY = "faulty", _("faulty")
        CREATED = "created", _("created")
        UPDATED = "updated", _("updated")

    id = models.BigAutoField(primary_key=True)
    intake = models.ForeignKey(Intake, models.CASCADE, related_name="rows")
    sheet = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    is_item = models.BooleanField(default=False)
    owner = models.ForeignKey("self", models.CASCADE, null=True, related_name="items")
    keys = ArrayField(models.TextField(), default=list)
    identity = models.TextField(blank=True)
    twin = models.PositiveIntegerField(null=True)
    cells = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    faults = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    target = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("row of an upload")
        verbose_name_plural = _("rows of an upload")
        ordering = ["sheet", "number", "id"]
        indexes = [
            models.Index(
                fields=["intake", "is_item", "state", "id"], name="catalog_intakerow_state"
            ),
            models.Index(
                fields=["intake", "sheet", "number"],
                condition=~Q(faults=[]),
                name="catalog_intakerow_faults",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}:{self.number}"
