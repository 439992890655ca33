"""Splitting a chapter in two, and merging one with the next.

Nothing is written or lost by either: what stood in the chapter is kept as a version, the ledger
books the words as moved, and a chapter that was merged into another keeps its text and its history
in the trash. Whoever asks names the text that was seen; any other is refused as stale.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import Conflict, Invalid, TooLarge
from nexus.lib.names import clean_title, title_key
from stories.models import Chapter, ChapterVersion
from stories.saving import Change, announce, lock_head, stale, write_content
from stories.services.chapters import FreeTitles, create_chapter, title_taken, trash_chapter
from stories.services.comments import carry_comments
from stories.services.notes import hand_on_notes
from stories.text import block_id, heading_text, top_blocks

MOVED = "moved"
SCENE_BREAK = "<hr>"


@dataclass(frozen=True)
class Cut:
    """Where to split: before the outermost block of this number, from 1, or of this id."""

    number: int | None = None
    block: str = ""


@dataclass(frozen=True)
class Neighbour:
    """The next chapter as it was seen: its base and, if that is known, which one it was."""

    base: str
    id: uuid.UUID | None = None


@transaction.atomic
def split_chapter(
    chapter: Chapter,
    *,
    by: User,
    base: str,
    cut: Cut,
    title: str = "",
    source: str,
    at: datetime,
) -> Chapter:
    """Make everything from `cut` on a new chapter right after this one; return the new one.

    Without a `title` it takes that of the heading it begins with, or the old one with a number.
    Conflict when the story has a chapter of that title; Stale when `base` is not the head; Invalid
    when nothing would be left on one side.
    """
    head = _whole(lock_head(chapter.pk, by=by, at=at))
    if title and _is_taken(head, title):
        raise title_taken()
    if head.etag != base:
        raise stale(head)
    blocks = top_blocks(head.content)
    number = _number(blocks, cut)
    after = create_chapter(
        head.story,
        by=by,
        title=title or default_title(head, blocks[number]),
        content="".join(blocks[number:]),
        position=(head.position or 0) + 1,
        source=source,
        cause=MOVED,
        at=at,
    )
    if head.published_at is not None:
        # It was out already, and splitting takes nothing back.
        Chapter.objects.filter(pk=after.pk).update(published_at=head.published_at)
    write_content(
        head.pk,
        by=by,
        content="".join(blocks[:number]),
        base=base,
        source=source,
        cause=MOVED,
        at=at,
        keep=ChapterVersion.Reason.SPLIT,
    )
    carry_comments(head.pk, [head.pk, after.pk])
    return after


@transaction.atomic
def merge_with_next(
    chapter: Chapter,
    *,
    by: User,
    base: str,
    following: Neighbour,
    scene_break: bool = False,
    source: str,
    at: datetime,
) -> Chapter:
    """Append the next chapter's text to this one's; return the next one, in the trash now.

    It keeps its text and history there; restoring it brings it back as it was. Conflict when there
    is no next chapter; Stale when either text is not the one named; TooLarge beyond 5 MB.
    """
    head = _whole(lock_head(chapter.pk, by=by, at=at))
    after = next_of(head)
    if after is None:
        raise Conflict(_("No chapter comes after this one."), code="no_next_chapter")
    after = _whole(lock_head(after.pk, by=by, at=at))
    if head.etag != base:
        raise stale(head)
    if after.etag != following.base or following.id not in {None, after.pk}:
        raise stale(after)
    try:
        write_content(
            head.pk,
            by=by,
            content=_joined(head.content, after.content, scene_break=scene_break),
            base=base,
            source=source,
            cause=MOVED,
            at=at,
            keep=ChapterVersion.Reason.MERGE,
        )
    except TooLarge as refusal:
        message = _("Together they would be longer than 5 MB, the most that a chapter can hold.")
        raise TooLarge(message) from refusal
    _put_away(after, into=head, by=by, source=source, at=at)
    carry_comments(after.pk, [head.pk])
    hand_on_notes(after, head, at=at)
    return after


def next_of(chapter: Chapter) -> Chapter | None:
    """Return the chapter that follows in its story, without its prose."""
    place = (chapter.position or 0) + 1
    rows = Chapter.objects.live().filter(story=chapter.story_id, position=place)
    return rows.without_prose().first()


def hand_on_part(chapter: Chapter, *, at: datetime) -> None:
    """Let the part that begins with this chapter begin with the next one, unless another does."""
    following = next_of(chapter)
    if chapter.part_title and following is not None and not following.part_title:
        Chapter.objects.filter(pk=following.pk).update(
            part_title=chapter.part_title, metadata_version=F("metadata_version") + 1, updated_at=at
        )


def default_title(chapter: Chapter, block: str) -> str:
    """Return a title that is free for what begins with `block`."""
    wanted = heading_text(block) or chapter.title
    return FreeTitles(chapter.story).take(wanted, number=(chapter.position or 0) + 2)


def _whole(head: Chapter) -> Chapter:
    """Return the locked chapter with everything in it, which saving does not read."""
    return Chapter.objects.select_related("story").get(pk=head.pk)


def _is_taken(chapter: Chapter, title: str) -> bool:
    live = Chapter.objects.live().filter(story=chapter.story_id)
    return live.filter(title_key=title_key(clean_title(title))).exists()


def _number(blocks: list[str], cut: Cut) -> int:
    """Return the number of the block that begins the new chapter."""
    ids = [block_id(block) for block in blocks] if cut.block else []
    number = ids.index(cut.block) if cut.block in ids else cut.number
    field = "block" if cut.block else "at"
    if number is None:
        raise Invalid.field(field, _("There is no such paragraph."), code="no_such_block")
    if not 1 <= number < len(blocks):
        message = _("Something must be left on both sides of the split.")
        raise Invalid.field(field, message, code="nothing_left")
    return number


def _joined(first: str, second: str, *, scene_break: bool) -> str:
    between = SCENE_BREAK if scene_break and first and second else ""
    return first + between + second


def _put_away(after: Chapter, *, into: Chapter, by: User, source: str, at: datetime) -> None:
    """Put the merged chapter in the trash, its text untouched; its words are in the other now."""
    hand_on_part(after, at=at)
    trash_chapter(after, at=at)
    Chapter.objects.filter(pk=after.pk).update(merged_into=into)
    if after.content:
        change = Change(
            words_before=after.word_count,
            words_after=0,
            source=source,
            cause=MOVED,
            text_before=after.text,
        )
        announce(after, by=by, at=at, change=change)
