"""What officials come back for: saved searches and followed entries, with what they were told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.resources import Resource


class SavedSearch(models.Model):
    """A query with filters under a name of the official's own.

    While it is ``followed``, ``hits`` are the entries it found for the official when last asked;
    what it finds beyond them is new.
    """

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_searches",
        verbose_name=_("official"),
    )
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(_("words"), max_length=200, blank=True)
    filters = models.JSONField(_("filters"), default=dict, help_text="Lists of values by name.")
    followed = models.BooleanField(_("followed"), default=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["checked_at"], name="catalog_savedsearch_due", condition=Q(followed=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["official", "name"],
                name="catalog_savedsearch_name",
                violation_error_message=_("You have a saved search of this name already."),
            ),
            models.CheckConstraint(
                name="catalog_savedsearch_checked",
                condition=Q(followed=False) | Q(checked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SavedHit(models.Model):
    """An entry that a followed search found for its official when it was last asked."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="hits")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("hit of a saved search")
        verbose_name_plural = _("hits of saved searches")
        constraints = [
            models.UniqueConstraint(fields=["search", "resource"], name="catalog_savedhit_once")
        ]

    def __str__(self) -> str:
        return str(self.resource_id)


class FollowedEntry(models.Model):
    """An entry whose changes an official is told of; ``version`` is the last one they know."""

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="followed_entries",
        verbose_name=_("official"),
    )
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="followers", verbose_name=_("data resource")
    )
    version = models.ForeignKey("catalog.ResourceVersion", models.CASCADE, related_name="+")
    status = models.CharField(max_length=10, help_text="Of the entry, as the official knows it.")
    checked_at = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("followed entry")
        verbose_name_plural = _("followed entries")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["official", "resource"], name="catalog_followedentry_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.resource_id)
