"""Adding, naming, ordering, putting away and bringing back chapters.

Chapters that are not in the trash hold the positions 0…n-1 without gaps. Each service takes the
story's row first (`touch_story`), so that two changes of order never meet half-way.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import Conflict, FieldError, Invalid, NotFound
from nexus.lib.names import MAX_LENGTH, clean_title, title_key
from stories.models import Chapter, Story
from stories.saving import Change, Prose, announce, derive, moving, write_content
from stories.services.comments import give_back_comments
from stories.services.conflicts import refusing
from stories.services.notes import first_notes, write_notes
from stories.services.stories import touch_story

BATCH = 25
# What a chapter in the trash has, and no other.
AWAY = ("trashed_at", "trashed_position", "merged_into")


@transaction.atomic
def create_chapter(
    story: Story,
    *,
    by: User,
    title: str,
    content: str = "",
    part_title: str = "",
    position: int | None = None,
    source: str,
    cause: str = "",
    at: datetime,
) -> Chapter:
    """Add a chapter, last or at `position`; Conflict when the story has one of that title.

    `cause` says where its words come from, when they are neither typed nor brought from outside.
    """
    prose = derive(content)
    chapter = _new(story, title, part_title, prose, at)
    touch_story(story.pk, at=at)
    chapter.position = _make_room(story.pk, position)
    with refusing("chapter_title_once_per_story", title_taken()):
        chapter.save(force_insert=True)
    if prose.content:
        of_source = "typed" if source in {"editor", "form"} else "imported"
        _announce_new(chapter, by=by, source=source, cause=cause or of_source, at=at)
    return chapter


@transaction.atomic
def import_chapters(
    story: Story, *, by: User, chapters: Sequence[Mapping[str, str]], at: datetime
) -> list[Chapter]:
    """Append many chapters at once, all or none.

    Of each: `title`, `part_title`, `content`, and `synopsis` and `notes` beside the text.
    Titles of a book may repeat or be missing: they get a number instead of a refusal.
    """
    prose = [derive(chapter.get("content", "")) for chapter in chapters]
    touch_story(story.pk, at=at)
    first = _count(story.pk)
    names = FreeTitles(story)
    added = []
    for index, (chapter, text) in enumerate(zip(chapters, prose, strict=True)):
        title = names.take(chapter.get("title", ""), number=first + index + 1)
        part = _printable(chapter.get("part_title", ""))[:MAX_LENGTH]
        added.append(_new(story, title, part, text, at))
        added[-1].position = first + index
        beside = first_notes(chapter.get("synopsis", ""), chapter.get("notes", ""))
        for field, value in beside.items():
            setattr(added[-1], field, value)
    Chapter.objects.bulk_create(added, batch_size=BATCH)
    for chapter_added in added:
        _announce_new(chapter_added, by=by, source="import", cause="imported", at=at)
    return added


@transaction.atomic
def update_chapter(
    chapter: Chapter,
    *,
    by: User,
    at: datetime,
    title: str | None = None,
    part_title: str | None = None,
    published: bool | None = None,
) -> Chapter:
    """Change title, part or publication; the content's revision stays, so no save gets stale."""
    values: dict[str, Any] = {}
    if title is not None:
        values["title"] = clean_title(title)
        values["title_key"] = title_key(values["title"])
    if part_title is not None:
        values["part_title"] = _clean_part(part_title)
    if published is not None and published != chapter.is_published:
        values["published_at"] = at if published else None
    if not values:
        return chapter
    values |= {"updated_at": at, "metadata_version": F("metadata_version") + 1}
    touch_story(chapter.story_id, at=at)
    with refusing("chapter_title_once_per_story", title_taken()):
        _write(chapter.pk, **values)
    chapter.refresh_from_db(fields=[*values])
    return chapter


@transaction.atomic
def revise_chapter(
    chapter: Chapter,
    *,
    by: User,
    at: datetime,
    base: str | None = None,
    content: str | None = None,
    synopsis: str | None = None,
    notes: str | None = None,
    notes_version: int | None = None,
    **changes: Any,
) -> None:
    """Change text and what stands around it at once, for programs; all or nothing.

    Stale when `base` is given and not the head; without it the replaced text is kept. Stale as well
    when `notes_version` is not that of the synopsis and the notes.
    """
    if content is not None:
        write_content(
            chapter.pk, by=by, content=content, base=base, source="api", cause="imported", at=at
        )
    if synopsis is not None or notes is not None:
        write_notes(chapter, at=at, synopsis=synopsis, notes=notes, base=notes_version)
    update_chapter(chapter, by=by, at=at, **changes)


@transaction.atomic
def reorder_chapters(
    story: Story,
    *,
    at: datetime,
    order: Sequence[uuid.UUID] | None = None,
    from_pos: int | None = None,
    to_pos: int | None = None,
) -> list[uuid.UUID]:
    """Give the whole `order`, or move one chapter between 0-based positions; return the order."""
    touch_story(story.pk, at=at)
    rows = Chapter.objects.live().filter(story=story).in_order().only("id", "position")
    now = {chapter.pk: chapter for chapter in rows}
    wanted = (
        _checked_order(list(now), order)
        if order is not None
        else _moved(list(now), from_pos, to_pos)
    )
    changed = []
    for position, pk in enumerate(wanted):
        if now[pk].position != position:
            now[pk].position = position
            changed.append(now[pk])
    Chapter.objects.bulk_update(changed, ["position"], batch_size=500)
    if order is None and changed:
        Chapter.objects.filter(pk=wanted[to_pos or 0]).update(updated_at=at)
    return wanted


def move_chapter(chapter: Chapter, *, to_pos: int, at: datetime) -> list[uuid.UUID]:
    """Move one chapter to a 0-based position among its story's chapters."""
    with transaction.atomic():
        _hold(chapter, at=at)
        chapter.refresh_from_db(fields=["position"])
        return reorder_chapters(chapter.story, from_pos=chapter.position, to_pos=to_pos, at=at)


@transaction.atomic
def trash_chapter(chapter: Chapter, *, at: datetime) -> None:
    """Put a chapter away; it remembers its place."""
    _hold(chapter, at=at)
    row = Chapter.objects.filter(pk=chapter.pk, trashed_at__isnull=True).only("position").first()
    if row is None or row.position is None:
        raise NotFound(_("There is no such chapter."))
    _write(chapter.pk, trashed_at=at, trashed_position=row.position, position=None, updated_at=at)
    later = Chapter.objects.filter(story=chapter.story_id, position__gt=row.position)
    later.update(position=F("position") - 1)


@transaction.atomic
def restore_chapter(chapter: Chapter, *, at: datetime) -> Chapter:
    """Bring a chapter back to its old place, or last when the story has become shorter.

    A chapter that is not in the trash stays as it is. One that was merged into another brings its
    words with it: they are in both then. Conflict when its title has been taken meanwhile, or when
    its story is in the trash itself.
    """
    if Story.objects.trashed().filter(pk=chapter.story_id).exists():
        raise Conflict(
            _("Its story is in the trash. Please restore the story first."), code="story_in_trash"
        )
    _hold(chapter, at=at)
    chapter.refresh_from_db(fields=["trashed_at", "trashed_position", "position", "merged_into"])
    if chapter.trashed_at is None:
        return chapter
    place = min(chapter.trashed_position or 0, _count(chapter.story_id))
    chapter.position = _make_room(chapter.story_id, place)
    merged_into = chapter.merged_into
    chapter.trashed_at, chapter.trashed_position, chapter.updated_at = None, None, at
    chapter.merged_into = None
    with refusing("chapter_title_once_per_story", title_taken()):
        chapter.save(update_fields=[*AWAY, "position", "updated_at"])
    if merged_into is not None:
        _take_back(chapter, at=at)
        give_back_comments(merged_into, chapter)
    return chapter


def _hold(chapter: Chapter, *, at: datetime) -> None:
    """Hold the chapter's story; Busy when it has moved to another one meanwhile."""
    touch_story(chapter.story_id, at=at)
    if Chapter.objects.filter(pk=chapter.pk).exclude(story=chapter.story_id).exists():
        raise moving()


def _new(story: Story, title: str, part_title: str, prose: Prose, at: datetime) -> Chapter:
    clean = clean_title(title)
    return Chapter(
        story=story,
        title=clean,
        title_key=title_key(clean),
        part_title=_clean_part(part_title),
        content_saved_at=at,
        created_at=at,
        updated_at=at,
        **prose.fields,
    )


def _announce_new(chapter: Chapter, *, by: User, source: str, cause: str, at: datetime) -> None:
    change = Change(
        words_before=0,
        words_after=chapter.word_count,
        source=source,
        cause=cause,
        text_after=chapter.text,
    )
    announce(chapter, by=by, at=at, change=change)


def _take_back(chapter: Chapter, *, at: datetime) -> None:
    """Give a merged chapter what it had handed on: its words, and the heading of its part."""
    after = Chapter.objects.filter(story=chapter.story_id, position=(chapter.position or 0) + 1)
    if chapter.part_title:
        after.filter(part_title=chapter.part_title).update(part_title="", updated_at=at)
    if chapter.content:
        by = chapter.story.owner
        _announce_new(chapter, by=by, source="restore", cause="restored", at=at)


def _count(story_id: uuid.UUID) -> int:
    return Chapter.objects.filter(story=story_id, position__isnull=False).count()


def _make_room(story_id: uuid.UUID, position: int | None) -> int:
    """Return the position for one more chapter, the later ones moved up."""
    count = _count(story_id)
    if position is None or position == count:
        return count
    if not 0 <= position < count:
        raise _outside("position", count)
    later = Chapter.objects.filter(story=story_id, position__gte=position)
    later.update(position=F("position") + 1)
    return position


def _checked_order(now: list[uuid.UUID], order: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    wanted = list(order)
    if len(wanted) != len(now) or set(wanted) != set(now):
        message = _("Please name each chapter of this story exactly once.")
        raise Invalid.field("order", message, code="not_the_chapters")
    return wanted


def _moved(now: list[uuid.UUID], from_pos: int | None, to_pos: int | None) -> list[uuid.UUID]:
    for field, value in (("from_pos", from_pos), ("to_pos", to_pos)):
        if value is None or not 0 <= value < len(now):
            raise _outside(field, len(now) - 1)
    wanted = list(now)
    wanted.insert(to_pos or 0, wanted.pop(from_pos or 0))
    return wanted


def _outside(field: str, last: int) -> Invalid:
    message = _("Please give a position from 0 to %(last)d.") % {"last": max(last, 0)}
    return Invalid.field(field, message, code="out_of_range")


def _write(chapter_id: uuid.UUID, **values: Any) -> None:
    if not Chapter.objects.filter(pk=chapter_id, trashed_at__isnull=True).update(**values):
        raise NotFound(_("There is no such chapter."))


def _clean_part(raw: str) -> str:
    return clean_title(raw, field="part_title") if raw.strip() else ""


def _printable(raw: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in raw).split())


class FreeTitles:
    """Hands out titles that the story does not have yet."""

    def __init__(self, story: Story) -> None:
        rows = Chapter.objects.filter(story=story, trashed_at__isnull=True)
        self.taken = set(rows.values_list("title_key", flat=True))

    def take(self, raw: str, *, number: int) -> str:
        wanted = _printable(raw)[: MAX_LENGTH - 10].strip() or _("Chapter %d") % number
        title, again = clean_title(wanted), 1
        while title_key(title) in self.taken:
            again += 1
            title = f"{wanted} ({again})"
        self.taken.add(title_key(title))
        return title


def title_taken() -> Conflict:
    message = _("This story has a chapter with this title already.")
    return Conflict(
        message, code="title_taken", errors=[FieldError("title", message, "title_taken")]
    )
