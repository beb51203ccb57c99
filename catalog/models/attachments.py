"""Where the data of an entry really is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class DataSource(models.Model):
    """A connection to a database of one department; its credentials are encrypted."""

    name = models.CharField(_("name"), max_length=100)
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="sources",
        verbose_name=_("department"),
    )
    connector = models.CharField(_("kind"), max_length=30, default="postgresql")
    options = models.JSONField(
        _("connection"),
        default=dict,
        help_text=_("Typed fields of the connector, such as host and dbname; no credentials."),
    )
    secrets = models.BinaryField(_("credentials"), null=True, blank=True, editable=False)
    max_sessions = models.PositiveSmallIntegerField(_("sessions at once"), default=2)
    suspended = models.BooleanField(_("suspended"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        ordering = ["department_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                name="catalog_datasource_name",
                violation_error_message=_("The department already has a source of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Attachment(models.Model):
    """Attachment 挂接: which table of which source carries an entry, and which column each item."""

    resource = models.OneToOneField(
        "catalog.Resource",
        models.PROTECT,
        related_name="attachment",
        verbose_name=_("data resource"),
    )
    source = models.ForeignKey(
        DataSource, models.PROTECT, related_name="attachments", verbose_name=_("data source")
    )
    schema = models.CharField(_("schema"), max_length=63, default="public")
    table = models.CharField(_("table"), max_length=63)
    columns = models.JSONField(_("columns"), default=dict, help_text=_("Item key to column name."))
    key_columns = ArrayField(models.CharField(max_length=63), verbose_name=_("key columns"))
    region_column = models.CharField(_("region column"), max_length=63, blank=True)
    change_column = models.CharField(_("change column"), max_length=63, blank=True)
    approximate_rows = models.BigIntegerField(_("rows, about"), null=True, blank=True)
    described = models.JSONField(
        _("columns when attached"),
        default=list,
        editable=False,
        help_text=_("What the table looked like, column by column; changes are found against it."),
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"
