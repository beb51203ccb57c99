"""Calendars of due dates that programs subscribe to, and what they were last told."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarFeed(models.Model):
    """One subscription address of an official; only the digest of its secret is kept."""

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="feeds", verbose_name=_("official")
    )
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=10)
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar subscription")
        verbose_name_plural = _("calendar subscriptions")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class FeedEntry(models.Model):
    """A due date as calendars have it; ``sequence`` grows when it moves (RFC 5545, 3.8.7.4)."""

    uid = models.CharField(max_length=80, primary_key=True)
    due_on = models.DateField()
    provisional = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("due date in calendars")
        verbose_name_plural = _("due dates in calendars")

    def __str__(self) -> str:
        return f"{self.uid} {self.due_on}"
