"""Addresses that open a chapter where something was found."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.urls import reverse

from stories.searching.passages import Passage


def url_of(chapter: Any) -> str:
    return reverse("stories:chapter", args=[chapter.pk])


def passage_url(chapter: Any, passage: Passage) -> str:
    """Return the address of a passage: the number of its paragraph, for our script, and its words.

    The words are for the browser itself, which goes there and marks them without any script.
    """
    words = quote(passage.named, safe="").replace("-", "%2D")
    directive = f":~:text={words}" if words else ""
    return f"{url_of(chapter)}#p-{passage.paragraph}{directive}"
