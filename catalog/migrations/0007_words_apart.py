"""The searchable words of an entry move into a table of their own."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_item_key_label"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResourceWords",
            fields=[
                (
                    "row",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="catalog.resourcesearch",
                    ),
                ),
                (
                    "labels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        help_text="All searchable text, for the exact recheck of a match."
                    ),
                ),
                ("vector", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "verbose_name": "searchable words",
                "verbose_name_plural": "searchable words",
            },
        ),
        migrations.RunSQL(
            "INSERT INTO catalog_resourcewords (row_id, labels, text, vector)"
            " SELECT resource_id, labels, text, vector FROM catalog_resourcesearch",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex(
            model_name="resourcesearch",
            name="catalog_search_vector_labels",
        ),
        migrations.RemoveField(
            model_name="resourcesearch",
            name="text",
        ),
        migrations.RemoveField(
            model_name="resourcesearch",
            name="vector",
        ),
        migrations.AddIndex(
            model_name="resourcesearch",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["labels"], name="catalog_search_labels"
            ),
        ),
        migrations.AddIndex(
            model_name="resourcewords",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["vector", "labels"], name="catalog_words_vector_labels"
            ),
        ),
        # derived rows, made again by the search index
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM catalog_resourcesearch"),
    ]
