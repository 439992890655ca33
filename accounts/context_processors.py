"""What every page knows about the person who looks at it."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import Preferences

# Fetched ahead where prose is shown, so that it does not move when its face arrives; every page
# asks for Literata and Inter anyway.
Font = Preferences.EditorFont
FACES = {
    Font.SOURCE_SERIF: "fonts/source-serif-4-latin.woff2",
    Font.LORA: "fonts/lora-latin.woff2",
    Font.ATKINSON: "fonts/atkinson-latin.woff2",
    Font.JETBRAINS_MONO: "fonts/jetbrains-mono-latin.woff2",
    Font.PLEX_MONO: "fonts/plex-mono-latin.woff2",
}


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
        "face": FACES.get(chosen.editor_font, ""),
        "size": str(chosen.editor_size),
        "line": str(chosen.editor_line_height),
        "measure": str(chosen.editor_width),
    }
    return {"theme": chosen.theme, "is_still": chosen.reduced_motion, "prose": prose}
