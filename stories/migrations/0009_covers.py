"""A story's cover is a stored file, by its name; the column stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stories", "0008_series_and_tags")]

    operations = [
        migrations.AlterField(
            model_name="story",
            name="cover",
            field=models.FileField(blank=True, editable=False, max_length=500, upload_to=""),
        ),
    ]
