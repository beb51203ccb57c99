"""How an official wants to be told."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Digest(models.TextChoices):
    """How often letters go."""

    NOW = "now", _("at once")
    DAILY = "daily", _("once a day, all in one letter")
    WEEKLY = "weekly", _("once a week, all in one letter")


class Weekday(models.IntegerChoices):
    """Days of the week as Python counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Preferences(models.Model):
    """Choices of one official; who has no row has the defaults.

    ``muted`` and ``unmailed`` list groups of kinds: those that do not count as new in the portal,
    and those that send no letter. Quiet hours are local time and may cross midnight.
    """

    official = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notice_preferences",
        verbose_name=_("official"),
    )
    mail = models.BooleanField(_("letters by e-mail"), default=True)
    muted = models.JSONField(default=list)
    unmailed = models.JSONField(default=list)
    digest = models.CharField(
        _("letters go"), max_length=6, choices=Digest.choices, default=Digest.NOW
    )
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the day"), default=9, validators=[MaxValueValidator(23)]
    )
    digest_weekday = models.PositiveSmallIntegerField(
        _("day of the week"), choices=Weekday.choices, default=Weekday.MONDAY
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    working_days_only = models.BooleanField(_("on working days only"), default=False)

    class Meta:
        verbose_name = _("choices about notices")
        verbose_name_plural = _("choices about notices")
        constraints = [
            models.CheckConstraint(
                name="notices_preferences_digest",
                condition=Q(digest__in=Digest.values)
                & Q(digest_hour__lte=23)
                & Q(digest_weekday__lte=6),
            ),
            models.CheckConstraint(
                name="notices_preferences_quiet",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (
                    Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~Q(quiet_from=F("quiet_until"))
                ),
                violation_error_message=_("Quiet hours need a beginning and another end."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.official)
