"""Beginning, naming, putting away and bringing back a story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import Conflict, FieldError, Invalid, NotFound
from nexus.lib.names import clean_title, title_key
from stories.models import Series, Story
from stories.services.conflicts import refusing
from stories.services.shelves import hold_shelves, place_story, series_called, take_out
from stories.services.tags import set_tags

MAX_SYNOPSIS = 50_000
MAX_GENRE = 100


@dataclass(frozen=True)
class Placing:
    """Which series a story goes into, as which book of it; without a series it leaves its own.

    A series may be called by its title: one that the writer has not is begun.
    """

    series: Series | str | None
    number: int | None = None


@transaction.atomic
def create_story(
    owner: User,
    *,
    title: str,
    status: str = Story.Status.ONGOING,
    synopsis: str = "",
    genre: str = "",
    tags: Iterable[str] = (),
    placing: Placing | None = None,
    at: datetime,
) -> Story:
    """Begin a story; Conflict when the writer has one of that title already."""
    values = _clean({"title": title, "status": status, "synopsis": synopsis, "genre": genre})
    with refusing("story_title_once_per_owner", _title_taken()):
        story = Story.objects.create(owner=owner, created_at=at, updated_at=at, **values)
    _shelve(story, tags=tags or None, placing=placing, at=at)
    return story


@transaction.atomic
def update_story(
    story: Story,
    *,
    at: datetime,
    tags: Iterable[str] | None = None,
    placing: Placing | None = None,
    **changes: Any,
) -> Story:
    """Change any of title, status, synopsis, genre, tags and series; without changes nothing moves.

    `tags` are all there will be; `tags` and `placing` that are None stay as they are.
    """
    values = _clean(changes)
    if not values and tags is None and placing is None:
        return story
    if tags is not None or placing is not None:
        hold_shelves(story.owner_id)
    values["updated_at"] = at
    with refusing("story_title_once_per_owner", _title_taken()):
        _write(story, **values)
    _shelve(story, tags=tags, placing=placing, at=at)
    return story


@transaction.atomic
def trash_story(story: Story, *, at: datetime) -> None:
    """Put a story away with its chapters; they keep their order and come back with it."""
    _write(story, trashed_at=at, updated_at=at)


@transaction.atomic
def restore_story(story: Story, *, at: datetime) -> Story:
    """Bring a story back; Conflict when its title has been taken meanwhile."""
    with refusing("story_title_once_per_owner", _title_taken()):
        Story.objects.filter(pk=story.pk).update(trashed_at=None, updated_at=at)
    story.trashed_at, story.updated_at = None, at
    return story


def touch_story(story_id: UUID, *, at: datetime) -> None:
    """Move `updated_at` of a live story, and by that hold its row until the transaction ends.

    Whoever changes chapters calls this first. One order of locks, story before chapter, is what
    keeps saving, reordering and trashing from waiting for each other for ever.
    """
    if not Story.objects.live().filter(pk=story_id).update(updated_at=at):
        raise NotFound(_("There is no such story."))


def clean_prose(raw: str, *, field: str, max_length: int) -> str:
    """Return `raw` without what the database cannot hold; Invalid when it is too long."""
    text = raw.replace("\0", "").encode("utf-8", "ignore").decode()
    if len(text) > max_length:
        message = _("Please keep it to %(max)d characters.") % {"max": max_length}
        raise Invalid.field(field, message, code="max_length")
    return text


def _shelve(
    story: Story, *, tags: Iterable[str] | None, placing: Placing | None, at: datetime
) -> None:
    if tags is not None:
        set_tags(story, tags)
    if placing is None:
        return
    series = placing.series
    if isinstance(series, str):
        series = series_called(story.owner, series, at=at)
    if series is None:
        take_out(story)
    else:
        place_story(story, series, number=placing.number)


def _write(story: Story, **values: Any) -> None:
    if not Story.objects.live().filter(pk=story.pk).update(**values):
        raise NotFound(_("There is no such story."))
    for name, value in values.items():
        setattr(story, name, value)


def _clean(changes: dict[str, Any]) -> dict[str, Any]:
    values = dict(changes)
    if "title" in values:
        values["title"] = clean_title(values["title"])
        values["title_key"] = title_key(values["title"])
    if "status" in values and values["status"] not in Story.Status.values:
        allowed = ", ".join(Story.Status.values)
        message = _("Please choose one of: %(allowed)s.") % {"allowed": allowed}
        raise Invalid.field("status", message, code="invalid_choice")
    if "synopsis" in values:
        values["synopsis"] = clean_prose(
            values["synopsis"], field="synopsis", max_length=MAX_SYNOPSIS
        )
    if values.get("genre"):
        genre = values["genre"].strip()
        values["genre"] = clean_title(genre, field="genre", max_length=MAX_GENRE) if genre else ""
    return values


def _title_taken() -> Conflict:
    message = _("You have a story with this title already.")
    return Conflict(
        message, code="title_taken", errors=[FieldError("title", message, "title_taken")]
    )
