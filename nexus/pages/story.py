"""The page of one story: its outline, its targets, its last thirty days."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from analytics import reports
from analytics.charts import bar_chart
from nexus.lib.errors import DomainError
from nexus.lib.wording import ago
from nexus.pages.desk import STATUS_CLASS
from stories.forms import ChapterForm
from stories.models import Chapter, Story
from stories.plans import quota_of_day
from stories.services import chapters as chapter_services
from stories.views import add_refusal, own_chapter

WORDS_READ_PER_MINUTE = 250


@login_required
@require_safe
def story_detail(request: HttpRequest, story_id: UUID) -> HttpResponse:
    return _page(request, story_id)


@login_required
@require_POST
def chapter_create(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Add a chapter and open it, so that the next key is already a word."""
    stories = Story.objects.visible_to(request.user).live()  # type: ignore[arg-type]
    story = get_object_or_404(stories, pk=story_id)
    form = ChapterForm(request.POST)
    if form.is_valid():
        try:
            chapter = chapter_services.create_chapter(
                story,
                by=request.user,  # type: ignore[arg-type]
                source="form",
                at=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(chapter)
    return _page(request, story_id, new_chapter_form=form)


@login_required
@require_POST
def chapter_rename(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Rename a chapter, or let a part begin with it."""
    chapter = own_chapter(request, chapter_id)
    form = ChapterForm(request.POST)
    if form.is_valid():
        try:
            chapter_services.update_chapter(
                chapter,
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(f"{chapter.story.get_absolute_url()}#chapter-{chapter.pk}")
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    return _page(request, chapter.story_id, editing=str(chapter_id), refused=form)


def _page(
    request: HttpRequest,
    story_id: UUID,
    *,
    new_chapter_form: ChapterForm | None = None,
    editing: str = "",
    refused: ChapterForm | None = None,
) -> HttpResponse:
    stories = Story.objects.visible_to(request.user).live().with_counts()  # type: ignore[arg-type]
    story = get_object_or_404(stories.select_related("owner", "plan"), pk=story_id)
    at = timezone.now()
    chapters = Chapter.objects.live().filter(story=story).without_prose().in_order()
    rows = _rows(list(chapters), at, editing or request.GET.get("edit", ""), refused)
    context = {
        "story": story,
        "status": {"label": story.get_status_display(), "css": STATUS_CLASS[story.status]},
        "totals": _totals(story, rows),
        "plan_line": _plan_line(story, at),
        "parts": _parts(rows),
        "new_chapter_form": new_chapter_form,
        "targets": target_cards(story, story.owner, at),
        "activity": _activity(story, at),
    }
    status = 422 if new_chapter_form or refused else 200
    return render(request, "stories/detail.html", context, status=status)


def _rows(
    chapters: list[Chapter], at: datetime, editing: str, refused: ChapterForm | None
) -> list[dict[str, Any]]:
    longest = max((chapter.word_count for chapter in chapters), default=0) or 1
    rows = [
        {
            "id": str(chapter.pk),
            "url": chapter.get_absolute_url(),
            "number": number,
            "title": chapter.title,
            "part_title": chapter.part_title,
            "words": chapter.word_count,
            "bar": chapter.word_count * 100 // longest,
            "is_published": chapter.is_published,
            "edited": ago(chapter.updated_at, now=at),
            "edited_iso": chapter.updated_at.isoformat(),
            "is_first": number == 1,
            "is_last": number == len(chapters),
            "is_editing": str(chapter.pk) == editing,
        }
        for number, chapter in enumerate(chapters, start=1)
    ]
    for row in rows:
        if refused is not None and row["is_editing"]:
            row |= {name: refused.data.get(name, "") for name in ("title", "part_title")}
    return rows


def _parts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group the rows under the part headings; before the first heading the title is empty."""
    parts: list[dict[str, Any]] = []
    for row in rows:
        if row["part_title"] or not parts:
            parts.append({"title": row["part_title"], "rows": []})
        parts[-1]["rows"].append(row)
    return parts


def _totals(story: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    published = sum(row["is_published"] for row in rows)
    return {
        "words": story.word_count,
        "chapters": len(rows),
        "published": published,
        "drafts": len(rows) - published,
        "reading": _reading_time(story.word_count),
    }


def _reading_time(words: int) -> str:
    minutes = round(words / WORDS_READ_PER_MINUTE)
    if minutes < 1:
        return ""
    if minutes < 90:
        return ngettext("%(n)d minute to read", "%(n)d minutes to read", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("%(n)d hour to read", "%(n)d hours to read", hours) % {"n": hours}


def _plan_line(story: Any, at: datetime) -> str:
    plan = getattr(story, "plan", None)
    if plan is None:
        return ""
    quota = quota_of_day(
        story.owner.day_of(at),
        words_left=plan.total_words - story.word_count,
        start_on=plan.start_on,
        due_on=plan.due_on,
        weekday_weights=plan.weekday_weights,
    )
    values = {
        "words": f"{story.word_count:,}",
        "total": f"{plan.total_words:,}",
        "quota": f"{quota:,}",
    }
    return _("%(words)s of %(total)s words, %(quota)s today") % values


def target_cards(story: Story, user: User, at: datetime) -> list[dict[str, Any]]:
    """Return the targets of a story, each with one sentence about the current period."""
    targets = list(story.targets.order_by("created_at"))
    progress = reports.progress_of_targets(targets, user=user, today=user.day_of(at))
    return [reports.target_card(target, progress[target.pk]) for target in targets]


def _activity(story: Story, at: datetime) -> dict[str, Any]:
    """The last thirty days of one story, drawn small, with the numbers drawn."""
    days = reports.recent_activity(story, at=at)
    goal = reports.goal_on(story.owner, story.owner.day_of(at), story_id=story.pk)
    chart = bar_chart(days, goal=goal, title=_("Words of the last 30 days"), ident="activity")
    return {
        "sentence": chart.sentence,
        "svg": chart.svg,
        "headings": chart.headings,
        "rows": chart.rows,
        "total": sum(day.words for day in days),
    }
