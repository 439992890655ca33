"""`is_superuser` is what the role says, and nothing else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_superusers_are_administrators")]
    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_superuser", True), ("role", "admin")),
                    models.Q(models.Q(("role", "admin"), _negated=True), ("is_superuser", False)),
                    _connector="OR",
                ),
                name="user_superuser_follows_role",
            ),
        ),
    ]
