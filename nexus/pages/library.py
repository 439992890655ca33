"""The library of a writer: shelves of series, then the other stories, by status, tag and sort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from analytics.charts.chart import whole
from nexus.lib.moulds import holes, once_per_language
from nexus.lib.names import title_key
from nexus.lib.wording import agos, hue_of
from stories import covers
from stories.models import Story
from stories.series import with_tags

STATUS_CLASS = {"Ongoing": "ongoing", "On Hiatus": "hiatus", "Complete": "complete"}
SORTS = {
    "touched": (gettext_lazy("Last touched"), ("-updated_at",)),
    "title": (gettext_lazy("Title"), ("title_key",)),
    "words": (gettext_lazy("Most words"), ("-word_count", "title_key")),
    "newest": (gettext_lazy("Newest first"), ("-created_at",)),
}
NO_ID = str(UUID(int=0))
USUAL_SORT = "touched"
# So many tags are beside the filters; the others wait behind a button.
TAGS_SHOWN = 10
# What differs from one tile to the next.
TILE = (
    "id",
    "url",
    "title",
    "author",
    "hue",
    "number",
    "status_class",
    "status_label",
    "chapters",
    "words",
    "touched",
)
# Books side by side on the widest page.
COLUMNS = 5


@dataclass(frozen=True)
class Choice:
    """What of the library is asked for, and in which order."""

    status: str = ""
    tag: str = ""
    sort: str = USUAL_SORT

    @classmethod
    def of(cls, query: QueryDict, tags: Iterable[str]) -> Choice:
        """Return what an address asks for; what is no choice, or no tag, asks for nothing."""
        status, sort = query.get("status", ""), query.get("sort", "")
        wanted = title_key(query.get("tag", ""))
        return cls(
            status=status if status in STATUS_CLASS else "",
            tag=next((tag for tag in tags if title_key(tag) == wanted), ""),
            sort=sort if sort in SORTS else USUAL_SORT,
        )

    def url(self, **changes: str) -> str:
        chosen = {"status": self.status, "tag": self.tag, "sort": self.sort} | changes
        if chosen["sort"] == USUAL_SORT:
            chosen["sort"] = ""
        query = {name: value for name, value in chosen.items() if value}
        return f"?{urlencode(query)}#library"

    def has_status(self, story: Any) -> bool:
        return not self.status or story.status == self.status

    def has_tag(self, story: Any) -> bool:
        return not self.tag or self.tag in story.tag_names


def library(user: User, query: QueryDict, *, at: datetime) -> dict[str, Any]:
    """Return the library for `_library.html`; one query, however many stories there are."""
    own = Story.objects.visible_to(user).live().with_counts()
    placed = own.annotate(
        series_id=F("volume__series"),
        series_title=F("volume__series__title"),
        series_key=F("volume__series__title_key"),
        place=F("volume__position"),
    )
    sort = query.get("sort", "")
    order = SORTS[sort if sort in SORTS else USUAL_SORT][1]
    stories: list[Any] = list(with_tags(placed).defer("synopsis").order_by(*order, "-id"))
    choice = Choice.of(query, {name for story in stories for name in story.tag_names})
    shown = [one for one in stories if choice.has_status(one) and choice.has_tag(one)]
    tile = _tiles(user, at, has_shelves=any(one.series_id for one in shown))
    return {
        "has_stories": bool(stories),
        "shelves": _shelves(stories, shown, choice.sort, tile),
        "stories": [tile(one, "") for one in shown if one.series_id is None],
        "is_empty": not shown,
        "filters": _statuses(stories, choice),
        **_tags(stories, choice),
        "sort_label": SORTS[choice.sort][0],
        "sorts": [
            {"label": label, "url": choice.url(sort=name), "is_current": name == choice.sort}
            for name, (label, _order) in SORTS.items()
        ],
    }


# --- Books ------------------------------------------------------------------------


def _tiles(user: User, at: datetime, *, has_shelves: bool) -> Callable[[Any, str], dict[str, Any]]:
    """Return what makes a tile of a story; what all of them share is looked up once."""
    address = reverse("stories:detail", args=[NO_ID])
    labels = {name: escape(Story.Status(name).label) for name in STATUS_CLASS}
    author, touched = escape(user.username), agos(at)

    def tile(story: Any, number: str) -> dict[str, Any]:
        ident, count = str(story.pk), story.total_chapters
        chapters = ngettext("%(n)s chapter", "%(n)s chapters", count)
        cover = covers.shown(story) or {}
        # All of it is escaped here, since a mould takes it as it is.
        book = {
            "id": ident,
            "url": address.replace(NO_ID, ident),
            "title": escape(story.title),
            "author": author,
            "hue": hue_of(story.title),
            "small": escape(cover.get("small", "")),
            "large": escape(cover.get("large", "")),
            "number": escape(number),
            "status": story.status,
            "status_class": STATUS_CLASS[story.status],
            "status_label": labels[story.status],
            "chapters": escape(chapters % {"n": whole(count)}),
            "words": whole(story.word_count),
            "touched": escape(touched(story.updated_at)),
        }
        pattern = _pattern(bool(cover), bool(number), has_shelves=has_shelves)
        return book | {"html": SafeString(pattern % book)}

    return tile


@once_per_language
def _pattern(is_pictured: bool, is_numbered: bool, *, has_shelves: bool) -> SafeString:
    """Return the markup of a tile with `%(name)s` in place of each value."""
    book = holes(TILE) | {"cover": holes(("small", "large")) if is_pictured else None}
    if not is_numbered:
        book["number"] = SafeString("")
    return render_to_string(
        "components/_book_tile.html", {"book": book, "has_shelves": has_shelves}
    )


def _shelves(
    stories: Iterable[Any], shown: list[Any], sort: str, tile: Callable[[Any, str], Any]
) -> list[dict[str, Any]]:
    """Return the series that have a book shown; the books keep their numbers, whatever is hidden.

    A shelf stands where the first of its books would; by title and by words it has its own.
    """
    volumes: dict[UUID, list[Any]] = {}
    for story in shown:
        if story.series_id is not None:
            volumes.setdefault(story.series_id, [])
    for story in sorted(stories, key=lambda one: one.place or 0):
        if story.series_id in volumes:
            volumes[story.series_id].append(story)
    visible = {story.pk for story in shown}
    shelves = [_shelf(books, visible, tile) for books in volumes.values()]
    if sort in ("title", "words"):
        shelves.sort(key=lambda shelf: (sort == "words" and -shelf["words"], shelf["key"]))
    return shelves


def _shelf(books: list[Any], visible: set[UUID], tile: Callable[[Any, str], Any]) -> dict[str, Any]:
    series = books[0]
    shown = [
        tile(book, _("Book %(number)d") % {"number": number})
        for number, book in enumerate(books, start=1)
        if book.pk in visible
    ]
    count = ngettext("%(n)s book", "%(n)s books", len(books)) % {"n": f"{len(books):,}"}
    return {
        "id": str(series.series_id),
        "title": series.series_title,
        "key": series.series_key,
        "url": reverse("stories:series", args=[series.series_id]),
        "count": count,
        "words": sum(book.word_count for book in books),
        "books": shown,
        "span": min(len(shown), COLUMNS),
    }


# --- Filters ------------------------------------------------------------------------


def _statuses(stories: list[Any], choice: Choice) -> list[dict[str, Any]]:
    """Return All and each status, each with how many stories pressing it shows."""
    tagged = [story for story in stories if choice.has_tag(story)]
    counts = Counter(story.status for story in tagged)
    found = [("", _("All"), len(tagged))]
    found += [(name, str(Story.Status(name).label), counts[name]) for name in STATUS_CLASS]
    return [
        {
            "label": label,
            "count": count,
            "url": choice.url(status=name),
            "is_current": name == choice.status,
        }
        for name, label, count in found
    ]


def _tags(stories: list[Any], choice: Choice) -> dict[str, Any]:
    """Return the tags the writer uses most and, behind them, the rest by name."""
    counts: Counter[str] = Counter()
    for story in stories:
        if choice.has_status(story):
            counts.update(story.tag_names)
    found = [_tag(name, count, choice) for name, count in counts.items()]
    found.sort(key=lambda tag: (not tag["is_current"], -tag["count"], tag["key"]))
    rest = sorted(found[TAGS_SHOWN:], key=lambda tag: tag["key"])
    return {"tags": found[:TAGS_SHOWN], "more_tags": rest, "all_url": choice.url(tag="", status="")}


def _tag(name: str, count: int, choice: Choice) -> dict[str, Any]:
    is_current = name == choice.tag
    return {
        "label": name,
        "key": title_key(name),
        "count": count,
        # Pressed again, a tag lets everything be seen.
        "url": choice.url(tag="" if is_current else name),
        "is_current": is_current,
    }
