"""What every page knows about the person who looks at it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from accounts.models import Preferences
from accounts.portraits import portrait_at

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
    return {
        "theme": chosen.theme,
        "is_still": chosen.reduced_motion,
        "prose": prose,
        "portrait": _portrait(request, user.profile_img),
    }


def _portrait(request: HttpRequest, address: str) -> Callable[[], str]:
    """Return what a template asks for the portrait; a page that does may load it."""

    def shown() -> str:
        portrait = portrait_at(address)
        request.portrait_origin = portrait.origin if portrait else ""  # type: ignore[attr-defined]
        return portrait.address if portrait else ""

    return shown
