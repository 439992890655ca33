"""Commenting on passages, and keeping each comment with its passage.

Comments are no part of a chapter's HTML, so no count, hash or export knows of them. Nothing of this
happens in a save: each comment bears the hash of the text its passage was last looked for in, and
whoever reads comments has those of another text found again first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nexus.lib.errors import Conflict, Invalid, NotFound, Stale
from stories.anchors import Anchor, Found, Reading, find_passage
from stories.models import Chapter, Comment
from stories.services.stories import clean_prose

MAX_COMMENT = 10_000
MAX_QUOTE = 5_000
MOST_COMMENTS = 500
PLACE = ("quote", "prefix", "suffix", "block", "paragraph", "start")


def comments_on(chapter: Chapter) -> list[Comment]:
    """Return a chapter's comments as their passages follow in its text, found again if need be.

    The chapter's text is read only when it has changed since.
    """
    comments = list(Comment.objects.filter(chapter=chapter).in_order())
    old = [comment for comment in comments if comment.stamp != chapter.content_hash]
    if not old:
        return comments
    reading = Reading(chapter.content)
    for comment in old:
        _settle(comment, find_passage(reading, anchor_of(comment)), stamp=chapter.content_hash)
    Comment.objects.bulk_update(old, [*PLACE, "stamp"], batch_size=100)
    return sorted(comments, key=_in_text)


@transaction.atomic
def add_comment(chapter: Chapter, *, text: str, anchor: Anchor, at: datetime) -> Comment:
    """Comment on a passage, which need not be on the server yet; Conflict beyond 500 comments."""
    # Counted under the chapter's lock, or two at once would both be the last one.
    row = Chapter.objects.live().filter(pk=chapter.pk).select_for_update(no_key=True, of=("self",))
    head = row.only("content", "content_hash").first()
    if head is None:
        raise NotFound(_("There is no such chapter."))
    if Comment.objects.filter(chapter=head).count() >= MOST_COMMENTS:
        message = _("A chapter can have %(most)d comments. Please delete some first.")
        raise Conflict(message % {"most": MOST_COMMENTS}, code="too_many_comments")
    comment = Comment(chapter=head, text=_checked_text(text), created_at=at, updated_at=at)
    _put(comment, anchor, head)
    comment.save(force_insert=True)
    return comment


@transaction.atomic
def change_comment(
    comment: Comment,
    *,
    at: datetime,
    text: str | None = None,
    resolved: bool | None = None,
    anchor: Anchor | None = None,
    base: int | None = None,
) -> Comment:
    """Change what a comment says, whether it is settled, or where it stands.

    `base` is the version that was read: Stale when the words are not those any more. Where it
    stands has no version: a passage that moved changes no word of hers.
    """
    rows = Comment.objects.filter(pk=comment.pk).select_for_update(no_key=True, of=("self",))
    fresh = rows.select_related("chapter").first()
    if fresh is None:
        raise NotFound(_("There is no such comment."))
    if anchor is not None:
        _put(fresh, anchor, fresh.chapter)
    words = fresh.text if text is None else _checked_text(text)
    if words != fresh.text:
        if base is not None and base != fresh.version:
            raise _stale(fresh)
        fresh.text, fresh.version, fresh.updated_at = words, fresh.version + 1, at
    if resolved is not None and resolved != fresh.is_resolved:
        fresh.resolved_at = at if resolved else None
    fresh.save(update_fields=[*PLACE, "stamp", "text", "version", "resolved_at", "updated_at"])
    return fresh


def carry_comments(source_id: UUID, target_ids: Sequence[UUID]) -> None:
    """Give each comment of one chapter to that of the targets whose text holds its passage.

    Of several the surest counts, then the first; what is in none of them goes to the first.
    """
    comments = list(Comment.objects.filter(chapter=source_id))
    if not comments:
        return
    rows = Chapter.objects.filter(pk__in=target_ids).only("content", "content_hash").in_bulk()
    targets = [rows[target_id] for target_id in target_ids]
    readings = [Reading(target.content) for target in targets]
    for comment in comments:
        anchor = anchor_of(comment)
        found = [find_passage(reading, anchor) for reading in readings]
        best = max(range(len(targets)), key=lambda number: _sureness(found[number]))
        comment.chapter = targets[best]
        _settle(comment, found[best], stamp=targets[best].content_hash)
    Comment.objects.bulk_update(comments, ["chapter", *PLACE, "stamp"], batch_size=100)


@transaction.atomic
def give_back_comments(source: Chapter, target: Chapter) -> None:
    """Move the comments on what the target has word for word: what a merge took along, undone."""
    reading = Reading(target.content)
    back = []
    for comment in Comment.objects.filter(chapter=source):
        found = find_passage(reading, anchor_of(comment))
        if found is not None and found.is_exact:
            comment.chapter = target
            _settle(comment, found, stamp=target.content_hash)
            back.append(comment)
    Comment.objects.bulk_update(back, ["chapter", *PLACE, "stamp"], batch_size=100)


def anchor_of(comment: Comment) -> Anchor:
    return Anchor(**{name: getattr(comment, name) for name in PLACE})


def _put(comment: Comment, anchor: Anchor, head: Chapter) -> None:
    """Let a comment stand where the anchor says, as the text is now.

    Words that only the window has yet are taken as they are told; the next look finds them.
    """
    if not anchor.quote.strip():
        raise Invalid.field("quote", _("Please choose a passage."), code="blank")
    if len(anchor.quote) > MAX_QUOTE:
        message = _("A comment can stand at up to %(max)d characters.") % {"max": MAX_QUOTE}
        raise Invalid.field("quote", message, code="max_length")
    for name, value in asdict(anchor).items():
        setattr(comment, name, value)
    found = find_passage(Reading(head.content), anchor)
    _settle(comment, found, stamp=head.content_hash)


def _settle(comment: Comment, found: Found | None, *, stamp: str) -> None:
    """Note where the passage stands; one that is gone keeps its words, but has no place."""
    comment.stamp = stamp
    if found is None or len(found.anchor.quote) > MAX_QUOTE:
        comment.paragraph = comment.start = None
        return
    for name in PLACE:
        setattr(comment, name, getattr(found.anchor, name))


def _checked_text(raw: str) -> str:
    text = clean_prose(raw.replace("\r\n", "\n").strip(), field="text", max_length=MAX_COMMENT)
    if not text:
        raise Invalid.field("text", _("Please write a comment."), code="blank")
    return text


def _stale(comment: Comment) -> Stale:
    return Stale(
        _("This comment was changed elsewhere since you opened it. Nothing was overwritten."),
        extra={"head_version": comment.version},
    )


def _sureness(found: Found | None) -> int:
    return found.sure if found else 0


def _in_text(comment: Comment) -> tuple[Any, ...]:
    """Order as `CommentQuerySet.in_order` does."""
    place = (comment.paragraph or 0, comment.start or 0)
    return (not comment.is_found, place, comment.created_at, comment.pk)
