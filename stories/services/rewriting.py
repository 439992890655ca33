"""Giving many chapters of one story their next text at once.

What each of them goes through is what `stories.saving.write_content` does for one: cleaned, counted
and hashed, the replaced text kept as a version, the revision one higher, the ledger told within the
transaction. It takes a few statements instead of a few for each chapter, since a book has hundreds
and a request five seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import TooLarge
from stories.models import Chapter, ChapterQuerySet, ChapterVersion, Story
from stories.saving import Change, Prose, announce, derive

BATCH = 100
WRITE = """
    UPDATE stories_chapter AS chapter
    SET content = row.content, text = row.text, word_count = row.word_count,
        count_rule = row.count_rule, content_hash = row.content_hash,
        content_revision = chapter.content_revision + 1, content_saved_at = %(at)s,
        updated_at = %(at)s
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
        id uuid, content text, text text, word_count int, count_rule text, content_hash text
    )
    WHERE chapter.id = row.id
"""


def lock_chapters(story: Story) -> ChapterQuerySet:
    """Return the live chapters, held until the transaction ends; the story's row is held before."""
    rows = Chapter.objects.filter(story=story, trashed_at__isnull=True)
    return rows.in_order().select_for_update(no_key=True, of=("self",))


def rewrite(
    story: Story,
    texts: Iterable[tuple[Chapter, str]],
    *,
    by: User,
    source: str,
    cause: str,
    keep: str,
    at: datetime,
) -> list[Chapter]:
    """Make each content the head of its chapter, which is locked; return the chapters as they are.

    `keep` names the reason (a ChapterVersion.Reason) for which the replaced texts are kept. A
    chapter keeps what it was read with, so that the caller can still compare. TooLarge, naming the
    chapter, beyond 5 MB.
    """
    derived = [(head, _derive(head, content)) for head, content in texts]
    _keep([head for head, _prose in derived], reason=keep, at=at)
    rows = [{"id": str(head.pk), **prose.fields} for head, prose in derived]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"rows": json.dumps(rows), "at": at})
    written = []
    for head, prose in derived:
        change = Change(
            words_before=head.word_count,
            words_after=prose.word_count,
            source=source,
            cause=cause,
            text_before=head.text,
            text_after=prose.text,
        )
        written.append(_as_written(story, head, prose))
        announce(written[-1], by=by, at=at, change=change)
    return written


def _derive(head: Chapter, content: str) -> Prose:
    try:
        return derive(content)
    except TooLarge as refusal:
        message = _("“%(title)s” would be longer than 5 MB, the most that a chapter can hold.")
        raise TooLarge(message % {"title": head.title}) from refusal


def _keep(heads: Iterable[Chapter], *, reason: str, at: datetime) -> None:
    """Keep what is replaced; a revision that was kept before, by another name, stays so."""
    versions = [
        ChapterVersion(
            chapter=head,
            revision=head.content_revision,
            content=head.content,
            content_hash=head.content_hash,
            word_count=head.word_count,
            reason=reason,
            saved_at=head.content_saved_at,
            created_at=at,
        )
        for head in heads
    ]
    ChapterVersion.objects.bulk_create(versions, batch_size=BATCH, ignore_conflicts=True)


def _as_written(story: Story, head: Chapter, prose: Prose) -> Chapter:
    """Return the chapter as the row now is, `head` staying what it was."""
    facts: dict[str, Any] = {"title": head.title, "position": head.position}
    written = Chapter(id=head.pk, story=story, **facts, **prose.fields)
    written.content_revision = head.content_revision + 1
    written._state.adding = False
    return written
