"""A story's cover: uploaded, drawn anew, made smaller in the background, shown to its writer.

Whatever is not there yet stands back: without a smaller picture the large one is shown, without any
the cover that is set from the title.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import IO
from uuid import UUID

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts import limits
from nexus.lib.effects import after_commit
from nexus.lib.errors import DomainError, NotFound
from nexus.lib.limits import take
from nexus.lib.picture_files import (
    discard_pictures,
    keep_picture,
    keep_size,
    name_of_size,
    read_picture,
    serve_picture,
    sweep,
    version_of,
)
from nexus.lib.pictures import Frame, as_jpeg, as_webp
from nexus.lib.storage import refusing_faults
from stories.models import Story

FOLDER = "covers"
LARGEST = Frame(1600, 1600)
# A tile of the library, on plain and on fine screens.
SIZES = {"small": Frame(240, 360, fills=True), "large": Frame(480, 720, fills=True)}
# Seconds between two wishes for pictures that were missing.
PATIENCE = 300
logger = structlog.get_logger("nexus.pictures")


def set_cover(story: Story, *, file: IO[bytes], at: datetime) -> Story:
    """Make an uploaded picture the cover.

    Raises Invalid or TooLarge for what is no picture for it, TooMany after too many of them, Busy
    when it cannot be kept, NotFound when the story has gone meanwhile. Then the cover is as it was.
    """
    limits.picture(story.owner_id)
    picture = as_jpeg(file, LARGEST)
    with refusing_faults():
        return put_cover(story, picture, at=at)


def put_cover(story: Story, picture: bytes, *, at: datetime) -> Story:
    """Make a JPEG of ours the cover; OSError when it cannot be kept, NotFound as above."""
    name = keep_picture(FOLDER, picture)
    try:
        _exchange(story, name, at=at)
    except BaseException:
        discard_pictures([name])
        raise
    return story


def bring_cover(story_id: UUID, picture: bytes) -> None:
    """Give a story that was just brought in the JPEG of ours it came with, in the trash too.

    Raises OSError when it cannot be kept. Where the transaction fails, the file is swept up.
    """
    Story.objects.filter(pk=story_id).update(cover=keep_picture(FOLDER, picture))
    _ask_for_sizes(story_id)


def adopt_cover(story_id: UUID, raw: bytes) -> None:
    """Take over the cover of a book that was just imported; without it the book is as whole."""
    try:
        bring_cover(story_id, as_jpeg(io.BytesIO(raw), LARGEST))
    except (DomainError, OSError) as error:
        logger.info("cover_not_adopted", story=str(story_id), cause=type(error).__name__)


def remove_cover(story: Story, *, at: datetime) -> Story:
    """Go back to the cover that is set from the title; nothing happens where there is no other."""
    if story.cover:
        _exchange(story, "", at=at)
    return story


@transaction.atomic
def _exchange(story: Story, name: str, *, at: datetime) -> None:
    live = Story.objects.live().select_for_update(no_key=True)
    row = live.only("cover").filter(pk=story.pk).first()
    if row is None:
        raise NotFound(_("There is no such story."))
    before = row.cover.name
    Story.objects.filter(pk=story.pk).update(cover=name, updated_at=at)
    story.cover, story.updated_at = name, at
    if before:
        after_commit(discard_covers, [before])
    if name:
        _ask_for_sizes(story.pk)


def discard_covers(names: list[str]) -> None:
    """Delete covers with their smaller pictures; see `discard_pictures`."""
    discard_pictures(names, SIZES)


def _ask_for_sizes(story_id: UUID) -> None:
    from stories.tasks import make_cover_sizes

    after_commit(make_cover_sizes.delay, str(story_id))


def make_sizes(story_id: UUID) -> int:
    """Make the smaller pictures that are missing, and return how many; twice does no harm.

    Raises OSError while the storage is away, to be tried again.
    """
    name = _name_now(story_id)
    if not name:
        return 0
    try:
        picture = read_picture(name)
    except FileNotFoundError:
        return 0
    for size, frame in SIZES.items():
        keep_size(name, size, as_webp(picture, frame))
    if _name_now(story_id) != name:
        # Exchanged meanwhile: whoever discarded it may have been here before these were.
        discard_covers([name])
    return len(SIZES)


def _name_now(story_id: UUID) -> str:
    return Story.objects.filter(pk=story_id).values_list("cover", flat=True).first() or ""


def sweep_covers(*, at: datetime) -> int:
    """Delete covers that belong to no story any more."""
    return sweep(FOLDER, Story.objects.exclude(cover="").values_list("cover", flat=True), at=at)


def serve_cover(request: HttpRequest, story: Story, *, size: str = "") -> HttpResponseBase:
    """Answer with the cover of a story that the caller has found to be the asking writer's.

    NotFound where there is none. While a smaller one is missing, the large one stands in for it.
    """
    missing = NotFound(_("This story has no cover of its own."), code="no_cover")
    if not story.cover:
        raise missing
    name = str(story.cover.name)
    try:
        if size not in SIZES:
            return serve_picture(request, name)
        try:
            return serve_picture(request, name_of_size(name, size))
        except FileNotFoundError:
            # After a restore, or when the task was lost.
            if take("cover-sizes", name, limit=1, seconds=PATIENCE).is_allowed:
                _ask_for_sizes(story.pk)
            return serve_picture(request, name, is_lasting=False)
    except FileNotFoundError as error:
        raise missing from error


def api_address(story: Story) -> str | None:
    """Return where a program gets the cover, None without a picture."""
    if not story.cover:
        return None
    return f"/api/v1/stories/{story.pk}/cover?v={version_of(str(story.cover.name))}"


def shown(story: Story) -> dict[str, str] | None:
    """Return the addresses of the cover for plain and fine screens, None without a picture."""
    if not story.cover:
        return None
    version = version_of(str(story.cover.name))
    address = f"{story.get_absolute_url()}cover.jpg?v={version}"
    return {
        "small": f"{address}&size=small",
        "large": f"{address}&size=large",
        "whole": address,
    }
