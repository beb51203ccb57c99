"""The key of a data item is called so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_classification"),
    ]

    operations = [
        migrations.AlterField(
            model_name="dataitem",
            name="key",
            field=models.SlugField(
                help_text="Latin name, unique within the entry; names the column delivered.",
                max_length=60,
                verbose_name="item key",
            ),
        ),
    ]
