"""Quality of entries: state, history, and the scale with its starting values."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

MEASURES = {
    "rule": """
        abstract_missing 5
        abstract_is_title 4
        abstract_short 1
        title_system 5
        title_untidy 1
        title_twin 4
        classification_missing 2
        code_odd 2
        theme_missing 1
        format_missing 2
        format_type 2
        format_mode 2
        sharing_missing 5
        modes_missing 1
        condition_vague 2
        basis_missing 3
        article_missing 2
        cycle_missing 3
        update_unknown 1
        overdue 8
        provider_code 2
        contact_missing 2
        never_attached 6
        attached_without_items 3
        items_unmapped 2
        data_unchecked 1
        items_missing 8
        items_unexplained 4
        items_without_length 1
        numbers_as_text 1
        personal_unmasked 4
        personal_unmarked 2
        item_grade_low 2
        entry_grade_low 3
        data_not_empty 3
        data_type 2
        data_length 1
        data_format 2
        data_code_set 2
        data_id_number 3
        data_uscc 3
        data_date 2
        data_region 2
        data_order 2
        data_birth 2
        data_columns 3
        data_unique 3
        data_fresh 3
    """,
    "dimension": """
        completeness 3
        conformity 2
        accuracy 2
        consistency 2
        timeliness 2
        uniqueness 1
    """,
    "grade": """
        A 95
        B 85
        C 70
        D 60
    """,
}


def seed(apps, schema_editor):
    del schema_editor
    measure = apps.get_model("catalog", "QualityMeasure")
    measure.objects.bulk_create(
        measure(kind=kind, code=code, value=value)
        for kind, lines in MEASURES.items()
        for code, value in (line.split() for line in lines.split("\n") if line.strip())
    )
    quality = apps.get_model("catalog", "EntryQuality")
    shown = apps.get_model("catalog", "ResourceSearch").objects.values_list("pk", flat=True)
    quality.objects.bulk_create(
        (quality(resource_id=pk) for pk in shown.iterator(2_000)), batch_size=2_000
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0012_drift"),
    ]

    operations = [
        migrations.AddField(
            model_name="resourcesearch",
            name="quality",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="As in EntryQuality.", max_length=1
            ),
        ),
        migrations.CreateModel(
            name="EntryQuality",
            fields=[
                (
                    "resource",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quality",
                        serialize=False,
                        to="catalog.resource",
                    ),
                ),
                ("stale", models.BooleanField(default=True)),
                ("letter", models.CharField(blank=True, max_length=1, verbose_name="quality")),
                (
                    "overall",
                    models.DecimalField(
                        decimal_places=1,
                        help_text="0 to 100.",
                        max_digits=4,
                        null=True,
                        verbose_name="score",
                    ),
                ),
                ("scores", models.JSONField(default=dict, verbose_name="scores")),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        size=None,
                        verbose_name="warnings",
                    ),
                ),
                ("title_key", models.CharField(blank=True, db_index=True, max_length=200)),
                ("turns_on", models.DateField(null=True)),
                ("assessed_at", models.DateTimeField(null=True, verbose_name="assessed at")),
                (
                    "data_checked_at",
                    models.DateTimeField(null=True, verbose_name="data checked at"),
                ),
                ("data_rows", models.BigIntegerField(null=True, verbose_name="rows checked")),
                ("data_newest", models.DateTimeField(null=True, verbose_name="newest row")),
                (
                    "data_results",
                    models.JSONField(default=list, verbose_name="results on the data"),
                ),
            ],
            options={
                "verbose_name": "quality of an entry",
                "verbose_name_plural": "quality of entries",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["codes"], name="catalog_quality_codes"
                    ),
                    models.Index(
                        condition=models.Q(("stale", True)),
                        fields=["resource"],
                        name="catalog_quality_due",
                    ),
                    models.Index(
                        condition=models.Q(("turns_on__isnull", False)),
                        fields=["turns_on"],
                        name="catalog_quality_turns",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("letter", ""), ("overall__isnull", True)),
                            models.Q(
                                ("letter__in", ("A", "B", "C", "D", "E")),
                                ("overall__gte", 0),
                                ("overall__lte", 100),
                            ),
                            _connector="OR",
                        ),
                        name="catalog_quality_letter",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityMeasure",
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
                            ("rule", "weight of a rule"),
                            ("dimension", "weight of a dimension"),
                            ("grade", "least score of a grade"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=40, verbose_name="code")),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=1,
                        help_text="Weights from 0 (does not count) to 10, scores from 0 to 100.",
                        max_digits=5,
                        verbose_name="value",
                    ),
                ),
            ],
            options={
                "verbose_name": "measure of quality",
                "verbose_name_plural": "measures of quality",
                "ordering": ["kind", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "code"), name="catalog_qualitymeasure_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("code__in", ("A", "B", "C", "D")),
                                ("kind", "grade"),
                                ("value__gte", 0),
                                ("value__lte", 100),
                            ),
                            models.Q(
                                ("kind__in", ["rule", "dimension"]),
                                ("value__gte", 0),
                                ("value__lte", 10),
                            ),
                            _connector="OR",
                        ),
                        name="catalog_qualitymeasure_value",
                        violation_error_message="Weights go from 0 to 10, scores from 0 to 100.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualitySnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("letter", models.CharField(max_length=1, verbose_name="quality")),
                (
                    "overall",
                    models.DecimalField(decimal_places=1, max_digits=4, verbose_name="score"),
                ),
                ("scores", models.JSONField(default=dict, verbose_name="scores")),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_history",
                        to="catalog.resource",
                    ),
                ),
            ],
            options={
                "verbose_name": "quality on a day",
                "verbose_name_plural": "quality by day",
                "ordering": ["resource_id", "on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "on"), name="catalog_qualitysnapshot_day"
                    )
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop, elidable=False),
    ]
