"""The ledger can only grow."""

from django.db import migrations

from portal.immutable import append_only


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_initial")]

    operations = [append_only("ledger_entry", "ledger_seal", "ledger_checkpoint")]
