"""A data resource: what stays the same over all its versions."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.terms import ResourceStatus, SecrecyMark, Visibility

if TYPE_CHECKING:
    from catalog.models.versions import ResourceVersion
    from portal.organisation.models import Department


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Questions over many resources; who may see which is answered by access.visible_to."""

    def published(self) -> Self:
        """Entries with a live version."""
        return self.filter(status=ResourceStatus.PUBLISHED)

    def provided_by(self, department: "Department") -> Self:
        """Entries of one provider."""
        return self.filter(provider=department)


class Resource(models.Model):
    """A catalog entry 目录条目 of one provider; its content is in immutable versions.

    ``live`` is the version that readers see: the published one, or the imported one while the
    entry is still to be completed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(
        _("resource code"),
        max_length=60,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("Given at first publication by the region's code rule."),
    )
    provider = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="resources",
        verbose_name=_("providing department"),
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ResourceStatus.choices,
        default=ResourceStatus.DRAFT,
        editable=False,
    )
    visibility = models.CharField(
        _("who learns that it exists"),
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.LISTED,
    )
    live = models.OneToOneField(
        "catalog.ResourceVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("live version"),
    )
    external_key = models.CharField(
        max_length=120,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("Key in the catalog it was imported from."),
    )
    external_digest = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text=_("Digest of what the last import read; an unchanged line changes nothing."),
    )
    blocked = models.CharField(
        _("blocked as"),
        max_length=12,
        blank=True,
        default="",
        db_default="",  # also for rows that are written without the model
        choices=SecrecyMark.choices,
        editable=False,
        help_text=_("An entry marked as secret never comes into the catalog (R06)."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_index=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("data resource")
        verbose_name_plural = _("data resources")
        ordering = ["-updated_at", "-id"]
        permissions = [
            ("manage_resource", _("Can manage the entry")),
            ("pull_resource", _("Can pull the data")),
        ]
        constraints = [
            models.CheckConstraint(
                name="catalog_resource_status", condition=Q(status__in=ResourceStatus.values)
            ),
            models.CheckConstraint(
                name="catalog_resource_visibility", condition=Q(visibility__in=Visibility.values)
            ),
            models.CheckConstraint(
                name="catalog_resource_published_is_coded",
                condition=~Q(status="published") | Q(live__isnull=False, code__isnull=False),
                violation_error_message=_(
                    "A published entry has a live version and a resource code."
                ),
            ),
            models.CheckConstraint(
                name="catalog_resource_blocked_is_hidden",
                condition=Q(blocked="")
                | Q(blocked__in=SecrecyMark.values, status__in=["draft", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="catalog_resource_imported_is_shown",
                condition=~Q(status="imported") | Q(live__isnull=False, external_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.live.title if self.live else str(self.code or self.id)

    def shown_version(self) -> "ResourceVersion":
        """The version that readers see: the live one, or the newest while there is none."""
        return self.live or self.versions.select_related("classification").latest("number")
