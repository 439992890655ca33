"""What a writer sees of her own days: today, this week, a day's sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from sys import maxsize
from uuid import UUID

from django.db.models import Sum

from accounts.models import User
from analytics.models import WritingDay, WritingSession
from analytics.periods import Period, week_of
from analytics.reports.figures import (
    NOTHING,
    SUMMED,
    Figures,
    add_up,
    figures_by_day,
    figures_by_story,
)
from nexus.lib.days import day_bounds
from stories.models import Target

# What makes a day one with words; what a streak asks of it is the writer's own choice.
DAILY_MINIMUM = 1
FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9998, 1, 1)


@dataclass(frozen=True, slots=True)
class Today:
    """The writer's day so far; `goal` is None where no daily target is in force."""

    day: date
    words: int
    goal: int | None
    figures: Figures

    @property
    def minutes(self) -> int:
        return self.figures.minutes

    @property
    def sessions(self) -> int:
        return self.figures.sessions

    @property
    def net(self) -> int:
        return self.figures.net

    @property
    def percent(self) -> int | None:
        """Whole percent of the goal, above 100 when it is passed."""
        if self.goal is None:
            return None
        return self.words * 100 // self.goal if self.goal else 100

    @property
    def remaining(self) -> int | None:
        return None if self.goal is None else max(0, self.goal - self.words)


@dataclass(frozen=True, slots=True)
class DayWords:
    """One bar of a chart."""

    day: date
    words: int
    figures: Figures = NOTHING
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, `today` among them; `goals` holds those that had one."""

    days: tuple[DayWords, ...]
    goals: Mapping[date, int]
    today: Today

    def is_met(self, bar: DayWords) -> bool:
        """Tell whether the day had a goal and reached it."""
        return bar.words >= self.goals.get(bar.day, maxsize)

    @property
    def words(self) -> int:
        return sum(day.words for day in self.days)

    @property
    def writing_days(self) -> int:
        return sum(day.words >= DAILY_MINIMUM for day in self.days)


def goal_on(user: User, day: date, *, story_id: UUID | None = None) -> int | None:
    """Return the daily targets' quotas in force that day, summed; None when there is none."""
    return total_goal(goals_on(user, day), story_id)


def goals_on(user: User, day: date) -> dict[UUID, int]:
    """Return by story the quotas of the daily targets in force that day, summed. One query.

    A target set later than the day was no goal of that day, whatever dates it covers.
    """
    # The ends of the calendar have no bounds in every zone.
    bounded = min(max(day, FIRST_DAY), LAST_DAY)
    _start, end = day_bounds(bounded, time_zone=user.time_zone, day_end_hour=user.day_end_hour)
    targets = Target.objects.visible_to(user).filter(
        frequency=Target.Frequency.DAILY,
        from_date__lte=day,
        to_date__gte=day,
        created_at__lt=end,
    )
    return dict(targets.order_by().values_list("story_id").annotate(goal=Sum("quota")))


def total_goal(goals: Mapping[UUID, int], story_id: UUID | None) -> int | None:
    """Return the goal of one story, or of all together; None when there is none."""
    if story_id:
        return goals.get(story_id)
    return sum(goals.values()) if goals else None


def today(user: User, *, at: datetime) -> Today:
    """Report the day that holds `at`."""
    day = user.day_of(at)
    figures = figures_by_day(user, within=Period(day, day), today=day).get(day, NOTHING)
    return Today(day, figures.words_written, goal_on(user, day), figures)


def week(user: User, *, at: datetime) -> Week:
    """Report the seven days of the writer's own week that holds `at`."""
    day = user.day_of(at)
    span = week_of(day, week_start=user.week_start)
    kept = WritingDay.objects.filter(
        user=user, story=None, day__range=(span.first, span.last), goal__isnull=False
    )
    goals = {past: goal for past, goal in kept.values_list("day", "goal") if goal is not None}
    goal = goal_on(user, day)
    goals[day] = goal or maxsize
    figures = figures_by_day(user, within=span, today=day)
    so_far = figures.get(day, NOTHING)
    return Week(
        days=day_words(figures, span, today=day),
        goals=goals,
        today=Today(day, so_far.words_written, goal, so_far),
    )


def day_words(figures: dict[date, Figures], span: Period, *, today: date) -> tuple[DayWords, ...]:
    """Return a bar for every day of `span`, empty days included."""
    return tuple(
        DayWords(day, found.words_written, found, day == today)
        for day in span.days()
        for found in (figures.get(day, NOTHING),)
    )


def library_today(user: User, *, at: datetime) -> dict[UUID, int]:
    """Return the words written today in each story that has any."""
    day = user.day_of(at)
    found = figures_by_story(user, within=Period(day, day), today=day)
    return {story: days[day].words_written for story, days in found.items()}


@dataclass(frozen=True, slots=True)
class DayReport:
    """The why of a day: every session that made its numbers."""

    day: date
    figures: Figures
    goal: int | None
    sessions: tuple[WritingSession, ...]


def day_report(user: User, day: date, *, at: datetime) -> DayReport:
    """Report one day from its sessions; the goal is the one that was in force then."""
    sessions = tuple(
        WritingSession.objects.visible_to(user)
        .filter(day=day)
        .select_related("chapter__story")
        .defer("chapter__content", "chapter__text")
        .order_by("started_at", "id")
    )
    figures = add_up(figures_of(session) for session in sessions)
    return DayReport(day, figures, goal_kept(user, day, today=user.day_of(at)), sessions)


def goal_kept(user: User, day: date, *, today: date) -> int | None:
    """Return the goal stored with a past day, or the one in force for today."""
    if day >= today:
        return goal_on(user, day)
    kept = WritingDay.objects.filter(user=user, story=None, day=day).values_list("goal", flat=True)
    return kept.first() if kept else goal_on(user, day)


def figures_of(session: WritingSession) -> Figures:
    return Figures(**{name: getattr(session, name) for name in SUMMED}, sessions=1)
