"""Versions of an entry and their data items; immutable once published (R08)."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.terms import (
    DataType,
    FormatClass,
    Grade,
    Mode,
    OpenType,
    SharingType,
    UpdateCycle,
    VersionStatus,
)


def _gigabytes(label: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(
        label,
        max_digits=14,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        validators=[MinValueValidator(0)],
    )


def _records(label: Any) -> "models.PositiveBigIntegerField[Any, Any]":
    return models.PositiveBigIntegerField(label, default=0, db_default=0)


class ResourceVersion(models.Model):
    """The core metadata of an entry at one time (2017 Guide; Decree 809 article 13)."""

    resource = models.ForeignKey(
        "catalog.Resource", models.PROTECT, related_name="versions", verbose_name=_("data resource")
    )
    number = models.PositiveIntegerField(_("version"))
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=VersionStatus.choices,
        default=VersionStatus.DRAFT,
        editable=False,
    )
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    abstract = models.TextField(_("abstract"), blank=True, max_length=4000)
    classification = models.ForeignKey(
        "catalog.Classification",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="versions",
        verbose_name=_("classification"),
    )
    theme = models.CharField(_("theme"), max_length=100, blank=True)
    keywords = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("keywords")
    )
    format_class = models.CharField(
        _("format class"), max_length=1, choices=FormatClass.choices, blank=True
    )
    format_types = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name=_("format types")
    )
    update_cycle = models.CharField(
        _("update cycle"), max_length=12, choices=UpdateCycle.choices, blank=True
    )
    sharing_type = models.CharField(
        _("sharing type"), max_length=14, choices=SharingType.choices, blank=True
    )
    sharing_condition = models.TextField(
        _("sharing condition"),
        blank=True,
        help_text=_("Conditional: scope and permitted purposes. Not shared: the reason."),
    )
    sharing_citation = models.CharField(
        _("legal basis"),
        max_length=300,
        blank=True,
        help_text=_(
            "For an entry that is not shared: law, administrative regulation or State Council decision, with article."
        ),
    )
    sharing_modes = ArrayField(
        models.CharField(max_length=6, choices=Mode.choices),
        default=list,
        blank=True,
        verbose_name=_("sharing modes"),
    )
    open_type = models.CharField(
        _("openness"), max_length=10, choices=OpenType.choices, default=OpenType.CLOSED
    )
    open_condition = models.TextField(_("condition of openness"), blank=True)
    grade = models.PositiveSmallIntegerField(
        _("grade"), choices=Grade.choices, default=Grade.GENERAL_1
    )
    splittable = models.BooleanField(
        _("can be split by region"),
        default=False,
        help_text=_("Only data with a region column can be returned to lower levels (reflux)."),
    )
    storage_gb = _gigabytes(_("storage, GB"))
    storage_shared_gb = _gigabytes(_("storage shared, GB"))
    storage_open_gb = _gigabytes(_("storage open to the public, GB"))
    record_count = _records(_("structured records"))
    records_shared = _records(_("structured records shared"))
    records_open = _records(_("structured records open to the public"))
    linked_codes = ArrayField(
        models.CharField(max_length=60),
        default=list,
        db_default=models.Value([], output_field=ArrayField(models.CharField(max_length=60))),
        blank=True,
        verbose_name=_("linked entries"),
        help_text=_("Resource codes of entries that belong to this one (2017 Guide)."),
    )
    secrecy_reviewed = models.BooleanField(
        _("secrecy review passed"),
        default=False,
        help_text=_(
            "No state secret and no work secret is contained (Decree 809 articles 3 and 13)."
        ),
    )
    privacy_assessed = models.BooleanField(_("personal information assessed"), default=False)
    head_approved = models.BooleanField(_("approved by the head of department"), default=False)
    source_published_on = models.DateField(
        _("first published at the source"), null=True, blank=True
    )
    source_updated_on = models.DateField(_("last updated at the source"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["resource_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "number"], name="catalog_version_number"),
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(status="draft"),
                name="catalog_version_one_draft",
                violation_error_message=_("There already is a draft of this entry."),
            ),
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(status__in=["published", "imported"]),
                name="catalog_version_one_live",
            ),
            models.CheckConstraint(
                name="catalog_version_published_at",
                condition=Q(status__in=["draft", "imported"], published_at__isnull=True)
                | Q(status="published", published_at__isnull=False)
                | Q(status="superseded"),
            ),
            models.CheckConstraint(
                name="catalog_version_choices",
                condition=Q(sharing_type__in=["", *SharingType.values])
                & Q(update_cycle__in=["", *UpdateCycle.values])
                & Q(open_type__in=OpenType.values)
                & Q(grade__in=Grade.values)
                & Q(sharing_modes__contained_by=Mode.values),
            ),
            models.CheckConstraint(
                name="catalog_version_counters",
                condition=Q(
                    storage_gb__gte=0,
                    storage_shared_gb__range=(0, F("storage_gb")),
                    storage_open_gb__range=(0, F("storage_gb")),
                    records_shared__lte=F("record_count"),
                    records_open__lte=F("record_count"),
                ),
                violation_error_message=_("No part can be more than the whole."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class DataItem(models.Model):
    """A data item 数据项 of one version."""

    version = models.ForeignKey(
        ResourceVersion, models.CASCADE, related_name="items", verbose_name=_("version")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    key = models.SlugField(
        _("item key"),
        max_length=60,
        help_text=_("Latin name, unique within the entry; names the column delivered."),
    )
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    data_type = models.CharField(_("type"), max_length=1, choices=DataType.choices)
    length = models.PositiveIntegerField(
        _("length"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Bytes, for character data."),
    )
    meaning = models.CharField(_("meaning"), max_length=500, blank=True)
    code_set = models.CharField(_("code set"), max_length=100, blank=True)
    grade = models.PositiveSmallIntegerField(
        _("grade"), choices=Grade.choices, default=Grade.GENERAL_1
    )
    personal = models.BooleanField(_("personal information"), default=False)
    mask = models.CharField(
        _("mask rule"), max_length=30, blank=True, help_text=_("Empty: the grade decides.")
    )
    sharing_type = models.CharField(
        _("sharing type"), max_length=14, choices=SharingType.choices, blank=True
    )
    required = models.BooleanField(_("never empty"), default=False)

    class Meta:
        verbose_name = _("data item")
        verbose_name_plural = _("data items")
        ordering = ["version_id", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"],
                name="catalog_dataitem_key",
                violation_error_message=_("Two items of an entry cannot have the same key."),
            ),
            models.CheckConstraint(
                name="catalog_dataitem_choices",
                condition=Q(data_type__in=DataType.values) & Q(grade__in=Grade.values),
            ),
        ]

    def __str__(self) -> str:
        return self.name
