"""What happened to a concern can only be added to."""

from django.db import migrations

from portal.immutable import append_only


class Migration(migrations.Migration):
    dependencies = [("sharing", "0024_concerns")]

    operations = [append_only("sharing_concernevent")]
