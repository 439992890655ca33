from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0005_sessions_by_day")]

    operations = [
        migrations.AddIndex(
            model_name="writingsession",
            index=BrinIndex(autosummarize=True, fields=["day"], name="sessions_by_month"),
        ),
        migrations.CreateModel(
            name="ClosedMonth",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80, unique=True)),
                ("rows", models.PositiveBigIntegerField()),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="closed_month_is_a_first"
                    )
                ],
            },
        ),
    ]
