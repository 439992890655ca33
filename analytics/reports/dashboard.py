"""The desk in one answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from accounts.models import User
from analytics.reports.days import Today, Week, week
from analytics.reports.streaks import Streak, streak
from stories.models import Chapter, Story

LAST_CHAPTERS = 3


@dataclass(frozen=True, slots=True)
class Library:
    stories: int
    chapters: int
    words: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    today: Today
    streak: Streak
    week: Week
    jump_back_in: tuple[Chapter, ...]
    library: Library


def dashboard(user: User, *, at: datetime) -> Dashboard:
    this_week = week(user, at=at)
    return Dashboard(
        today=this_week.today,
        streak=streak(user, at=at),
        week=this_week,
        jump_back_in=last_chapters(user),
        library=library(user),
    )


def last_chapters(user: User, *, count: int = LAST_CHAPTERS) -> tuple[Chapter, ...]:
    """Return the chapters touched last, without their prose."""
    chapters = Chapter.objects.visible_to(user).live().without_prose().select_related("story")
    return tuple(chapters.order_by("-updated_at", "-pk")[:count])


def library(user: User) -> Library:
    chapters = Chapter.objects.visible_to(user).live()
    return Library(
        stories=Story.objects.visible_to(user).live().count(),
        chapters=chapters.count(),
        words=chapters.aggregate(words=Sum("word_count"))["words"] or 0,
    )
