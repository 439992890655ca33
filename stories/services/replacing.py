"""Replacing words across a book as one step, and taking that step back.

Every chapter keeps what it was as a version. Nothing of it counts as written. A chapter that was
changed since its hits were seen refuses the whole step: either all of it happens or none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import Conflict, Invalid, Stale, TooLarge
from stories.models import Chapter, ChapterQuerySet, ChapterVersion, Replacement, Story
from stories.replacing import Wanted
from stories.saving import SaveResult, write_content
from stories.services.stories import touch_story

REPLACED = "replaced"
CHANGED = "changed"
GONE = "gone"
FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class Part:
    """A chapter as its hits were seen, and the numbers of those that are to stay, from 0."""

    chapter_id: uuid.UUID
    base: str
    leave_out: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Left:
    """A chapter that could not be taken back, and why.

    CHANGED: it was edited since; GONE: it is in the trash or in another story; FORGOTTEN: its
    history does not hold the text any more.
    """

    chapter_id: uuid.UUID
    title: str
    why: str


@dataclass(frozen=True)
class TakenBack:
    """What undoing a replacement did."""

    restored: Sequence[Chapter]
    left: Sequence[Left]


@transaction.atomic
def replace_in_story(
    story: Story,
    *,
    asked: Wanted,
    parts: Iterable[Part],
    by: User,
    source: str,
    at: datetime,
) -> Replacement:
    """Replace every hit in the chapters named, but those left out; return the step.

    Stale, with the `chapters` in question, when one of them is not what was seen; Invalid when
    nothing is left to replace; TooLarge when a chapter would grow beyond 5 MB.
    """
    # Whoever saves a chapter takes the story's row first: from here on none changes.
    touch_story(story.pk, at=at)
    wanted = {part.chapter_id: part for part in parts}
    heads = {chapter.pk: chapter for chapter in _live(story).filter(pk__in=wanted).in_order()}
    _refuse_stale(story, wanted, heads)
    steps, count = [], 0
    for chapter_id, head in heads.items():
        leave_out = wanted[chapter_id].leave_out
        content, replaced = asked.put_into(head.content, leave_out=leave_out)
        if replaced:
            result = _write(head, content, by=by, source=source, at=at)
            steps.append([str(head.pk), head.content_revision, head.content_hash, result.hash])
            count += replaced
    if not steps:
        message = _("Nothing was chosen, so nothing was replaced.")
        raise Invalid(message, code="nothing_chosen")
    return Replacement.objects.create(
        story=story,
        find=asked.find,
        replacement=asked.replacement,
        count=count,
        steps=steps,
        created_at=at,
    )


@transaction.atomic
def undo_replacement(replacement: Replacement, *, by: User, at: datetime) -> TakenBack:
    """Give each chapter its exact text from before, as a new revision.

    One that was edited since stays as it is. Conflict when that is all of them, or when the step
    has been taken back already.
    """
    touch_story(replacement.story_id, at=at)
    replacement.refresh_from_db(fields=["undone_at"])
    if replacement.undone_at is not None:
        raise Conflict(_("This replacement has been undone already."), code="already_undone")
    heads = {chapter.pk: chapter for chapter in _live(replacement.story).in_order()}
    restored, left = [], []
    for raw_id, revision, before, after in replacement.steps:
        chapter_id = uuid.UUID(raw_id)
        head = heads.get(chapter_id)
        kept = _kept(chapter_id, revision, before)
        if head is not None and head.content_hash == after and kept is not None:
            _restore(head, kept, by=by, at=at)
            restored.append(head)
        else:
            why = GONE if head is None else CHANGED if kept else FORGOTTEN
            left.append(Left(chapter_id, _title(chapter_id, by=by), why))
    if not restored:
        message = _("Every chapter was changed since, so nothing was undone.")
        raise Conflict(message, code="changed_since")
    replacement.undone_at = at
    replacement.save(update_fields=["undone_at"])
    return TakenBack(restored, left)


def _live(story: Story) -> ChapterQuerySet:
    return Chapter.objects.filter(story=story).live().defer("text")


def _refuse_stale(
    story: Story, wanted: Mapping[uuid.UUID, Part], heads: Mapping[uuid.UUID, Chapter]
) -> None:
    changed = [pk for pk, part in wanted.items() if pk not in heads or heads[pk].etag != part.base]
    if not changed:
        return
    # Of chapters that are not in this story nothing is told, not even that they are elsewhere.
    known = Chapter.objects.filter(story=story, pk__in=changed).in_order().without_prose()
    chapters = [{"id": str(row.pk), "title": row.title, "base_revision": row.etag} for row in known]
    raise Stale(
        _("Some chapters were changed since you looked. Nothing was replaced."),
        extra={"chapters": chapters},
    )


def _write(head: Chapter, content: str, *, by: User, source: str, at: datetime) -> SaveResult:
    try:
        return write_content(
            head.pk,
            by=by,
            content=content,
            base=head.etag,
            source=source,
            cause=REPLACED,
            at=at,
            keep=ChapterVersion.Reason.REPLACE,
        )
    except TooLarge as refusal:
        message = _("“%(title)s” would be longer than 5 MB, the most that a chapter can hold.")
        raise TooLarge(message % {"title": head.title}) from refusal


def _kept(chapter_id: uuid.UUID, revision: int, content_hash: str) -> ChapterVersion | None:
    """Return the version that holds the text from before, whatever it is kept for."""
    kept = ChapterVersion.objects.filter(chapter=chapter_id, revision=revision)
    return kept.filter(content_hash=content_hash).first()


def _restore(head: Chapter, kept: ChapterVersion, *, by: User, at: datetime) -> None:
    write_content(
        head.pk,
        by=by,
        content=kept.content,
        base=head.etag,
        source="restore",
        cause="restored",
        at=at,
        keep=ChapterVersion.Reason.RESTORE,
    )


def _title(chapter_id: uuid.UUID, *, by: User) -> str:
    """Return the chapter's title wherever it is now; "" when it is gone for good."""
    own = Chapter.objects.visible_to(by).filter(pk=chapter_id)
    return own.values_list("title", flat=True).first() or ""
