"""Repeat-collection checks: what a planned form asks for that the catalog has already (R31)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CheckState(models.TextChoices):
    """What came of a check."""

    CLEAR = "clear", _("nothing is collected twice")
    OPEN = "open", _("to be decided")
    DROPPED = "dropped", _("the data will be shared, not collected")
    KEPT = "kept", _("collected in spite of a match")


class CollectionCheck(models.Model):
    """A planned collection of data and what the portal found (Decree 809 article 19)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("name of the planned form"), max_length=200)
    purpose = models.TextField(_("what it is for"), max_length=1000)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="+",
        verbose_name=_("collecting department"),
    )
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("checked by")
    )
    state = models.CharField(_("state"), max_length=8, choices=CheckState.choices)
    created_at = models.DateTimeField(_("checked at"))
    reason = models.TextField(_("why it is collected all the same"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("repeat-collection check")
        verbose_name_plural = _("repeat-collection checks")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="catalog_collectioncheck_choices", condition=Q(state__in=CheckState.values)
            ),
            models.CheckConstraint(
                name="catalog_collectioncheck_kept_has_reason",
                condition=~Q(state="kept") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="catalog_collectioncheck_decided",
                condition=Q(state__in=["clear", "open"], decided_at__isnull=True)
                | Q(state__in=["dropped", "kept"], decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CollectionField(models.Model):
    """A field of the planned form; what was found for it stands in its matches."""

    check_made = models.ForeignKey(CollectionCheck, models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("field"), max_length=100)

    class Meta:
        verbose_name = _("field of a planned form")
        verbose_name_plural = _("fields of a planned form")
        ordering = ["check_made_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_made", "position"], name="catalog_collectionfield_position"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CollectionMatch(models.Model):
    """A data item of another department's entry that says what a planned field asks."""

    field = models.ForeignKey(CollectionField, models.CASCADE, related_name="matches")
    resource = models.ForeignKey("catalog.Resource", models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    exact = models.BooleanField()

    class Meta:
        verbose_name = _("match of a planned field")
        verbose_name_plural = _("matches of planned fields")
        ordering = ["field_id", "-exact", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["field", "resource", "key"], name="catalog_collectionmatch_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
