"""Words of the account: people have full names, and data stewards open the administration."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_dates_in_order")]

    operations = [
        migrations.AlterField(
            model_name="official",
            name="full_name",
            field=models.CharField(max_length=100, verbose_name="full name"),
        ),
        migrations.AlterField(
            model_name="official",
            name="is_staff",
            field=models.BooleanField(
                default=False,
                help_text="Follows from the posts: set for administrators, the competent authority and data stewards.",
                verbose_name="may open the administration",
            ),
        ),
    ]
