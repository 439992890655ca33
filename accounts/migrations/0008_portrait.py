"""The portrait that a writer uploaded, by its name in the storage."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_high_contrast")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="portrait",
            field=models.FileField(
                blank=True, db_default="", default="", editable=False, max_length=100, upload_to=""
            ),
        ),
    ]
