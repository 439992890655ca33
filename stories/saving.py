"""How chapter text reaches the disk.

One promise carries everything: whoever got an answer from `save_content` has the text in Postgres,
and no save ever replaces text that its writer has not seen. Callers (the content endpoint, the API,
the form, restore) differ only in what they know about the base of the change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import Busy, Forbidden, Invalid, NotFound, Stale, TooLarge
from nexus.lib.failpoints import hit
from nexus.lib.ids import new_id
from nexus.lib.live import broadcast
from stories.counting import RULE, count_words
from stories.models import Chapter, ChapterVersion
from stories.signals import chapter_saved
from stories.text import clean_content, content_hash, to_text

MAX_CONTENT_BYTES = 5 * 1024 * 1024
VERSION_EVERY = timedelta(minutes=5)
BIG_CUT_WORDS = 200
BIG_CUT_SHARE = 0.5
# Whoever says so replaces text that was not typed over: it is kept, though its base was known.
KEPT_FOR = frozenset({"restored", "replaced", "imported"})
# "<revision>-<first 8 of the hash>", as an ETag: quotes and weakness carry no meaning.
BASE = re.compile(r'(?:W/)?("?)([1-9][0-9]{0,8})-([0-9a-f]{8})\1', re.ASCII)
# What a save must know of the head, in the order of the model's fields.
NEEDED = {
    *("id", "story_id", "title", "position", "text", "word_count", "created_at"),
    *("content_revision", "content_hash", "content_saved_at"),
}
HEAD = [field.attname for field in Chapter._meta.concrete_fields if field.attname in NEEDED]
# The statements of every save; written out, since building them anew costs more than running
# them. Story before chapter, as `touch_story` orders it for everyone. The text about to be replaced
# is not read here: it is only needed when it is kept.
LOCKING = """
    WITH story AS (
        UPDATE stories_story SET updated_at = %(at)s
        WHERE owner_id = %(owner)s AND trashed_at IS NULL
            AND id = (SELECT story_id FROM stories_chapter WHERE id = %(chapter)s)
        RETURNING id
    )
    SELECT {head},
        (
            SELECT max(created_at) FROM stories_chapterversion
            WHERE chapter_id = chapter.id AND reason <> 'recent'
        ) AS kept_at
    FROM stories_chapter AS chapter JOIN story ON story.id = chapter.story_id
    WHERE chapter.id = %(chapter)s AND chapter.trashed_at IS NULL
    FOR NO KEY UPDATE OF chapter
"""
LOCK = LOCKING.format(head=", ".join(f"chapter.{name}" for name in HEAD))
# The replaced text joins the history within the same statement, without travelling.
WRITE = """
    WITH kept AS (
        INSERT INTO stories_chapterversion (
            id, chapter_id, revision, content, content_hash, word_count, reason, name, saved_at,
            created_at
        )
        SELECT %(version)s, id, content_revision, content, content_hash, word_count,
            %(reason)s::varchar, '', content_saved_at, %(at)s
        FROM stories_chapter WHERE id = %(chapter)s AND %(reason)s::varchar <> ''
        ON CONFLICT (chapter_id, revision) DO NOTHING
    )
    UPDATE stories_chapter
    SET content = %(content)s, text = %(text)s, word_count = %(word_count)s,
        count_rule = %(count_rule)s, content_hash = %(content_hash)s,
        content_revision = content_revision + 1, content_saved_at = %(at)s, updated_at = %(at)s
    WHERE id = %(chapter)s
"""


@dataclass(frozen=True)
class Change:
    """What one accepted save did, for whoever keeps the ledger.

    `activity` is what the editor says it did, checked for shape only: `typed`, `pasted`, `removed`,
    `undone`, `restored`, `cut`, `replaced`, `applied` and `active_ms` as whole numbers ≥ 0, `since`
    as an ISO time with an offset, or None, and `moves`, what was cut or pasted, in order: objects
    of `cause`, `words` and `mark`. Whether it adds up is for the ledger to judge.
    """

    words_before: int
    words_after: int
    source: str
    cause: str
    activity: Mapping[str, Any] | None = None
    text_before: str = ""
    text_after: str = ""


@dataclass(frozen=True)
class Prose:
    """Cleaned content with all that is derived from it, once."""

    content: str
    text: str
    word_count: int
    hash: str
    normalised: bool

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of a chapter that follow from its text."""
        return {
            "content": self.content,
            "text": self.text,
            "word_count": self.word_count,
            "count_rule": RULE,
            "content_hash": self.hash,
        }


@dataclass(frozen=True)
class Undo:
    """What a save took out at once: how many words, and the version that still has them."""

    version_id: UUID
    words: int


@dataclass(frozen=True)
class SaveResult:
    """The acknowledgement of a save; `undo` when it took a large part of the text away."""

    revision: int
    hash: str
    word_count: int
    saved_at: datetime
    normalised: bool = False
    already_applied: bool = False
    undo: Undo | None = None

    @property
    def etag(self) -> str:
        return f"{self.revision}-{self.hash[:8]}"


def derive(raw: str) -> Prose:
    """Clean HTML or plain text and derive text, count and hash; TooLarge beyond 5 MB."""
    content = clean_prose(raw)
    text = to_text(content)
    return Prose(content, text, count_words(text), content_hash(content), content != raw)


def clean_prose(raw: str) -> str:
    """Return what is stored of HTML or plain text; TooLarge beyond 5 MB."""
    # A character takes four bytes at most.
    if len(raw) * 4 > MAX_CONTENT_BYTES and len(raw.encode("utf-8", "replace")) > MAX_CONTENT_BYTES:
        raise TooLarge(_("A chapter can hold up to 5 MB of text. Please divide it."))
    return clean_content(raw)


def parse_base(raw: str) -> str:
    """Return `<revision>-<hash8>` from an If-Match value; Invalid when it is none (so is `*`)."""
    found = BASE.fullmatch(raw.strip())
    if found is None:
        message = _("If-Match must be the ETag of the chapter the change is based on.")
        raise Invalid.field("If-Match", message, code="invalid_base")
    return f"{found[2]}-{found[3]}"


def write_content(
    chapter_id: UUID,
    *,
    by: User,
    content: str,
    base: str | None,
    activity: Mapping[str, Any] | None = None,
    source: str = "editor",
    cause: str = "typed",
    at: datetime,
    keep: str = "",
) -> SaveResult:
    """Replace a chapter's text within the caller's transaction; Stale when `base` is not its head.

    `base` None takes the text whatever the head is, and keeps the replaced text as a version; so
    does a `cause` of KEPT_FOR. `keep` names the reason (a ChapterVersion.Reason) for which it is
    kept in any case.
    """
    prose = derive(content)
    head = lock_head(chapter_id, by=by, at=at)
    hit("save-locked")
    if base is not None and base != head.etag:
        return _already_applied(head, prose)
    is_replaced = base is None or cause in KEPT_FOR
    reason = keep or (ChapterVersion.Reason.REPLACED if is_replaced else "")
    result = _write(head, prose, reason=_reason_to_keep(head, prose, reason, at), at=at)
    hit("save-written")
    change = Change(
        words_before=head.word_count,
        words_after=prose.word_count,
        source=source,
        cause=cause,
        activity=activity,
        text_before=head.text,
        text_after=prose.text,
    )
    _renew(head, prose, result)
    announce(head, by=by, at=at, change=change)
    hit("save-announced")
    return result


# For callers without a transaction of their own.
save_content = transaction.atomic(write_content)


def lock_head(chapter_id: UUID, *, by: User, at: datetime) -> Any:
    """Return the chapter as it is now, its row held until the transaction ends.

    It knows when a version was kept last (`kept_at`).

    Raises NotFound when it is absent or in the trash, Forbidden when it is another writer's, Busy
    when it moved to another story meanwhile.
    """
    values: dict[str, Any] = {"at": at, "owner": by.pk, "chapter": chapter_id}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, values)
        found = cursor.fetchone()
    if found is None:
        require_access(chapter_id, by=by)
        # It was moved to another story while this waited for the one it was in. Not tried again at
        # once: whoever holds one story must not wait for another.
        raise moving()
    # As `raw` would, at a quarter of its price; what was not read is read when it is asked for.
    head: Any = Chapter.from_db(connection.alias, HEAD, found[:-1])
    head.kept_at = found[-1]
    return head


def require_access(chapter_id: UUID, *, by: User) -> Chapter:
    """Return the bare chapter (id and story) when `by` may write in it."""
    rows = Chapter.objects.live().filter(pk=chapter_id).select_related("story")
    chapter = rows.only("id", "story__owner_id").first()
    if chapter is None:
        raise NotFound(_absence(chapter_id, by=by))
    if chapter.story.owner_id != by.pk:
        raise Forbidden(_("This chapter belongs to another writer."))
    return chapter


def _absence(chapter_id: UUID, *, by: User) -> str:
    """Say why there is nothing to write in; only its owner hears that it is in the trash."""
    if Chapter.objects.visible_to(by).filter(pk=chapter_id).exists():
        return _("This chapter is in the trash. Put it back, and your text can be saved.")
    return _("There is no such chapter.")


def keep_version(head: Chapter, *, reason: str, at: datetime) -> ChapterVersion:
    """Keep the head as a version; the version of a revision exists once."""
    version, _is_new = ChapterVersion.objects.get_or_create(
        chapter=head,
        revision=head.content_revision,
        defaults={
            "content": head.content,
            "content_hash": head.content_hash,
            "word_count": head.word_count,
            "reason": reason,
            "saved_at": head.content_saved_at,
            "created_at": at,
        },
    )
    return version


def moving() -> Busy:
    """Return the refusal of what met a chapter on its way to another story; asking again helps."""
    return Busy(_("This chapter is just moving to another story. Please try again."))


def stale(head: Any) -> Stale:
    """Return the refusal of a change whose base is not the head, with what the head is."""
    return Stale(
        _("This chapter was changed elsewhere since you opened it. Nothing was overwritten."),
        extra={
            "head_revision": head.content_revision,
            "head_hash": head.content_hash,
            "head_saved_at": head.content_saved_at,
            "head_word_count": head.word_count,
        },
    )


def announce(chapter: Chapter, *, by: User, at: datetime, change: Change) -> None:
    """Tell the ledger within the transaction, and the writer's other windows after it."""
    chapter_saved.send(sender=Chapter, chapter=chapter, user=by, at=at, change=change)
    broadcast(
        by.pk,
        {
            "type": "chapter.saved",
            "chapter_id": str(chapter.pk),
            "revision": chapter.content_revision,
            "word_count": chapter.word_count,
            "by": str(by.pk),
        },
    )


def _already_applied(head: Chapter, prose: Prose) -> SaveResult:
    """Acknowledge text that is the head already; otherwise say what the head is."""
    if prose.hash != head.content_hash:
        raise stale(head)
    return SaveResult(
        revision=head.content_revision,
        hash=head.content_hash,
        word_count=head.word_count,
        saved_at=head.content_saved_at,
        normalised=prose.normalised,
        already_applied=True,
    )


def _reason_to_keep(head: Any, prose: Prose, reason: str, at: datetime) -> str:
    """Say why the replaced text is kept: every one for ten minutes at least; "" for no text."""
    if prose.hash == head.content_hash or not head.text:
        return ""
    cut = head.word_count - prose.word_count
    if not reason and cut >= BIG_CUT_WORDS and cut >= BIG_CUT_SHARE * head.word_count:
        return ChapterVersion.Reason.BIG_CUT
    is_due = at - (head.kept_at or head.created_at) >= VERSION_EVERY
    return reason or (ChapterVersion.Reason.AUTO if is_due else ChapterVersion.Reason.RECENT)


def _write(head: Chapter, prose: Prose, *, reason: str, at: datetime) -> SaveResult:
    values: dict[str, Any] = {"chapter": head.pk, "at": at, "version": new_id()}
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values | {"reason": reason} | prose.fields)
    is_big_cut = reason == ChapterVersion.Reason.BIG_CUT
    return SaveResult(
        revision=head.content_revision + 1,
        hash=prose.hash,
        word_count=prose.word_count,
        saved_at=at,
        normalised=prose.normalised,
        undo=_undo(head, prose) if is_big_cut else None,
    )


def _undo(head: Chapter, prose: Prose) -> Undo:
    # The replaced revision may have been kept before, by another name.
    kept = ChapterVersion.objects.filter(chapter=head.pk, revision=head.content_revision)
    return Undo(kept.values_list("pk", flat=True).get(), head.word_count - prose.word_count)


def _renew(head: Chapter, prose: Prose, result: SaveResult) -> None:
    """Make `head` what its row now is, for those who are told."""
    head.content_revision = result.revision
    for name, value in prose.fields.items():
        setattr(head, name, value)
