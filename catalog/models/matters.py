"""Business matters 政务服务事项 and the data they need (2017 Guide; Decree 809 article 20)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MatterKind(models.TextChoices):
    """Kind of a matter 事项类型."""

    PERMIT = "permit", _("administrative permit")
    CONFIRMATION = "confirmation", _("administrative confirmation")
    PAYMENT = "payment", _("administrative payment")
    PUBLIC_SERVICE = "public_service", _("public service")
    OTHER = "other", pgettext_lazy("business matter", "other")


class MatterState(models.TextChoices):
    """Whether a matter is handled now."""

    IN_FORCE = "in_force", pgettext_lazy("business matter", "handled")
    SUSPENDED = "suspended", pgettext_lazy("business matter", "suspended")
    ENDED = "ended", pgettext_lazy("business matter", "no longer handled")


class ServiceItem(models.Model):
    """A matter that a department handles for people or firms, and the data it needs for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="service_items",
        verbose_name=_("department"),
    )
    code = models.CharField(
        _("code of the matter"),
        max_length=60,
        help_text=_("As in the department's list of matters."),
    )
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(
        _("kind of matter"), max_length=16, choices=MatterKind.choices, default=MatterKind.OTHER
    )
    basis = models.TextField(
        _("legal basis"), max_length=1000, help_text=_("Law or document with its article.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=MatterState.choices, default=MatterState.IN_FORCE
    )
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("business matter")
        verbose_name_plural = _("business matters")
        ordering = ["department_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "code"],
                name="catalog_serviceitem_code",
                violation_error_message=_("The department already has a matter of this code."),
            ),
            models.CheckConstraint(
                name="catalog_serviceitem_choices",
                condition=Q(kind__in=MatterKind.values) & Q(state__in=MatterState.values),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceItemNeed(models.Model):
    """One thing a matter has to know, and the entry with the items that say it, if there is one."""

    item = models.ForeignKey(
        ServiceItem, models.CASCADE, related_name="needs", verbose_name=_("business matter")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text = models.CharField(_("what it needs to know"), max_length=200)
    resource = models.ForeignKey(
        "catalog.Resource",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="needed_by",
        verbose_name=_("entry that has it"),
    )
    fields = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name=_("data items"),
        help_text=_("Keys of the items needed; empty stands for the whole entry."),
    )

    class Meta:
        verbose_name = _("need of a matter")
        verbose_name_plural = _("needs of a matter")
        ordering = ["item_id", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="catalog_need_fields_of_entry",
                condition=Q(resource__isnull=False) | Q(fields__len=0),
            )
        ]

    def __str__(self) -> str:
        return self.text
