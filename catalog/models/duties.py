"""Law or duties change: entries that have to be updated within the limit of article 17 (R07)."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.resources import Resource
from catalog.models.reviews import PublicationReview


class DutyKind(models.TextChoices):
    """What changed (Decree 809 article 17)."""

    LAW = "law", _("law, regulation or decision of the State Council")
    DUTY = "duty", _("duties of the department")


class UpdateOutcome(models.TextChoices):
    """How an entry met its obligation."""

    SENT = "sent", _("update sent for review")
    WITHDRAWN = "withdrawn", _("entry withdrawn")


class DutyChange(models.Model):
    """Something changed on a day, so entries of a department are to be updated and submitted.

    The limit counts from that day, which is not counted itself. It may be extended once, with the
    consent of the competent authority. ``due_on`` is derived; the calendar may move it.
    """

    Kind = DutyKind

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="duty_changes",
        verbose_name=_("department"),
    )
    kind = models.CharField(_("what changed"), max_length=4, choices=DutyKind.choices)
    happened_on = models.DateField(_("changed on"))
    basis = models.CharField(_("document"), max_length=300)
    text = models.TextField(_("what it means for the entries"), blank=True, max_length=2000)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_provisional = models.BooleanField(_("provisional"), default=False)
    extension_reason = models.CharField(_("why longer"), max_length=500, blank=True)
    extension_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    extension_asked_at = models.DateTimeField(null=True, blank=True)
    extension_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    extension_answered_at = models.DateTimeField(null=True, blank=True)
    extension_granted = models.BooleanField(_("extension granted"), default=False)
    extension_answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("change of law or duties")
        verbose_name_plural = _("changes of law or duties")
        ordering = ["due_on", "-recorded_at"]
        constraints = [
            models.CheckConstraint(
                name="catalog_duty_kind", condition=Q(kind__in=DutyKind.values) & ~Q(basis="")
            ),
            models.CheckConstraint(
                name="catalog_duty_extension_asked",
                condition=Q(extension_asked_at__isnull=True, extension_asked_by__isnull=True)
                | Q(extension_asked_at__isnull=False, extension_asked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="catalog_duty_extension_answered",
                condition=Q(extension_answered_at__isnull=True, extension_granted=False)
                | Q(extension_answered_at__isnull=False, extension_asked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.basis

    @property
    def waits_for_consent(self) -> bool:
        """Whether the authority has yet to answer about the extension."""
        return self.extension_asked_at is not None and self.extension_answered_at is None


class UpdateQuerySet(models.QuerySet["RequiredUpdate"]):
    """Questions over many obligations."""

    def open(self) -> Self:
        """Those not met yet."""
        return self.filter(done_at__isnull=True)


class RequiredUpdate(models.Model):
    """An entry that has to be updated because of a change; met by sending the update for review."""

    event = models.ForeignKey(
        DutyChange, models.PROTECT, related_name="updates", verbose_name=_("change")
    )
    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="required_updates", verbose_name=_("data resource")
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    outcome = models.CharField(
        _("outcome"), max_length=10, blank=True, choices=UpdateOutcome.choices
    )
    review = models.ForeignKey(
        PublicationReview, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = UpdateQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry to be updated")
        verbose_name_plural = _("entries to be updated")
        ordering = ["event_id", "id"]
        indexes = [
            models.Index(
                fields=["resource"],
                name="catalog_update_open",
                condition=Q(done_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "resource"], name="catalog_update_once"),
            models.CheckConstraint(
                name="catalog_update_done",
                condition=Q(done_at__isnull=True, outcome="")
                | Q(done_at__isnull=False, outcome__in=UpdateOutcome.values),
            ),
        ]

    def __str__(self) -> str:
        return str(self.resource_id)
