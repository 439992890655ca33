from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_session_cuts")]

    operations = [
        migrations.AddIndex(
            model_name="writingsession",
            index=models.Index(fields=["user", "started_at", "id"], name="sessions_by_start"),
        ),
    ]
