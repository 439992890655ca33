"""What a role may do in the admin; groups and permissions of one person count for nothing."""

from __future__ import annotations

from collections.abc import Mapping

# An administrator may do everything, so only the others are written down. A moderator looks and
# changes nothing; shared work will join her list when work can be shared.
OF_ROLE: Mapping[str, frozenset[str]] = {
    "moderator": frozenset({"accounts.view_user", "stories.view_story", "jobs.view_job"}),
}


def allows(role: str, permission: str) -> bool:
    """Say whether a role has a permission, named `app.verb_model` as Django names it."""
    return role == "admin" or permission in OF_ROLE.get(role, frozenset())


def allows_app(role: str, app_label: str) -> bool:
    """Say whether a role has any permission at all in an app."""
    mine = OF_ROLE.get(role, frozenset())
    return role == "admin" or any(name.startswith(f"{app_label}.") for name in mine)
