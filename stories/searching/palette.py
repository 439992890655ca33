"""What the palette offers: stories, chapters, series and tags by name, then passages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from stories.models import Chapter, Series, Story, Tag
from stories.searching.answer import search
from stories.searching.folding import fold
from stories.searching.links import passage_url
from stories.tags import library_url

STORIES, CHAPTERS, SHELVES, PASSAGES, RECENT = 4, 6, 3, 4, 5
NO_ID = str(UUID(int=0))
Item = dict[str, Any]


def suggestions(user: User, raw: str) -> list[Item]:
    """Return what a writer may mean; with nothing typed, where she was last."""
    wanted = fold(raw.replace("\0", "")).split()
    if not wanted:
        return [*_chapters(user, [], RECENT)]
    titles = [*_stories(user, wanted), *_chapters(user, wanted, CHAPTERS)]
    return [*titles, *_series(user, wanted), *_tags(user, wanted), *_passages(user, raw)]


def _stories(user: User, wanted: list[str]) -> Iterator[Item]:
    rows = Story.objects.visible_to(user).live().order_by("-updated_at")
    titles = [(pk, title, fold(title)) for pk, title in rows.values_list("pk", "title")]
    for pk, title, _folded in _best(titles, wanted)[:STORIES]:
        url = reverse("stories:detail", args=[pk])
        yield {"group": _("Stories"), "title": title, "note": "", "url": url}


def _chapters(user: User, wanted: list[str], most: int) -> Iterator[Item]:
    rows = Chapter.objects.visible_to(user).live().order_by("-content_saved_at")
    columns = rows.values_list("pk", "title", "story__title")
    if not wanted:
        columns = columns[:most]
    titles = [(pk, (title, story), fold(f"{title} {story}")) for pk, title, story in columns]
    # Looked up once, since a writer may have a thousand.
    address = reverse("stories:chapter", args=[NO_ID])
    group = _("Chapters") if wanted else _("Where you were last")
    for pk, (title, story), _folded in _best(titles, wanted)[:most]:
        url = address.replace(NO_ID, str(pk))
        yield {"group": group, "title": title, "note": story, "url": url}


def _series(user: User, wanted: list[str]) -> Iterator[Item]:
    rows = Series.objects.visible_to(user).by_title().values_list("pk", "title")
    titles = [(pk, title, fold(title)) for pk, title in rows]
    for pk, title, _folded in _best(titles, wanted)[:SHELVES]:
        url = reverse("stories:series", args=[pk])
        yield {"group": _("Series"), "title": title, "note": "", "url": url}


def _tags(user: User, wanted: list[str]) -> Iterator[Item]:
    """Give the tags that fit; each leads to the library with its stories."""
    names = Tag.objects.visible_to(user).by_name().values_list("name", flat=True)
    found = [(name, name, fold(name)) for name in names]
    for name, _same, _folded in _best(found, wanted)[:SHELVES]:
        yield {"group": _("Tags"), "title": name, "note": "", "url": library_url(name)}


def _best(titles: list[tuple[Any, Any, str]], wanted: list[str]) -> list[tuple[Any, Any, str]]:
    """Return those with all that is wanted; those that begin with it come first."""
    fitting = [one for one in titles if all(word in one[2] for word in wanted)]
    whole = " ".join(wanted)
    return sorted(fitting, key=lambda one: (not one[2].startswith(whole), whole not in one[2]))


def _passages(user: User, raw: str) -> Iterator[Item]:
    for hit in search(user, raw, within="text", limit=PASSAGES).hits:
        if hit.chapter is None or hit.passage is None:
            continue
        parts = [{"text": part.text, "is_hit": part.is_hit} for part in hit.passage.parts]
        yield {
            "group": _("In the text"),
            "title": hit.chapter.title,
            "note": hit.story.title,
            "parts": parts,
            "url": passage_url(hit.chapter, hit.passage),
        }
