"""What a chapter was: its kept versions, how they differ, and bringing one back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import NotFound
from nexus.lib.names import clean_title
from stories.comparing import Piece, compare
from stories.merging import Merge, merge, merge_without_base
from stories.models import Chapter, ChapterVersion
from stories.saving import (
    SaveResult,
    clean_prose,
    derive,
    keep_version,
    lock_head,
    write_content,
)
from stories.text import clean_html, content_hash, to_text

MAX_REVISION = 2**31 - 1


@dataclass(frozen=True)
class Snapshot:
    """A chapter's text at one moment: a kept version, or the head itself."""

    content: str
    hash: str
    word_count: int
    saved_at: datetime
    revision: int | None = None
    id: uuid.UUID | None = None
    reason: str = ""
    name: str = ""


def versions_of(chapter: Chapter) -> QuerySet[ChapterVersion]:
    """Return the kept versions, newest first, without their prose."""
    return chapter.versions.defer("content").order_by("-created_at", "-pk")


def past_of(chapter: Chapter, *, before: uuid.UUID | None = None) -> QuerySet[ChapterVersion]:
    """Return what is kept for longer than the last minutes, the latest text first, without prose.

    `before` names the version to go on after; NotFound when there is none.
    """
    lasting = chapter.versions.exclude(reason=ChapterVersion.Reason.RECENT, name="")
    rows = lasting.defer("content").order_by("-saved_at", "-pk")
    if before is None:
        return rows
    last = _kept(chapter, str(before))
    older = Q(saved_at__lt=last.saved_at) | Q(saved_at=last.saved_at, pk__lt=last.pk)
    return rows.filter(older)


def recent_of(chapter: Chapter) -> QuerySet[ChapterVersion]:
    """Return what was replaced in the last minutes, the latest text first, without prose."""
    recent = chapter.versions.filter(reason=ChapterVersion.Reason.RECENT, name="")
    return recent.defer("content").order_by("-saved_at", "-pk")


def snapshot(chapter: Chapter, ref: str) -> Snapshot:
    """Return the version that `ref` names: a revision, or a version's id; NotFound otherwise."""
    if _revision(ref) == chapter.content_revision:
        return Snapshot(
            content=chapter.content,
            hash=chapter.content_hash,
            word_count=chapter.word_count,
            saved_at=chapter.content_saved_at,
            revision=chapter.content_revision,
        )
    return _as_snapshot(_kept(chapter, ref))


def differences(older: Snapshot, newer: Snapshot) -> list[Piece]:
    """Return how one version becomes another, word by word."""
    return compare(to_text(older.content), to_text(newer.content))


@transaction.atomic
def restore_version(chapter: Chapter, ref: str, *, by: User, at: datetime) -> SaveResult:
    """Make a version's text the head, as a new revision; what it replaces is kept."""
    return write_content(
        chapter.pk,
        by=by,
        content=snapshot(chapter, ref).content,
        base=None,
        source="restore",
        cause="restored",
        at=at,
        keep=ChapterVersion.Reason.RESTORE,
    )


@transaction.atomic
def name_version(chapter: Chapter, ref: str, *, name: str, by: User, at: datetime) -> Snapshot:
    """Name a version, or take its name away with ""; naming the head keeps it."""
    clean = clean_title(name, field="name") if name.strip() else ""
    if _revision(ref) == chapter.content_revision:
        head = lock_head(chapter.pk, by=by, at=at)
        version = keep_version(head, reason=ChapterVersion.Reason.AUTO, at=at)
    else:
        version = _kept(chapter, ref)
    version.name = clean
    if version.reason == ChapterVersion.Reason.RECENT:
        # Without its name it shall age like the others, not be gone within minutes.
        version.reason = ChapterVersion.Reason.AUTO
    version.save(update_fields=["name", "reason"])
    return _as_snapshot(version)


@transaction.atomic
def keep_conflict_copy(chapter: Chapter, *, content: str, by: User, at: datetime) -> Snapshot:
    """Keep one side of a conflict for ever; the same text is kept once."""
    prose = derive(content)
    head = lock_head(chapter.pk, by=by, at=at)
    if prose.hash == head.content_hash:
        return _as_snapshot(_keep_head(head, at=at))
    version, _is_new = ChapterVersion.objects.get_or_create(
        chapter=chapter,
        revision=None,
        content_hash=prose.hash,
        defaults={
            "content": prose.content,
            "word_count": prose.word_count,
            "reason": ChapterVersion.Reason.CONFLICT,
            "saved_at": at,
            "created_at": at,
        },
    )
    return _as_snapshot(version)


def _keep_head(head: Chapter, *, at: datetime) -> ChapterVersion:
    """Keep the head itself as one side of a conflict, so that thinning leaves it."""
    version = keep_version(head, reason=ChapterVersion.Reason.CONFLICT, at=at)
    if version.reason != ChapterVersion.Reason.CONFLICT:
        version.reason = ChapterVersion.Reason.CONFLICT
        version.save(update_fields=["reason"])
    return version


@dataclass(frozen=True)
class Reunion:
    """Two texts of one chapter that grew apart, joined; `is_base_known` says how well.

    All HTML in `merge` is clean.
    """

    head: Snapshot
    merge: Merge
    is_base_known: bool


def reunite(chapter: Chapter, *, content: str, base: str, base_content: str | None) -> Reunion:
    """Merge a text that was based on `base` ("<revision>-<hash8>") with the chapter's head.

    The base is what the caller still has of it, when its hash is right, or a kept version. Nothing
    is saved. TooLarge beyond 5 MB.
    """
    head = snapshot(chapter, str(chapter.content_revision))
    # Cleaned once more on the way out, as a whole: what is stored is not trusted for being stored.
    mine, theirs = clean_prose(content), clean_html(head.content)
    was = base_text(chapter, base, base_content)
    if was is None:
        return Reunion(head, merge_without_base(mine, theirs), is_base_known=False)
    return Reunion(head, merge(was, mine, theirs), is_base_known=True)


def base_text(chapter: Chapter, base: str, offered: str | None = None) -> str | None:
    """Return the text that `base` names: the one offered, if it is that, or a kept one."""
    revision, _dash, hash8 = base.partition("-")
    if offered is not None and content_hash(offered)[:8] == hash8:
        return clean_prose(offered)
    try:
        found = snapshot(chapter, revision)
    except NotFound:
        return None
    return found.content if found.hash[:8] == hash8 else None


def _kept(chapter: Chapter, ref: str) -> ChapterVersion:
    revision, version_id = _revision(ref), _id(ref)
    found = None
    if revision is not None:
        found = chapter.versions.filter(revision=revision).first()
    elif version_id is not None:
        found = chapter.versions.filter(pk=version_id).first()
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def _revision(ref: str) -> int | None:
    is_number = ref.isascii() and ref.isdigit() and len(ref) <= 10
    return int(ref) if is_number and int(ref) <= MAX_REVISION else None


def _id(ref: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(ref)
    except ValueError:
        return None


def _as_snapshot(version: ChapterVersion) -> Snapshot:
    return Snapshot(
        content=version.content,
        hash=version.content_hash,
        word_count=version.word_count,
        saved_at=version.saved_at,
        revision=version.revision,
        id=version.pk,
        reason=version.reason,
        name=version.name,
    )
