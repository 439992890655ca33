"""The chapter: a page that can be read and written before any script runs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from analytics import reports
from analytics.charts.chart import whole
from nexus.lib.errors import DomainError, Stale
from nexus.pages.chapter_conflict import choose, conflict_context, content_of
from nexus.pages.contents import contents_of
from stories.book_language import book_language
from stories.counting import RULE, count_words_as
from stories.forms import ChapterTextForm
from stories.models import Chapter, ChapterVersion
from stories.notes_pages import comments_beside
from stories.saving import parse_base, save_content
from stories.searching.language import language_tag
from stories.services.chapters import update_chapter
from stories.text import clean_html, to_markdown, to_text


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def chapter(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    own = Chapter.objects.visible_to(request.user).live().defer("text")  # type: ignore[arg-type]
    current = get_object_or_404(own.select_related("story"), pk=chapter_id)
    if request.method != "POST":
        return _page(request, current)
    form = ChapterTextForm(request.POST)
    if not form.is_valid():
        return _page(request, current, form_errors=_errors(form), posted=form.data)
    try:
        mine = content_of(form, current)
        try:
            return _save(request, current, form, mine)
        except Stale:
            # Read anew: what stands there now may be younger than what this request began with.
            current = get_object_or_404(own.select_related("story"), pk=chapter_id)
            conflict = conflict_context(current, form, mine)
            return _page(request, current, conflict=conflict, posted=form.data)
    except DomainError as refusal:
        return _page(request, current, form_errors=[refusal.detail], posted=form.data)


@transaction.atomic
def _save(request: HttpRequest, current: Chapter, form: ChapterTextForm, mine: str) -> HttpResponse:
    """Save the form's text, or do what the writer chose between two texts."""
    by: Any = request.user
    choice = form.cleaned_data["choice"]
    if choice:
        shown, said = choose(request, current, form, mine)
        if choice in {"merged", "mine"}:
            _rename(current, form, by=by)
        messages.success(request, said)
        return redirect(shown)
    _rename(current, form, by=by)
    saved = save_content(
        current.pk,
        by=by,
        content=mine,
        base=parse_base(form.cleaned_data["base"]),
        source="form",
        at=timezone.now(),
    )
    messages.success(request, _("Saved."))
    if saved.undo is not None:
        return redirect(f"{current.get_absolute_url()}?cut={saved.undo.version_id}")
    return redirect(current)


def _rename(current: Chapter, form: ChapterTextForm, *, by: User) -> None:
    if form.cleaned_data["title"] not in {"", current.title}:
        update_chapter(current, by=by, title=form.cleaned_data["title"], at=timezone.now())


def _page(
    request: HttpRequest,
    current: Chapter,
    *,
    conflict: dict[str, Any] | None = None,
    form_errors: list[str] | None = None,
    posted: Any = None,
) -> HttpResponse:
    writer: Any = request.user
    contents = contents_of(current)
    cut = _cut(request, current)
    context = {
        "chapter": current,
        "story": current.story,
        # Cleaned once more on the way out: what is stored is not trusted for being stored.
        "content_html": "" if conflict else mark_safe(clean_html(current.content)),  # noqa: S308
        "form_text": to_markdown(current.content) if posted is None else posted.get("text", ""),
        "form_title": current.title if posted is None else posted.get("title", ""),
        "base": current.etag,
        # What was posted was written on that base, whatever the chapter is now.
        "form_base": current.etag if posted is None else posted.get("base") or current.etag,
        "contents": contents.rows,
        "today": _today(request),
        "previous_url": contents.previous_url,
        "next_url": contents.next_url,
        "conflict": conflict,
        "cut": cut,
        "cut_words": cut.word_count - current.word_count if cut else 0,
        "beside": comments_beside(current),
        "history_url": reverse("stories:history", args=[current.pk]),
        "worker_url": reverse("service-worker") if settings.SERVES_OFFLINE else "",
        "text_language": language_tag(current.content) or book_language(current.story_id),
        "spell_check": "true" if writer.preferences.spell_check else "false",
        "other_count": _other_count(writer, current),
        "form_errors": form_errors or [],
    }
    status = 409 if conflict is not None else 422 if form_errors else 200
    return render(request, "stories/chapter.html", context, status=status)


def _cut(request: HttpRequest, current: Chapter) -> ChapterVersion | None:
    """Return what the save just before took a large part of, while that is the last change."""
    try:
        version_id = UUID(request.GET.get("cut", ""))
    except ValueError:
        return None
    kept = current.versions.filter(pk=version_id, revision=current.content_revision - 1)
    return kept.defer("content").first()


def _other_count(writer: User, current: Chapter) -> str | None:
    """Say what another program would count, where the writer wants to know."""
    rule = writer.preferences.counting_rule
    if rule == RULE:
        return None
    sentence = {
        "libreoffice": _("%(words)s words as LibreOffice counts, when this page was opened."),
        "unicode": _("%(words)s words by Unicode’s rule, when this page was opened."),
    }[rule]
    return sentence % {"words": whole(count_words_as(rule, to_text(current.content)))}


def _today(request: HttpRequest) -> dict[str, Any]:
    today = reports.today(request.user, at=timezone.now())  # type: ignore[arg-type]
    return {
        "words": today.words,
        "goal": today.goal,
        "percent": today.percent,
        "day": today.day.isoformat(),
    }


def _errors(form: ChapterTextForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]
