"""Where the sealer looks for new entries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_append_only")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["xid", "id"], name="ledger_entry_unsealed"),
        ),
        migrations.AddField(
            model_name="checkpoint",
            name="horizon",
            field=models.BigIntegerField(
                default=0,
                editable=False,
                help_text="All entries of transactions before this one were sealed: where the sealer goes on looking.",
            ),
        ),
    ]
