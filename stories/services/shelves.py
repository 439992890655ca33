"""Putting stories into a series, in order, and taking the series apart again.

A writer's shelves change one at a time: every service holds her row first. A story in the trash
keeps its place among the others and has it again when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import Conflict, FieldError, Invalid, NotFound
from nexus.lib.names import clean_title, title_key
from stories.models import Series, Story, Volume
from stories.services.conflicts import refusing

# A series is shown as one shelf, and put in order as one list.
MAX_BOOKS = 500


def hold_shelves(owner_id: UUID) -> None:
    """Keep a writer's other changes of series and tags waiting until the transaction ends.

    Taken before the row of any story, so that two changes never wait for each other for ever.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=owner_id)


@transaction.atomic
def create_series(
    owner: User, *, title: str, stories: Iterable[Story] = (), at: datetime
) -> Series:
    """Begin a series, with these stories in this order; Conflict when the title is taken.

    A story that stood in another series leaves it.
    """
    title = clean_title(title)
    hold_shelves(owner.pk)
    with refusing("series_title_once_per_owner", _title_taken()):
        series = Series.objects.create(
            owner=owner, title=title, title_key=title_key(title), created_at=at, updated_at=at
        )
    for story in stories:
        place_story(story, series)
    return series


@transaction.atomic
def series_called(owner: User, title: str, *, at: datetime) -> Series:
    """Return the writer's series of this title, begun when there is none."""
    title = clean_title(title, field="series")
    hold_shelves(owner.pk)
    found = Series.objects.visible_to(owner).filter(title_key=title_key(title)).first()
    return found or create_series(owner, title=title, at=at)


@transaction.atomic
def rename_series(series: Series, *, title: str, at: datetime) -> Series:
    """Give a series another title; Conflict when the writer has one of that title."""
    title = clean_title(title)
    hold_shelves(series.owner_id)
    with refusing("series_title_once_per_owner", _title_taken()):
        _write(series, title=title, title_key=title_key(title), updated_at=at)
    return series


@transaction.atomic
def order_series(series: Series, order: Sequence[UUID], *, at: datetime) -> None:
    """Put all books of a series in this order; Invalid unless each is named exactly once.

    Those in the trash keep their places between the others.
    """
    hold_shelves(series.owner_id)
    places = list(_places(series))
    live = [story_id for story_id, is_live in places if is_live]
    if len(order) != len(live) or set(order) != set(live):
        message = _("Please name every book of the series exactly once.")
        raise Invalid.field("order", message)
    coming = iter(order)
    _put(series, [next(coming) if is_live else story_id for story_id, is_live in places])
    _write(series, updated_at=at)


@transaction.atomic
def move_book(series: Series, story_id: UUID, *, by: int, at: datetime) -> None:
    """Move a book `by` places, up when negative; at either end, or not in the series, it stays."""
    hold_shelves(series.owner_id)
    live = [one for one, is_live in _places(series) if is_live]
    if story_id not in live:
        return
    place = live.index(story_id)
    live.insert(min(max(place + by, 0), len(live) - 1), live.pop(place))
    order_series(series, live, at=at)


@transaction.atomic
def dissolve_series(series: Series) -> None:
    """Take a series apart; its stories stay, each for itself."""
    hold_shelves(series.owner_id)
    if not Series.objects.filter(pk=series.pk).delete()[0]:
        raise NotFound(_("There is no such series."))


@transaction.atomic
def place_story(story: Story, series: Series, *, number: int | None = None) -> None:
    """Make a story book `number` of a series, from 1; without one it keeps its place, or is last.

    It leaves the series it was in. Raises Invalid for a number beyond the books there will be, or
    when the series is full.
    """
    if story.owner_id != series.owner_id:
        raise ValueError("A series holds stories of its own writer alone")
    hold_shelves(story.owner_id)
    here = Volume.objects.filter(story=story).values_list("series_id", flat=True).first()
    if number is None and here == series.pk:
        return
    others = [place for place in _places(series) if place[0] != story.pk]
    place = _place_of(number, others)
    if len(others) >= MAX_BOOKS:
        message = _("A series can have %(max)d books.") % {"max": MAX_BOOKS}
        raise Invalid.field("series", message, code="max_length")
    Volume.objects.update_or_create(
        story=story, defaults={"series": series, "position": len(others) + MAX_BOOKS + 1}
    )
    order = [story_id for story_id, _is_live in others]
    _put(series, [*order[:place], story.pk, *order[place:]])


@transaction.atomic
def take_out(story: Story) -> None:
    """Let a story stand for itself; nothing happens when it does."""
    hold_shelves(story.owner_id)
    Volume.objects.filter(story=story).delete()


def _places(series: Series) -> Iterable[tuple[UUID, bool]]:
    """Return every story of a series in order, and whether it is out of the trash."""
    rows = Volume.objects.filter(series=series).order_by("position")
    for story_id, trashed_at in rows.values_list("story_id", "story__trashed_at"):
        yield story_id, trashed_at is None


def _place_of(number: int | None, others: Sequence[tuple[UUID, bool]]) -> int:
    """Return where among `others` the book of that number stands: those in the trash uncounted."""
    if number is None:
        return len(others)
    live = [place for place, (_story_id, is_live) in enumerate(others) if is_live]
    if not 1 <= number <= len(live) + 1:
        message = _("Please choose a number from 1 to %(last)d.") % {"last": len(live) + 1}
        raise Invalid.field("series.position", message, code="max_value")
    return live[number - 1] if number <= len(live) else len(others)


def _put(series: Series, order: Sequence[UUID]) -> None:
    volumes = Volume.objects.filter(series=series).in_bulk()
    moved = []
    for position, story_id in enumerate(order, start=1):
        if volumes[story_id].position != position:
            volumes[story_id].position = position
            moved.append(volumes[story_id])
    Volume.objects.bulk_update(moved, ["position"])


def _write(series: Series, **values: object) -> None:
    if not Series.objects.filter(pk=series.pk).update(**values):
        raise NotFound(_("There is no such series."))
    for name, value in values.items():
        setattr(series, name, value)


def _title_taken() -> Conflict:
    message = _("You have a series with this title already.")
    return Conflict(
        message, code="title_taken", errors=[FieldError("title", message, "title_taken")]
    )
