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
from nexus.lib.errors import Conflict, Invalid, Stale
from stories.models import Chapter, ChapterVersion, Replacement, Story
from stories.replacing import Wanted
from stories.services.rewriting import lock_chapters, rewrite
from stories.services.stories import touch_story

REPLACED = "replaced"
CHANGED = "changed"
GONE = "gone"
FORGOTTEN = "forgotten"
Texts = list[tuple[Chapter, str]]


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
    named = {part.chapter_id: part for part in parts}
    heads = {head.pk: head for head in lock_chapters(story).filter(pk__in=named)}
    _refuse_stale(story, named, heads)
    texts, count = _replaced(asked, named, heads)
    written = rewrite(
        story,
        texts,
        by=by,
        source=source,
        cause=REPLACED,
        keep=ChapterVersion.Reason.REPLACE,
        at=at,
    )
    steps = [
        [str(head.pk), head.content_revision, head.content_hash, after.content_hash]
        for (head, _content), after in zip(texts, written, strict=True)
    ]
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
    texts, left = _texts_before(replacement, by=by)
    restored = rewrite(
        replacement.story,
        texts,
        by=by,
        source="restore",
        cause=REPLACED,
        keep=ChapterVersion.Reason.RESTORE,
        at=at,
    )
    replacement.undone_at = at
    replacement.save(update_fields=["undone_at"])
    return TakenBack(restored, left)


def _replaced(
    asked: Wanted, named: Mapping[uuid.UUID, Part], heads: Mapping[uuid.UUID, Chapter]
) -> tuple[Texts, int]:
    """Return the chapters that change with their new texts, and how many hits were replaced."""
    texts, count = [], 0
    for pk, head in heads.items():
        content, replaced = asked.put_into(head.content, leave_out=named[pk].leave_out)
        if replaced and head.text:
            texts.append((head, content))
            count += replaced
    if not texts:
        message = _("Nothing was chosen, so nothing was replaced.")
        raise Invalid(message, code="nothing_chosen")
    return texts, count


def _texts_before(replacement: Replacement, *, by: User) -> tuple[Texts, list[Left]]:
    """Return the chapters that read as the step left them, with their texts from before it."""
    heads = {str(head.pk): head for head in lock_chapters(replacement.story)}
    kept = _kept(replacement)
    texts, left = [], []
    for raw_id, _revision, _before, after in replacement.steps:
        head = heads.get(raw_id)
        if head is not None and head.content_hash == after and raw_id in kept:
            texts.append((head, kept[raw_id]))
        else:
            why = GONE if head is None else CHANGED if raw_id in kept else FORGOTTEN
            left.append(Left(uuid.UUID(raw_id), _title(raw_id, by=by), why))
    if not texts:
        message = _("Every chapter was changed since, so nothing was undone.")
        raise Conflict(message, code="changed_since")
    return texts, left


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


def _kept(replacement: Replacement) -> dict[str, str]:
    """Return the texts from before that the history still holds, for whatever reason it does."""
    wanted = {(raw_id, number, before) for raw_id, number, before, _after in replacement.steps}
    versions = ChapterVersion.objects.filter(
        chapter__in=[step[0] for step in replacement.steps],
        revision__in={step[1] for step in replacement.steps},
    )
    columns = ("chapter_id", "revision", "content_hash", "content")
    return {
        str(pk): content
        for pk, revision, content_hash, content in versions.values_list(*columns)
        if (str(pk), revision, content_hash) in wanted
    }


def _title(chapter_id: str, *, by: User) -> str:
    """Return the chapter's title wherever it is now; "" when it is gone for good."""
    own = Chapter.objects.visible_to(by).filter(pk=chapter_id)
    return own.values_list("title", flat=True).first() or ""
