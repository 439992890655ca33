"""The page of one story: its outline, its targets, its last thirty days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
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

from analytics import reports
from analytics.charts import bar_chart
from analytics.periods import Period, last_days
from analytics.plan_pages import plan_line
from analytics.reports.stories import DEFAULT_DAYS
from nexus.lib.errors import DomainError
from nexus.pages.library import STATUS_CLASS
from nexus.pages.outline import Asked, menu_of_any, outline_parts
from stories.cover_pages import cover_of
from stories.forms import ChapterForm
from stories.models import Chapter, Story, Target
from stories.series import place_of
from stories.services import chapters as chapter_services
from stories.tags import library_url
from stories.views import add_refusal, own_chapter

WORDS_READ_PER_MINUTE = 250
COLUMNS = ("pk", "title", "part_title", "synopsis", "word_count", "published_at", "updated_at")


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
    stories = Story.objects.visible_to(request.user).live()  # type: ignore[arg-type]
    story = get_object_or_404(stories.select_related("owner", "plan"), pk=story_id)
    at = timezone.now()
    own = Chapter.objects.live().filter(story=story).in_order()
    chapters = list(own.values_list(*COLUMNS, named=True))
    words = sum(chapter.word_count for chapter in chapters)
    asked = Asked(editing or request.GET.get("edit", ""), request.GET.get("more", ""), refused)
    targets = list(story.targets.order_by("created_at"))
    figures = _figures(story, targets, at)
    context = {
        "story": story,
        "cover": cover_of(story, story.owner),
        "status": {"label": story.get_status_display(), "css": STATUS_CLASS[story.status]},
        "totals": _totals(words, chapters),
        "place": place_of(story),
        "tags": _tags(story),
        "plan_line": _plan_line(story, words, figures, at),
        "parts": outline_parts(story, chapters, asked, at=at),
        "any_menu": menu_of_any(),
        "new_chapter_form": new_chapter_form,
        "targets": _target_cards(story, targets, figures, at),
        "activity": _activity(story, targets, figures, at),
    }
    status = 422 if new_chapter_form or refused else 200
    return render(request, "stories/detail.html", context, status=status)


def _tags(story: Story) -> list[dict[str, str]]:
    names = story.story_tags.order_by("place").values_list("tag__name", flat=True)
    return [{"name": name, "url": library_url(name)} for name in names]


def _totals(words: int, chapters: Sequence[Any]) -> dict[str, Any]:
    published = sum(chapter.published_at is not None for chapter in chapters)
    return {
        "words": words,
        "chapters": len(chapters),
        "published": published,
        "drafts": len(chapters) - published,
        "reading": _reading_time(words),
    }


def _reading_time(words: int) -> str:
    minutes = round(words / WORDS_READ_PER_MINUTE)
    if minutes < 1:
        return ""
    if minutes < 90:
        return ngettext("%(n)d minute to read", "%(n)d minutes to read", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("%(n)d hour to read", "%(n)d hours to read", hours) % {"n": hours}


def _figures(story: Story, targets: Sequence[Target], at: datetime) -> dict[date, reports.Figures]:
    """Return the days that plan, targets and activity are told from, read once."""
    today = story.owner.day_of(at)
    plan = getattr(story, "plan", None)
    spans = [reports.targets_span(targets, today), last_days(DEFAULT_DAYS, today)]
    if plan is not None:
        spans.append(reports.plan_span(plan, today))
    within = Period(min(span.first for span in spans), today)
    return reports.figures_by_day(story.owner, within=within, today=today, story_id=story.pk)


def _plan_line(story: Story, words: int, figures: dict[date, reports.Figures], at: datetime) -> str:
    plan = getattr(story, "plan", None)
    if plan is None:
        return ""
    return plan_line(
        reports.plan_report(plan, word_count=words, user=story.owner, figures=figures, at=at)
    )


def _target_cards(
    story: Story, targets: Sequence[Target], figures: dict[date, reports.Figures], at: datetime
) -> list[dict[str, Any]]:
    """Return the targets of a story, each with one sentence about the current period."""
    words = {day: found.words_written for day, found in figures.items()}
    progress = reports.progress_of_targets(
        targets, user=story.owner, today=story.owner.day_of(at), words={story.pk: words}
    )
    return [reports.target_card(target, progress[target.pk]) for target in targets]


def _activity(
    story: Story, targets: Sequence[Target], figures: dict[date, reports.Figures], at: datetime
) -> dict[str, Any]:
    """The last thirty days of one story, drawn small, with the numbers drawn."""
    today = story.owner.day_of(at)
    days = reports.recent_activity(figures, today=today)
    quotas = [target.quota for target in targets if _is_of_day(target, today)]
    goal = sum(quotas) if quotas else None
    chart = bar_chart(days, goal=goal, title=_("Words of the last 30 days"), ident="activity")
    return {
        "sentence": chart.sentence,
        "svg": chart.svg,
        "headings": chart.headings,
        "rows": chart.rows,
        "total": sum(day.words for day in days),
    }


def _is_of_day(target: Target, day: date) -> bool:
    is_daily = target.frequency == Target.Frequency.DAILY
    return is_daily and target.from_date <= day <= target.to_date
