"""The index of the search: derived from stories and chapters, and made anew from them by itself."""

import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


def key(to):
    return models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="entries",
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [("stories", "0004_divided_chapters")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("start", models.PositiveIntegerField()),
                ("stop", models.PositiveIntegerField()),
                ("paragraph", models.PositiveIntegerField()),
                ("stamp", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=20)),
                ("vector", django.contrib.postgres.search.SearchVectorField()),
                ("chapter", key("stories.chapter")),
                ("story", key("stories.story")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["chapter", "number"], name="entry_once_per_chapter"
                    ),
                    models.UniqueConstraint(
                        fields=["story", "number"], name="entry_once_per_story"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(chapter__isnull=True, story__isnull=False)
                        | models.Q(chapter__isnull=False, story__isnull=True),
                        name="entry_of_one_thing",
                    ),
                ]
            },
        )
    ]
