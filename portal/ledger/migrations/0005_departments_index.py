"""Departments read their own entries out of a long ledger."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_horizon")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=GinIndex(fields=["departments"], name="ledger_entry_departments"),
        ),
    ]
