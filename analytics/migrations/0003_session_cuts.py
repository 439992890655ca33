from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_rest_and_forecast")]

    operations = [
        migrations.AddField(
            model_name="writingsession",
            name="cuts",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
    ]
