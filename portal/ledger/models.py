"""Ledger entries, the chain over them, and signed checkpoints. The database refuses any change."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _


class CurrentTransaction(Func):
    """Number of the inserting transaction; tells the sealer which entries can have no forerunner."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class Entry(models.Model):
    """One thing that happened, inserted in the transaction in which it happened."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"))
    kind = models.CharField(
        _("what"), max_length=60, help_text=_("Dotted name, such as application.submitted.")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_name = models.CharField(_("name at the time"), max_length=200, blank=True)
    acting_for = models.CharField(_("acting for"), max_length=200, blank=True)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=64)
    object_label = models.CharField(_("name of the object"), max_length=300, blank=True)
    departments = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text=_("Departments whose people may read the entry."),
    )
    data = models.JSONField(
        _("details"),
        default=dict,
        help_text=_("Before and after, digests; never row values or secrets."),
    )
    article = models.CharField(_("article"), max_length=100, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    xid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"]),
            models.Index(fields=["kind", "id"]),
            models.Index(fields=["xid", "id"], name="ledger_entry_unsealed"),
            GinIndex(fields=["departments"], name="ledger_entry_departments"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"


class Seal(models.Model):
    """Place of an entry in the chain: hash = H(previous hash, entry digest)."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq}"


class Checkpoint(models.Model):
    """Signed summary of the chain up to ``seq``; recipients and auditors keep copies of it."""

    seq = models.BigIntegerField(_("last entry"), unique=True)
    at = models.DateTimeField(_("at"))
    head = models.CharField(_("chain head"), max_length=64)
    root = models.CharField(_("Merkle root"), max_length=64)
    key_id = models.CharField(_("key"), max_length=16)
    signature = models.CharField(_("signature"), max_length=128)
    horizon = models.BigIntegerField(
        default=0,
        editable=False,
        help_text=_(
            "All entries of transactions before this one were sealed: where the sealer goes on looking."
        ),
    )

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["-seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.at:%F %T}"
