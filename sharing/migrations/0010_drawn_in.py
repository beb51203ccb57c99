"""Who has a stage alone, who was called to it, and who therefore sees the item."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns projected from events: nobody was drawn in before."""

    dependencies = [
        ("catalog", "0017_search_in_memory"),
        ("organisation", "0005_department_changes"),
        ("sharing", "0006_data_quality"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="applicationitem",
            name="involved",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                editable=False,
                help_text="Officials who were drawn in by name: they see the application.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="applicationitem",
            name="involved_offices",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                editable=False,
                help_text="Departments whose opinion was asked for: they see the application.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="itemstage",
            name="assignee",
            field=models.ForeignKey(
                blank=True,
                help_text="Who has the stage alone; empty while any holder of the post may take it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="in the hands of",
            ),
        ),
        migrations.AddField(
            model_name="itemstage",
            name="called",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="Who else has something to do: added signers and officials asked for opinions.",
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="applicationitem",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["involved"], name="sharing_item_involved"
            ),
        ),
        migrations.AddIndex(
            model_name="applicationitem",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["involved_offices"], name="sharing_item_offices"
            ),
        ),
        migrations.AddIndex(
            model_name="itemstage",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["called"], name="sharing_stage_called"
            ),
        ),
    ]
