"""The desk: what today is like, where to go on, and the library."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Right
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.models import User
from analytics import reports
from analytics.demo.diary import EMAIL, PASSWORD
from nexus.lib.wording import ago, day_name, hue_of
from nexus.pages.library import library
from stories.models import Chapter
from stories.text import excerpt

TAIL_CHARACTERS = 1200
SENTENCE_CHARACTERS = 160


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
    week = reports.week(user, at=at)
    return {
        "greeting": _greeting(user, at),
        "day_label": day_name(day),
        "today": today_words(week.today),
        "streak": _streak(user, at),
        "week": _week(week, user, at),
        "jump_back": [_place(chapter, at) for chapter in _last_places(user)],
        **library(user, request.GET, at=at),
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
