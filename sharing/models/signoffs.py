"""What became of signing many applications at once."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SignOff(models.Model):
    """One go of signing many; its lines name every item that was picked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    official = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_offs", verbose_name=_("who")
    )
    at = models.DateTimeField(_("at"))
    comment = models.TextField(_("comment"), blank=True, max_length=1000)
    total = models.PositiveIntegerField(_("picked"))
    signed = models.PositiveIntegerField(_("signed"))

    class Meta:
        verbose_name = _("joint signature")
        verbose_name_plural = _("joint signatures")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["official", "-at"], name="sharing_signoff_own")]
        constraints = [
            models.CheckConstraint(
                name="sharing_signoff_counts", condition=models.Q(signed__lte=models.F("total"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.signed}/{self.total}"


class SignOffLine(models.Model):
    """What became of one item; names are kept as they were."""

    class Result(models.TextChoices):
        SIGNED = "signed", _("signed")
        CONSENTED = "consented", _("signed, and thereby consented to")
        DENIED = "denied", _("not signed")
        BUSY = "busy", _("somebody else is working on it")
        NOT_VISIBLE = "not_visible", _("not found")

    sign_off = models.ForeignKey(SignOff, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("number"))
    item = models.ForeignKey(
        "sharing.ApplicationItem",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,  # the check would wait for whoever holds the item
    )
    number = models.CharField(_("application"), max_length=40, blank=True)
    title = models.CharField(_("data resource"), max_length=300, blank=True)
    department = models.CharField(_("requesting department"), max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=Result.choices)
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    remedy = models.TextField(blank=True)

    class Meta:
        verbose_name = _("line of a joint signature")
        verbose_name_plural = _("lines of joint signatures")
        ordering = ["sign_off", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sign_off", "position"], name="sharing_signoff_line")
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.number}"
