"""What happened to an item, and the stages projected from it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.organisation.models import Role
from sharing.models.applications import ApplicationItem


class ItemEvent(models.Model):
    """One event of the pure core; the database refuses to change or delete it."""

    item = models.ForeignKey(ApplicationItem, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("event"), max_length=40)
    data = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["item_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["item", "seq"], name="sharing_event_seq")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class ItemStage(models.Model):
    """One stage of an item's frozen chain, projected for inboxes and pages."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OPEN = "open", _("under way")
        PAUSED = "paused", _("paused")
        SIGNED = "signed", _("signed")
        NOTIFIED = "notified", _("notified")
        REFUSED = "refused", _("refused")
        CLOSED = "closed", _("closed")

    item = models.ForeignKey(ApplicationItem, models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField(_("position"))
    side = models.CharField(_("side"), max_length=10)
    office = models.ForeignKey(
        "organisation.Department", models.PROTECT, related_name="+", verbose_name=_("office")
    )
    role = models.CharField(_("post"), max_length=24, choices=Role.choices)
    kind = models.CharField(max_length=10)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    holders = ArrayField(models.BigIntegerField(), default=list)
    note = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    provisional = models.BooleanField(default=False)
    limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    used_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Working days from its opening to its decision, pauses not counted."),
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("in the hands of"),
        help_text=_("Who has the stage alone; empty while any holder of the post may take it."),
    )
    called = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text=_(
            "Who else has something to do: added signers and officials asked for opinions."
        ),
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["item_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "position"], name="sharing_stage_position")
        ]
        indexes = [
            models.Index(
                fields=["office", "role", "due_on", "opened_at", "id"],
                name="sharing_stage_order",
                condition=models.Q(status="open"),
            ),
            GinIndex(fields=["called"], name="sharing_stage_called"),
            models.Index(
                fields=["office", "decided_at"],
                include=["role", "status", "used_days", "due_on"],
                name="sharing_stage_done",
                condition=models.Q(decided_at__isnull=False),
            ),
            models.Index(
                fields=["office", "role", "-decided_at"],
                name="sharing_stage_past",
                condition=models.Q(status__in=["signed", "refused"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.office_id} {self.role}"
