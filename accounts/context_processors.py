"""What every page knows about the person who looks at it."""

from __future__ import annotations

from django.http import HttpRequest


def appearance(request: HttpRequest) -> dict[str, object]:
    """The theme, the stillness and the setting of prose, so that the first byte has them right.

    They come with the session's own query.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "system"}
    chosen = user.preferences
    prose = {
        "font": chosen.editor_font,
        "size": str(chosen.editor_size),
        "line": str(chosen.editor_line_height),
        "measure": str(chosen.editor_width),
    }
    return {"theme": chosen.theme, "is_still": chosen.reduced_motion, "prose": prose}
