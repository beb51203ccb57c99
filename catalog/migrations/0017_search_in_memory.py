"""Search rows get a number, say in which transaction they changed, and hold all rights alone.

The texts of a title stand apart from the rest, where ranking reads them.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

import catalog.models.search

SEQUENCE = "CREATE SEQUENCE catalog_search_number AS integer"
NO_SEQUENCE = "DROP SEQUENCE catalog_search_number"

TRIGGERS = """
CREATE FUNCTION catalog_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_in := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;
CREATE TRIGGER changed BEFORE INSERT OR UPDATE ON catalog_resourcesearch
  FOR EACH ROW EXECUTE FUNCTION catalog_search_changed();
CREATE FUNCTION catalog_search_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog_searchgone (number, changed_in)
    VALUES (OLD.number, pg_current_xact_id()::text::bigint);
  RETURN NULL;
END $$;
CREATE TRIGGER removed AFTER DELETE ON catalog_resourcesearch
  FOR EACH ROW EXECUTE FUNCTION catalog_search_removed();
"""
NO_TRIGGERS = """
DROP TRIGGER changed ON catalog_resourcesearch;
DROP FUNCTION catalog_search_changed;
DROP TRIGGER removed ON catalog_resourcesearch;
DROP FUNCTION catalog_search_removed;
"""

FILL = """
UPDATE catalog_resourcewords AS words
SET number = row.number, title = split_part(words.text, E'\x1e', 1)
FROM catalog_resourcesearch AS row WHERE row.resource_id = words.row_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0016_organisation_changes"),
    ]

    operations = [
        migrations.RunSQL(SEQUENCE, NO_SEQUENCE),
        migrations.CreateModel(
            name="SearchGone",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("changed_in", models.BigIntegerField(db_index=True)),
            ],
            options={
                "verbose_name": "removed search row",
                "verbose_name_plural": "removed search rows",
            },
        ),
        migrations.RemoveIndex(model_name="resourcesearch", name="catalog_search_most_used"),
        migrations.RemoveIndex(model_name="resourcesearch", name="catalog_search_newest"),
        migrations.AddField(
            model_name="resourcesearch",
            name="number",
            field=models.IntegerField(
                db_default=catalog.models.search.NextNumber(),
                editable=False,
                help_text="A short name of the row that it keeps as long as it exists.",
                unique=True,
            ),
        ),
        migrations.AddField(
            model_name="resourcesearch",
            name="changed_in",
            field=models.BigIntegerField(
                db_index=True,
                default=0,
                editable=False,
                help_text="Number of the transaction that wrote the row last; a trigger sets it.",
            ),
        ),
        migrations.AddIndex(
            model_name="resourcesearch",
            index=models.Index(fields=["-updated_at", "-number"], name="catalog_search_newest"),
        ),
        migrations.RemoveIndex(model_name="resourcewords", name="catalog_words_vector_labels"),
        migrations.RemoveField(model_name="resourcewords", name="labels"),
        migrations.AddField(
            model_name="resourcewords",
            name="number",
            field=models.IntegerField(default=0, help_text="As in the search row."),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="resourcewords",
            name="title",
            field=models.TextField(
                default="",
                help_text="The title as it is compared, and on a new line its pinyin.",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="resourcewords",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["vector"], name="catalog_words_vector"
            ),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
