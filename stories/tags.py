"""What may be a tag: one rule for the form, the API and the service; and where its stories are."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from nexus.lib.errors import Invalid
from nexus.lib.names import clean_title, title_key

MAX_TAGS = 20
MAX_TAG = 40
SEPARATOR = ","


def clean_tag(raw: str, *, field: str = "tags") -> str:
    """Return `raw` as a tag: one to 40 characters, single spaces, no comma; else raise Invalid."""
    name = " ".join(clean_title(raw, field=field).split())
    if SEPARATOR in name:
        message = _("A comma ends a tag, so it cannot be part of one.")
        raise Invalid.field(field, message)
    if len(name) > MAX_TAG:
        message = _("Please keep a tag to %(max)d characters.") % {"max": MAX_TAG}
        raise Invalid.field(field, message, code="max_length")
    return name


def clean_tags(raw: Iterable[str], *, field: str = "tags") -> list[str]:
    """Return the tags in their order, each once whatever its case; Invalid for more than 20."""
    names: dict[str, str] = {}
    for one in raw:
        name = clean_tag(one, field=field)
        names.setdefault(title_key(name), name)
    if len(names) > MAX_TAGS:
        message = _("A story can have %(max)d tags.") % {"max": MAX_TAGS}
        raise Invalid.field(field, message, code="max_length")
    return list(names.values())


def split_tags(typed: str) -> list[str]:
    """Return what stands between the commas of a line of tags; what is empty says nothing."""
    return [part for part in typed.split(SEPARATOR) if part.strip()]


def library_url(name: str) -> str:
    """Return where the writer sees all her stories with this tag."""
    return f"{reverse('desk')}?{urlencode({'tag': name})}#library"


def join_tags(names: Iterable[str]) -> str:
    return f"{SEPARATOR} ".join(names)
