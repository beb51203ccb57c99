"""Applications for data and the items they consist of."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Mode

if TYPE_CHECKING:
    from sharing.models.grants import Grant


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Questions over many applications; who may see which is answered by access.py."""


class Application(models.Model):
    """What a department needs and why, stated once for all its items (Decree 809 article 20)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="applications",
        verbose_name=_("applicant"),
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="applications",
        verbose_name=_("requesting department"),
    )
    matter = models.ForeignKey(
        "catalog.ServiceItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("business matter"),
        help_text=_("The matter of the department that the data is needed for, if it was chosen."),
    )
    use_basis = models.TextField(_("legal basis of use"), blank=True, max_length=2000)
    use_scenario = models.TextField(_("use scenario"), blank=True, max_length=2000)
    use_scope = models.TextField(_("scope of use"), blank=True, max_length=2000)
    mode = models.CharField(
        _("sharing mode"), max_length=6, choices=Mode.choices, default=Mode.FILE
    )
    starts_on = models.DateField(_("use from"), null=True, blank=True)
    ends_on = models.DateField(_("use until"), null=True, blank=True)
    reflux = models.BooleanField(_("reflux"), default=False)
    emergency = models.BooleanField(_("emergency"), default=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="sharing_application_period",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The period of use must begin before it ends."),
            ),
            models.CheckConstraint(
                name="sharing_application_mode", condition=Q(mode__in=Mode.values)
            ),
            models.CheckConstraint(
                name="sharing_application_complete_when_submitted",
                condition=Q(submitted_at__isnull=True)
                | (
                    ~Q(use_basis="")
                    & ~Q(use_scenario="")
                    & ~Q(use_scope="")
                    & Q(starts_on__isnull=False, ends_on__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ApplicationItem(models.Model):
    """One entry asked for; the columns below ``status`` are a projection of its events."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        HOME_REVIEW = "home_review", _("review on the requesting side")
        PROVIDER_REVIEW = "provider_review", _("review by the provider")
        SUPPLEMENT = "supplement", _("supplement asked for")
        CONSENTED = "consented", _("consented")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    OPEN_STATUSES = ("home_review", "provider_review", "supplement")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="items", verbose_name=_("application")
    )
    resource = models.ForeignKey(
        "catalog.Resource",
        models.PROTECT,
        related_name="application_items",
        verbose_name=_("data resource"),
    )
    version = models.ForeignKey(
        "catalog.ResourceVersion", models.PROTECT, related_name="+", verbose_name=_("version")
    )
    provider = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="received_items",
        verbose_name=_("providing department"),
    )
    demander = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="asked_items",
        verbose_name=_("requesting department"),
        editable=False,
        help_text=_(
            "That of the application, kept here so that the database allows one open item only."
        ),
    )
    fields = ArrayField(
        models.CharField(max_length=60),
        default=list,
        verbose_name=_("data items"),
        help_text=_("Keys of the data items asked for."),
    )
    row_region = models.ForeignKey(
        "organisation.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rows of the region"),
    )
    warnings = models.JSONField(
        _("warnings"),
        default=list,
        editable=False,
        help_text=_("What the applicant was told before sending; see sharing/cautions.py."),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    event_count = models.PositiveIntegerField(default=0, editable=False)
    due_on = models.DateField(_("due on"), null=True, blank=True, editable=False)
    due_provisional = models.BooleanField(default=False, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    involved = ArrayField(
        models.BigIntegerField(),
        default=list,
        editable=False,
        help_text=_("Officials who were drawn in by name: they see the application."),
    )
    involved_offices = ArrayField(
        models.BigIntegerField(),
        default=list,
        editable=False,
        help_text=_("Departments whose opinion was asked for: they see the application."),
    )
    policy = models.ForeignKey(
        "sharing.ChainPolicy",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        verbose_name = _("application item")
        verbose_name_plural = _("application items")
        ordering = ["application_id", "id"]
        indexes = [
            GinIndex(fields=["involved"], name="sharing_item_involved"),
            GinIndex(fields=["involved_offices"], name="sharing_item_offices"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "resource"],
                name="sharing_item_once",
                violation_error_message=_("The application already asks for this entry."),
            ),
            models.UniqueConstraint(
                fields=["demander", "resource"],
                name="sharing_item_one_open",
                condition=Q(status__in=["home_review", "provider_review", "supplement"]),
                violation_error_message=_(
                    "Your department already has an open application for this entry."
                ),
            ),
            models.CheckConstraint(
                name="sharing_item_status",
                condition=Q(
                    status__in=[
                        "draft",
                        "home_review",
                        "provider_review",
                        "supplement",
                        "consented",
                        "refused",
                        "withdrawn",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="sharing_item_decided_at",
                condition=Q(
                    status__in=["consented", "refused", "withdrawn"], decided_at__isnull=False
                )
                | Q(
                    status__in=["draft", "home_review", "provider_review", "supplement"],
                    decided_at__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.resource_id}"

    @property
    def grant(self) -> "Grant | None":
        """The grant that consent gave, if it was given; not the one of an emergency."""
        return self.grants.filter(is_emergency=False).first()
