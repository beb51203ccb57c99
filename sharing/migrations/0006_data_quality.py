"""Rules on attached data, checks of it, and what they found."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0013_quality"),
        ("sharing", "0004_default_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "check finished"),
                            ("failed", "data could not be read"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("token", models.PositiveIntegerField(default=0, verbose_name="fencing number")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="lease until")),
                ("rows_done", models.BigIntegerField(default=0, verbose_name="rows read")),
                (
                    "is_partial",
                    models.BooleanField(
                        default=False,
                        help_text="The table has more than are read.",
                        verbose_name="only the first rows",
                    ),
                ),
                ("failure_code", models.CharField(blank=True, max_length=40, verbose_name="fault")),
                ("failure_detail", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(verbose_name="asked for at")),
                ("started_at", models.DateTimeField(null=True, verbose_name="started at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_checks",
                        to="catalog.resource",
                        verbose_name="entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "check of data",
                "verbose_name_plural": "checks of data",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="DataCheckResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("not_empty", "a value where there must be one"),
                            ("type", "values of the declared type"),
                            ("length", "values no longer than declared"),
                            ("format", "values of the agreed form"),
                            ("code_set", "values of the code set"),
                            ("id_number", "true check digits of identity numbers"),
                            ("uscc", "true check characters of credit codes"),
                            ("date", "dates that exist, from 1800 to 2199"),
                            ("region", "region codes that exist"),
                            ("order", "no end before its beginning"),
                            ("birth", "birth dates as in the identity number"),
                            ("columns", "a column for every item"),
                            ("unique", "no two rows with the same key"),
                            ("fresh", "a newest row as new as the cycle asks"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("completeness", "completeness"),
                            ("conformity", "conformity"),
                            ("accuracy", "accuracy"),
                            ("consistency", "consistency"),
                            ("timeliness", "timeliness"),
                            ("uniqueness", "uniqueness"),
                        ],
                        max_length=12,
                        verbose_name="dimension",
                    ),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, size=None
                    ),
                ),
                ("checked", models.BigIntegerField(verbose_name="checked")),
                ("failed", models.BigIntegerField(verbose_name="failed")),
                (
                    "allowed",
                    models.DecimalField(
                        decimal_places=2, max_digits=5, verbose_name="percent that may fail"
                    ),
                ),
                (
                    "data_check",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="sharing.datacheck",
                    ),
                ),
            ],
            options={
                "verbose_name": "result of a rule",
                "verbose_name_plural": "results of rules",
                "ordering": ["data_check_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="DataRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("not_empty", "a value where there must be one"),
                            ("type", "values of the declared type"),
                            ("length", "values no longer than declared"),
                            ("format", "values of the agreed form"),
                            ("code_set", "values of the code set"),
                            ("id_number", "true check digits of identity numbers"),
                            ("uscc", "true check characters of credit codes"),
                            ("date", "dates that exist, from 1800 to 2199"),
                            ("region", "region codes that exist"),
                            ("order", "no end before its beginning"),
                            ("birth", "birth dates as in the identity number"),
                            ("columns", "a column for every item"),
                            ("unique", "no two rows with the same key"),
                            ("fresh", "a newest row as new as the cycle asks"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="items",
                    ),
                ),
                ("params", models.JSONField(blank=True, default=dict, verbose_name="parameters")),
                (
                    "allowed",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=5,
                        verbose_name="percent that may fail",
                    ),
                ),
                (
                    "off_reason",
                    models.CharField(
                        blank=True,
                        help_text="Empty: in use.",
                        max_length=200,
                        verbose_name="switched off because",
                    ),
                ),
                ("touched", models.BooleanField(default=False, editable=False)),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_rules",
                        to="catalog.resource",
                        verbose_name="entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule on data",
                "verbose_name_plural": "rules on data",
                "ordering": ["resource_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="FailingRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="row")),
                (
                    "values",
                    models.JSONField(
                        help_text="Pairs of item name and masked value.", verbose_name="values"
                    ),
                ),
                ("kept_until", models.DateTimeField(db_index=True, verbose_name="kept until")),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="sharing.datacheckresult",
                    ),
                ),
            ],
            options={
                "verbose_name": "failing row",
                "verbose_name_plural": "failing rows",
                "ordering": ["result_id", "number", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="datacheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("lease_until__isnull", True),
                        ("status", "queued"),
                    ),
                    models.Q(
                        ("ended_at__isnull", True),
                        ("lease_until__isnull", False),
                        ("status", "running"),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("lease_until__isnull", True),
                        ("status__in", ["done", "failed"]),
                    ),
                    _connector="OR",
                ),
                name="sharing_datacheck_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="datacheck",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["queued", "running"])),
                fields=("resource",),
                name="sharing_datacheck_one_open",
                violation_error_message="A check of this data is already under way.",
            ),
        ),
        migrations.AddConstraint(
            model_name="datacheckresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("failed__gte", 0), ("failed__lte", models.F("checked"))),
                name="sharing_datacheckresult_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="datarule",
            constraint=models.UniqueConstraint(
                fields=("resource", "kind", "items"), name="sharing_datarule_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="datarule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("allowed__gte", 0),
                    ("allowed__lte", 100),
                    (
                        "kind__in",
                        [
                            "not_empty",
                            "type",
                            "length",
                            "format",
                            "code_set",
                            "id_number",
                            "uscc",
                            "date",
                            "region",
                            "order",
                            "birth",
                            "columns",
                            "unique",
                            "fresh",
                        ],
                    ),
                ),
                name="sharing_datarule_values",
            ),
        ),
    ]
