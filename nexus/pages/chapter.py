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
from stories.counting import RULE, count_words_as
from stories.forms import ChapterTextForm
from stories.history import keep_conflict_copy
from stories.models import Chapter, ChapterVersion
from stories.saving import parse_base, save_content
from stories.services.chapters import create_chapter, update_chapter
from stories.text import clean_html, from_markdown, to_markdown, to_text, with_ids

NO_ID = str(UUID(int=0))


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
        return _save(request, current, form)
    except DomainError as refusal:
        if isinstance(refusal, Stale):
            return _page(
                request, current, conflict_with=form.cleaned_data["text"], posted=form.data
            )
        return _page(request, current, form_errors=[refusal.detail], posted=form.data)


@transaction.atomic
def _save(request: HttpRequest, current: Chapter, form: ChapterTextForm) -> HttpResponse:
    """Save the form's text, or do what the writer chose between two texts."""
    text, choice = form.cleaned_data["text"], form.cleaned_data["choice"]
    content = with_ids(from_markdown(text.replace("\r\n", "\n")), current.content)
    by: Any = request.user
    if choice == "theirs":
        keep_conflict_copy(current, content=content, by=by, at=timezone.now())
        messages.success(request, _("Kept as it is. Your other text is in the history."))
        return redirect(current)
    if choice == "chapter":
        title = _("%(title)s (my text)") % {"title": current.title[:240]}
        added = create_chapter(
            current.story, by=by, title=title, content=content, source="form", at=timezone.now()
        )
        return redirect(added)
    if form.cleaned_data["title"] not in {"", current.title}:
        update_chapter(current, by=by, title=form.cleaned_data["title"], at=timezone.now())
    save_content(
        current.pk,
        by=by,
        content=content,
        base=parse_base(form.cleaned_data["base"]),
        source="form",
        at=timezone.now(),
        keep=ChapterVersion.Reason.CONFLICT if choice == "mine" else "",
    )
    messages.success(request, _("Saved."))
    return redirect(current)


def _page(
    request: HttpRequest,
    current: Chapter,
    *,
    conflict_with: str | None = None,
    form_errors: list[str] | None = None,
    posted: Any = None,
) -> HttpResponse:
    writer: Any = request.user
    outline = _outline(current)
    place = next(index for index, row in enumerate(outline) if row["current"])
    theirs = to_markdown(current.content)
    context = {
        "chapter": current,
        "story": current.story,
        # Cleaned once more on the way out: what is stored is not trusted for being stored.
        "content_html": mark_safe(clean_html(current.content)),  # noqa: S308
        "form_text": theirs if posted is None else posted.get("text", ""),
        "form_title": current.title if posted is None else posted.get("title", ""),
        "base": current.etag,
        "outline": outline,
        "today": _today(request),
        "previous_url": outline[place - 1]["url"] if place else None,
        "next_url": outline[place + 1]["url"] if place + 1 < len(outline) else None,
        "conflict": None
        if conflict_with is None
        else {"mine": conflict_with, "theirs": theirs, "base": current.etag},
        "history_url": reverse("stories:history", args=[current.pk]),
        "worker_url": reverse("service-worker") if settings.SERVES_OFFLINE else "",
        "spell_check": "true" if writer.preferences.spell_check else "false",
        "other_count": _other_count(writer, current),
        "form_errors": form_errors or [],
    }
    status = 409 if conflict_with is not None else 422 if form_errors else 200
    return render(request, "stories/chapter.html", context, status=status)


def _outline(current: Chapter) -> list[dict[str, Any]]:
    rows = Chapter.objects.live().filter(story=current.story_id).in_order()
    # Looked up once, since a book may have 500 chapters.
    address = reverse("stories:chapter", args=[NO_ID])
    return [
        {
            "id": str(pk),
            "title": title,
            "url": address.replace(NO_ID, str(pk)),
            "words": whole(word_count),
            "part_title": part_title,
            "current": pk == current.pk,
        }
        for pk, title, word_count, part_title in rows.values_list(
            "pk", "title", "word_count", "part_title"
        )
    ]


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
