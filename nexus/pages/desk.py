"""The desk: what today is like, where to go on, and the library."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Right
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.models import User
from analytics import reports
from analytics.demo.diary import EMAIL, PASSWORD
from nexus.lib.wording import ago, day_name, hue_of
from stories.models import Chapter, Story
from stories.text import excerpt

TAIL_CHARACTERS = 1200
SENTENCE_CHARACTERS = 160
STATUS_CLASS = {"Ongoing": "ongoing", "On Hiatus": "hiatus", "Complete": "complete"}
SORTS = {
    "touched": (gettext_lazy("Last touched"), ("-updated_at",)),
    "title": (gettext_lazy("Title"), ("title_key",)),
    "words": (gettext_lazy("Most words"), ("-word_count", "title_key")),
    "newest": (gettext_lazy("Newest first"), ("-created_at",)),
}


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk for a writer; for a visitor, what Nexus is."""
    if not request.user.is_authenticated:
        return render(request, "landing.html", {"demo": _demo()})
    return render(request, "desk.html", _context(request, request.user, timezone.now()))


def _demo() -> dict[str, str] | None:
    return {"email": EMAIL, "password": PASSWORD} if settings.DEMO else None


def _context(request: HttpRequest, user: User, at: datetime) -> dict[str, Any]:
    day = user.day_of(at)
    library = _library(request, user, at)
    week = reports.week(user, at=at)
    return {
        "greeting": _greeting(user, at),
        "day_label": day_name(day),
        "today": today_words(week.today),
        "streak": _streak(user, at),
        "week": _week(week, user, at),
        "jump_back": [_place(chapter, at) for chapter in _last_places(user)],
        **library,
    }


def _greeting(user: User, at: datetime) -> str:
    hour = timezone.localtime(at).hour
    if 5 <= hour < 12:
        text = _("Good morning, %(name)s")
    elif 12 <= hour < 18:
        text = _("Good afternoon, %(name)s")
    else:
        text = _("Good evening, %(name)s")
    return text % {"name": user.username}


def today_words(today: reports.Today) -> dict[str, Any]:
    """Return the ring: words, goal and one kind sentence."""
    values = {"words": f"{today.words:,}", "left": f"{today.remaining or 0:,}"}
    if today.goal is None:
        sentence = ngettext("%(words)s word today", "%(words)s words today", today.words)
    elif today.words >= today.goal:
        sentence = _("%(words)s words today, the day’s target is met")
    else:
        sentence = _("%(words)s words today, %(left)s to go")
    return {
        "words": today.words,
        "goal": today.goal,
        "remaining": today.remaining,
        "percent": min(100, today.percent or 0),
        "is_done": today.goal is not None and today.words >= today.goal,
        "sentence": sentence % values,
        "minutes": today.minutes,
    }


def _streak(user: User, at: datetime) -> dict[str, Any] | None:
    found = reports.streak(user, at=at)
    if found.current < 2:
        return None
    return {"current": found.current, "sentence": reports.streak_sentence(found)}


def _week(week: reports.Week, user: User, at: datetime) -> dict[str, Any]:
    today = user.day_of(at)
    most = max((day.words for day in week.days), default=0)
    sentence = ngettext("%(words)s word", "%(words)s words", week.words)
    return {
        "total": week.words,
        "sentence": sentence % {"words": f"{week.words:,}"},
        "days": [
            {
                "label": date_format(bar.day, "D"),
                "name": day_name(bar.day),
                "words": bar.words,
                "height": bar.words * 100 // most if most else 0,
                "is_met": week.is_met(bar),
                "is_today": bar.is_today,
                "is_future": bar.day > today,
            }
            for bar in week.days
        ],
    }


def _last_places(user: User) -> QuerySet[Chapter]:
    """The three chapters last written in, each with no more than the tail of its text."""
    own = Chapter.objects.visible_to(user).live().order_by("-content_saved_at")
    # Chosen first: else Postgres cuts the tail of every chapter and throws all but three away.
    last = Chapter.objects.filter(pk__in=own.values("pk")[:3]).order_by("-content_saved_at")
    tail = Right("text", TAIL_CHARACTERS)
    return last.without_prose().select_related("story").annotate(tail=tail)


def _place(chapter: Chapter, at: datetime) -> dict[str, Any]:
    return {
        "id": str(chapter.pk),
        "url": chapter.get_absolute_url(),
        "title": chapter.title,
        "story_title": chapter.story.title,
        "story_id": str(chapter.story_id),
        "hue": hue_of(chapter.story.title),
        "sentence": excerpt(getattr(chapter, "tail", ""), SENTENCE_CHARACTERS),
        "words": chapter.word_count,
        "edited": ago(chapter.content_saved_at, now=at),
    }


def _library(request: HttpRequest, user: User, at: datetime) -> dict[str, Any]:
    status = request.GET.get("status", "")
    status = status if status in STATUS_CLASS else ""
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "touched"
    own = Story.objects.visible_to(user).live().with_counts().order_by(*SORTS[sort][1], "-id")
    stories = list(own)
    shown = [story for story in stories if not status or story.status == status]
    return {
        "has_stories": bool(stories),
        "stories": [_tile(story, user, at) for story in shown],
        "filters": _filters(stories, status, sort),
        "sort_label": SORTS[sort][0],
        "sorts": [
            {"label": label, "url": _query(status, name), "is_current": name == sort}
            for name, (label, _order) in SORTS.items()
        ],
    }


def _filters(stories: list[Any], status: str, sort: str) -> list[dict[str, Any]]:
    counts = {name: sum(story.status == name for story in stories) for name in STATUS_CLASS}
    choices = [("", _("All"), len(stories))]
    choices += [(name, str(Story.Status(name).label), counts[name]) for name in STATUS_CLASS]
    return [
        {"label": label, "count": count, "url": _query(name, sort), "is_current": name == status}
        for name, label, count in choices
    ]


def _query(status: str, sort: str) -> str:
    chosen = {"status": status, "sort": "" if sort == "touched" else sort}
    return "?" + urlencode({name: value for name, value in chosen.items() if value}) + "#library"


def _tile(story: Any, user: User, at: datetime) -> dict[str, Any]:
    return {
        "id": str(story.pk),
        "url": story.get_absolute_url(),
        "title": story.title,
        "author": user.username,
        "hue": hue_of(story.title),
        "cover_url": story.cover,
        "status": story.status,
        "status_class": STATUS_CLASS[story.status],
        "status_label": story.get_status_display(),
        "chapters": story.total_chapters,
        "words": story.word_count,
        "touched": ago(story.updated_at, now=at),
    }
