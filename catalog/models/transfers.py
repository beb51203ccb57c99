"""Entries on their way from one department to another."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.resources import Resource


class TransferStatus(models.TextChoices):
    """Where a transfer is."""

    OFFERED = "offered", _("waits for acceptance")
    REFERRED = "referred", _("refused, the authority decides")
    DONE = "done", _("transferred")
    RETURNED = "returned", _("stays where it was")
    CANCELLED = "cancelled", _("taken back")


OPEN_TRANSFERS = (TransferStatus.OFFERED, TransferStatus.REFERRED)
"""The entry waits for somebody's word."""


class TransferQuerySet(models.QuerySet["EntryTransfer"]):
    """Questions over many transfers; who may see which is answered by ``catalog.handover``."""

    def open(self) -> Self:
        """Those that wait for somebody's word."""
        return self.filter(status__in=OPEN_TRANSFERS)


class EntryTransfer(models.Model):
    """An entry 目录移交 is offered to a department, which accepts or refuses.

    Until it is accepted the old department stays responsible; if that one no longer exists, the
    ``authority`` is, which also decides after a refusal. ``change`` is the change of departments it
    follows from, if it does. ``to_department`` is empty while the authority has yet to name one.
    """

    Status = TransferStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="transfers", verbose_name=_("data resource")
    )
    from_department = models.ForeignKey(
        "organisation.Department", models.PROTECT, related_name="+", verbose_name=_("from")
    )
    to_department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to"),
    )
    change = models.ForeignKey(
        "organisation.DepartmentChange",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("change of departments"),
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=TransferStatus.choices,
        default=TransferStatus.OFFERED,
    )
    reason = models.CharField(_("reason"), max_length=500)
    authority = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("competent authority"),
    )
    in_custody = models.BooleanField(
        default=False, help_text=_("The authority looks after the entry until it is accepted.")
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    offered_at = models.DateTimeField(_("offered at"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("why it was refused"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.CharField(_("decision of the authority"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer of an entry")
        verbose_name_plural = _("transfers of entries")
        ordering = ["-offered_at", "id"]
        indexes = [
            models.Index(
                fields=["to_department", "status"],
                name="catalog_transfer_queue",
                condition=Q(status__in=["offered", "referred"]),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["resource"],
                name="catalog_transfer_one_open",
                condition=Q(status__in=["offered", "referred"]),
                violation_error_message=_("The entry is already on its way to a department."),
            ),
            models.CheckConstraint(
                name="catalog_transfer_status", condition=Q(status__in=TransferStatus.values)
            ),
            models.CheckConstraint(
                name="catalog_transfer_two_departments",
                condition=Q(to_department__isnull=True)
                | ~Q(to_department=F("from_department"))
                | Q(status="returned"),
            ),
            models.CheckConstraint(
                name="catalog_transfer_goal",
                condition=~Q(status__in=["offered", "done"]) | Q(to_department__isnull=False),
            ),
            models.CheckConstraint(
                name="catalog_transfer_authority_decides",
                condition=~Q(status="referred") | Q(authority__isnull=False),
            ),
            models.CheckConstraint(
                name="catalog_transfer_ended",
                condition=Q(status__in=["offered", "referred"], ended_at__isnull=True)
                | Q(status__in=["done", "returned", "cancelled"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.status}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.status in OPEN_TRANSFERS
