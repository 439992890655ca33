"""What every page knows about the person who looks at it."""

from __future__ import annotations

from django.http import HttpRequest


def appearance(request: HttpRequest) -> dict[str, str]:
    """The theme, so that the first byte already has the right colours."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "system"}
    return {"theme": user.preferences.theme}
