from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_sessions_by_start")]

    operations = [
        migrations.AddIndex(
            model_name="writingsession",
            index=models.Index(fields=["user", "day", "updated_at"], name="sessions_by_day"),
        ),
        migrations.RemoveIndex(model_name="writingsession", name="analytics_w_user_id_c54ec8_idx"),
    ]
