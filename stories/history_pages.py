"""The pages of what a chapter was: its versions by day, one of them, naming and restoring it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nexus.lib.errors import DomainError, NotFound
from stories import history
from stories.models import Chapter, ChapterVersion
from stories.text import clean_html
from stories.views import own_chapter

PER_PAGE = 50
# One every two seconds for ten minutes.
MOST_RECENT = 300


@login_required
@require_safe
def chapter_history(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """List the versions by the writer's own days, with words and causes; `before` goes on."""
    chapter = own_chapter(request, chapter_id)
    before = _id(request.GET.get("before", ""))
    try:
        rows = list(history.past_of(chapter, before=before)[: PER_PAGE + 1])
    except NotFound as error:
        raise Http404 from error
    versions = _rows(rows)[:PER_PAGE]
    recent = [] if before else _rows(list(history.recent_of(chapter)[:MOST_RECENT]))
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "head": _head(chapter, rows),
        "days": _by_day(versions, request.user),
        "recent": recent,
        "before": before or "",
        "older": versions[-1]["id"] if len(rows) > PER_PAGE else None,
        "from_ref": (versions or recent or [{"id": None}])[0]["id"],
    }
    return render(request, "stories/history.html", context)


@login_required
@require_safe
def version_detail(request: HttpRequest, chapter_id: UUID, version_id: UUID) -> HttpResponse:
    """One version as it reads."""
    chapter = own_chapter(request, chapter_id)
    kept = _snapshot(chapter, version_id)
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "version": {
            "id": version_id,
            "when": moment(kept.saved_at),
            "name": kept.name,
            "reason": reason_words(kept.reason),
            "words": kept.word_count,
            "is_head": kept.hash == chapter.content_hash,
        },
        # Cleaned once more on the way out: what is stored is not trusted for being stored.
        "content_html": mark_safe(clean_html(kept.content)),  # noqa: S308
    }
    return render(request, "stories/version.html", context)


@login_required
@require_POST
def version_restore(request: HttpRequest, chapter_id: UUID, version_id: UUID) -> HttpResponse:
    """Make a version the chapter's text; what it replaces joins the history."""
    chapter = own_chapter(request, chapter_id)
    _snapshot(chapter, version_id)
    try:
        history.restore_version(
            chapter,
            str(version_id),
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _("Brought back. What it replaced is in the history."))
    return redirect(chapter)


@login_required
@require_POST
def version_name(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Name a `version` (an id, or a revision for the head shown), or take its name away."""
    chapter = own_chapter(request, chapter_id)
    name = "" if "forget" in request.POST else request.POST.get("name", "")
    named = None
    try:
        named = history.name_version(
            chapter,
            request.POST.get("version", ""),
            name=name,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
    except NotFound as error:
        raise Http404 from error
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        said = _("Named. A version with a name is kept for ever.") if named.name else _("Unnamed.")
        messages.success(request, said)
    before = _id(request.POST.get("before", ""))
    address = reverse("stories:history", args=[chapter.pk])
    place = f"#version-{named.id}" if named else ""
    return redirect(f"{address}{f'?before={before}' if before else ''}{place}")


def reason_words(reason: str) -> str:
    """Say why a version is kept."""
    if reason == ChapterVersion.Reason.CONFLICT:
        return _("One side of a conflict")
    return str(ChapterVersion.Reason(reason).label) if reason else ""


def moment(at: datetime) -> str:
    """Return “20 November 2026, 14:02”, the writer's own time."""
    return date_format(timezone.localtime(at), "j F Y, H:i")


def _snapshot(chapter: Chapter, version_id: UUID) -> history.Snapshot:
    try:
        return history.snapshot(chapter, str(version_id))
    except NotFound as error:
        raise Http404 from error


def _rows(versions: list[ChapterVersion]) -> list[dict[str, Any]]:
    """Describe versions, latest first; each with its change against the text before it."""
    rows: list[dict[str, Any]] = []
    words_before: int | None = None
    for version in reversed(versions):
        change = None if words_before is None else version.word_count - words_before
        # A text of another device did not come out of the one before it.
        is_aside = version.revision is None
        rows.append(_row(version, None if is_aside else change))
        words_before = words_before if is_aside else version.word_count
    return rows[::-1]


def _row(version: ChapterVersion, change: int | None) -> dict[str, Any]:
    return {
        "id": version.pk,
        "saved_at": version.saved_at,
        "when": moment(version.saved_at),
        "time": date_format(timezone.localtime(version.saved_at), "H:i"),
        "name": version.name,
        "reason": reason_words(version.reason),
        "words": version.word_count,
        "change": change,
        "loss": -(change or 0),
    }


def _head(chapter: Chapter, rows: list[ChapterVersion]) -> dict[str, Any]:
    return {
        "revision": chapter.content_revision,
        "when": moment(chapter.content_saved_at),
        "words": chapter.word_count,
        # Named while it is the head, it is among the versions as well.
        "name": next((row.name for row in rows if row.revision == chapter.content_revision), ""),
    }


def _by_day(rows: list[dict[str, Any]], writer: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    today = writer.day_of(timezone.now())
    days = groupby(rows, key=lambda row: writer.day_of(row["saved_at"]))
    return [(_day(day, today), list(group)) for day, group in days]


def _day(day: date, today: date) -> str:
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return date_format(day, "l j F Y")


def _id(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None
