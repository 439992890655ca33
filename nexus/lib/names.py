"""Titles and names: one rule for what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from nexus.lib.characters import TURNS_TEXT
from nexus.lib.errors import Invalid

MAX_LENGTH = 255


def clean_title(raw: str, *, field: str = "title", max_length: int = MAX_LENGTH) -> str:
    """Return `raw` as NFC without surrounding space; raise Invalid when it is no title.

    A title has 1 to `max_length` characters, one of them to be seen, and holds no control
    character, turn of direction or lone surrogate: those break lists, files and headers far from
    where they were typed.
    """
    title = unicodedata.normalize("NFC", raw).strip()
    if any(char in TURNS_TEXT or unicodedata.category(char) in {"Cc", "Cs"} for char in title):
        raise Invalid.field(field, _("Please leave out invisible control characters."))
    if all(char.isspace() or unicodedata.category(char) == "Cf" for char in title):
        raise Invalid.field(field, _("This needs at least one character."), code="blank")
    if len(title) > max_length:
        message = _("Please keep it to %(max)d characters.") % {"max": max_length}
        raise Invalid.field(field, message, code="max_length")
    return title


def title_key(title: str) -> str:
    """Return what two equal titles share, whatever their case and Unicode form.

    Computed here and not by the database, whose `lower()` depends on its locale.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", title).casefold())
