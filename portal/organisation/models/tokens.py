"""REST tokens: shown once, kept as a digest."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token may be used for."""

    READ = "read", _("read")
    APPLY = "apply", _("apply and decide")
    DOWNLOAD = "download", _("download deliveries")


class ApiToken(models.Model):
    """A credential of one official for programs; only its SHA-256 is stored."""

    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tokens", verbose_name=_("official")
    )
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("beginning"), max_length=12, unique=True)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=12, choices=Scope.choices), verbose_name=_("scopes")
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="organisation_apitoken_dates",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message=_("A token must expire after it was made."),
            ),
            models.CheckConstraint(
                name="organisation_apitoken_scopes",
                condition=Q(scopes__len__gt=0) & Q(scopes__contained_by=Scope.values),
                violation_error_message=_("A token needs at least one known scope."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
