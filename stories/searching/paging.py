"""The mark where the next page of hits begins: rank, time and id, so that no hit comes twice."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from nexus.lib.errors import Invalid
from stories.searching.answer import Place


def cursor_of(place: Place | None) -> str | None:
    if place is None:
        return None
    parts = [place.rank, place.at.isoformat(), str(place.id)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def read_place(raw: str) -> Place:
    """Return the place a cursor marks; Invalid for anything not handed out here."""
    try:
        rank, at, found = json.loads(base64.urlsafe_b64decode(raw.encode("ascii")))
        place = Place(int(rank), datetime.fromisoformat(at), uuid.UUID(found))
    except (
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
        binascii.Error,
    ) as error:
        raise Invalid.field("cursor", _("This cursor is not one of ours.")) from error
    if place.at.tzinfo is None:
        raise Invalid.field("cursor", _("This cursor is not one of ours."))
    return place
