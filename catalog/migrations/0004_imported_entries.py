"""Entries that were imported and wait for completion; counters of the resource codes."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FUNCTION = r"""
CREATE OR REPLACE FUNCTION catalog_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'draft' AND (
    TG_OP = 'DELETE'
    OR NOT (OLD.status = ANY (%s) AND NEW.status = 'superseded')
    OR to_jsonb(NEW) - 'status' <> to_jsonb(OLD) - 'status'
  ) THEN
    RAISE EXCEPTION 'a published version is immutable' USING ERRCODE = '23001',
      CONSTRAINT = 'catalog_version_immutable';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
MAY_BE_SUPERSEDED = FUNCTION % "ARRAY['published', 'imported']"
BEFORE = FUNCTION % "ARRAY['published']"


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_published_is_immutable"),
        ("organisation", "0002_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # derived rows, made again by the search index
        migrations.RunSQL("DELETE FROM catalog_resourcesearch", migrations.RunSQL.noop),
        migrations.RunSQL(MAY_BE_SUPERSEDED, BEFORE),
        migrations.CreateModel(
            name="CodeSeries",
            fields=[
                (
                    "series",
                    models.CharField(
                        max_length=60, primary_key=True, serialize=False, verbose_name="series"
                    ),
                ),
                ("last", models.PositiveBigIntegerField(default=0, verbose_name="last number")),
            ],
            options={
                "verbose_name": "code series",
                "verbose_name_plural": "code series",
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="file")),
                (
                    "file_digest",
                    models.CharField(max_length=64, verbose_name="SHA-256 of the file"),
                ),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
                ),
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
                ("defects", models.JSONField(default=dict, verbose_name="defects")),
            ],
            options={
                "verbose_name": "catalog import",
                "verbose_name_plural": "catalog imports",
                "ordering": ["-started_at"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="resource",
            name="catalog_resource_status",
        ),
        migrations.RemoveConstraint(
            model_name="resourceversion",
            name="catalog_version_one_published",
        ),
        migrations.RemoveConstraint(
            model_name="resourceversion",
            name="catalog_version_published_at",
        ),
        migrations.AddField(
            model_name="resource",
            name="external_digest",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Digest of what the last import read; an unchanged line changes nothing.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="resourcesearch",
            name="version",
            field=models.ForeignKey(
                help_text="The version that lists and the entry page show.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="catalog.resourceversion",
            ),
        ),
        migrations.AlterField(
            model_name="resource",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("imported", "to be completed"),
                    ("published", "published"),
                    ("withdrawn", "withdrawn"),
                ],
                default="draft",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="resourceversion",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("imported", "imported"),
                    ("published", "published"),
                    ("superseded", "superseded"),
                ],
                default="draft",
                editable=False,
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "imported", "published", "withdrawn"])),
                name="catalog_resource_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "imported"), _negated=True),
                    models.Q(("external_key__isnull", False), ("live__isnull", False)),
                    _connector="OR",
                ),
                name="catalog_resource_imported_is_shown",
            ),
        ),
        migrations.AddConstraint(
            model_name="resourceversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["published", "imported"])),
                fields=("resource",),
                name="catalog_version_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="resourceversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", True), ("status__in", ["draft", "imported"])),
                    models.Q(("published_at__isnull", False), ("status", "published")),
                    ("status", "superseded"),
                    _connector="OR",
                ),
                name="catalog_version_published_at",
            ),
        ),
    ]
