"""Set `is_superuser` to what the role says."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Case, Value, When


def follow_role(apps: Any, schema_editor: Any) -> None:
    """Django's flag never opened the admin without the role, so the role is right."""
    is_superuser = Case(When(role="admin", then=Value(True)), default=Value(False))
    apps.get_model("accounts", "User").objects.update(is_superuser=is_superuser)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sessions_tokens_profile")]
    operations = [migrations.RunPython(follow_role, migrations.RunPython.noop)]
