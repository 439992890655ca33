"""The pages of what a chapter was: the kept versions, one of them, and bringing it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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

PER_PAGE = 20


@login_required
@require_safe
def chapter_history(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    chapter = own_chapter(request, chapter_id)
    page = Paginator(history.versions_of(chapter), PER_PAGE).get_page(request.GET.get("page"))
    versions = [_row(version) for version in page]
    context = {"chapter": chapter, "story": chapter.story, "page": page, "versions": versions}
    return render(request, "stories/history.html", context)


@login_required
@require_safe
def version_detail(request: HttpRequest, chapter_id: UUID, version_id: UUID) -> HttpResponse:
    """One version as it reads, and word by word what has changed since."""
    chapter = own_chapter(request, chapter_id)
    kept = _snapshot(chapter, version_id)
    head = history.snapshot(chapter, str(chapter.content_revision))
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "version": {
            "id": version_id,
            "when": _when(kept.saved_at),
            "reason": ChapterVersion.Reason(kept.reason).label,
            "words": kept.word_count,
            "is_head": kept.hash == head.hash,
        },
        # Cleaned once more on the way out: what is stored is not trusted for being stored.
        "content_html": mark_safe(clean_html(kept.content)),  # noqa: S308
        "pieces": history.differences(kept, head),
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


def _snapshot(chapter: Chapter, version_id: UUID) -> history.Snapshot:
    try:
        return history.snapshot(chapter, str(version_id))
    except NotFound as error:
        raise Http404 from error


def _row(version: ChapterVersion) -> dict[str, Any]:
    return {
        "id": version.pk,
        "when": _when(version.saved_at),
        "name": version.name,
        "reason": version.get_reason_display(),
        "words": version.word_count,
    }


def _when(at: Any) -> str:
    return date_format(timezone.localtime(at), "j F Y, H:i")
