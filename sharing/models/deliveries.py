"""Deliveries: what was published for a recipient; immutable."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions over many deliveries."""


class Delivery(models.Model):
    """The signed, complete result of one pull."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    pull = models.OneToOneField(
        "sharing.Pull", models.PROTECT, related_name="delivery", verbose_name=_("pull")
    )
    grant = models.ForeignKey(
        "sharing.Grant", models.PROTECT, related_name="deliveries", verbose_name=_("grant")
    )
    rows = models.BigIntegerField(_("rows"))
    quality = models.JSONField(_("quality report"), default=dict)
    manifest = models.TextField(_("manifest"), help_text=_("Canonical JSON, as signed."))
    signature = models.CharField(_("signature"), max_length=128)
    key_id = models.CharField(_("key"), max_length=16)
    snapshot_at = models.DateTimeField(_("state of the source at"))
    published_at = models.DateTimeField(_("published at"))

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-published_at", "-id"]

    def __str__(self) -> str:
        return self.number


class DeliveryFile(models.Model):
    """One file of a delivery."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="files")
    format = models.CharField(_("format"), max_length=10)
    name = models.CharField(_("file name"), max_length=200)
    path = models.CharField(
        max_length=300, editable=False, help_text=_("Relative to the delivery store.")
    )
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("delivered file")
        verbose_name_plural = _("delivered files")
        ordering = ["delivery_id", "format"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "format"], name="sharing_file_format")
        ]

    def __str__(self) -> str:
        return self.name


class Receipt(models.Model):
    """An official of the recipient confirms a delivery."""

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="receipt")
    official = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    sha256 = models.CharField(_("SHA-256 of the manifest"), max_length=64)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")

    def __str__(self) -> str:
        return f"{self.delivery_id}"
