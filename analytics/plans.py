"""Forecasts kept once a month, and closed when the words are there, to be judged later."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from analytics.models import Forecast
from analytics.periods import DAY, Period
from analytics.reports.figures import NOTHING, figures_by_day
from analytics.reports.forecast import outlook_of
from analytics.reports.plan import plan_report
from stories.models import Plan, Story


def keep_forecast(plan: Plan, *, word_count: int, user: User, at: datetime) -> Forecast | None:
    """Keep this month's forecast; None when there is one, too little data, or nothing left."""
    today = user.day_of(at)
    of_month = Forecast.objects.filter(
        story=plan.story_id, total_words=plan.total_words, made_on__gte=today.replace(day=1)
    )
    if word_count >= plan.total_words or of_month.exists():
        return None
    report = plan_report(plan, word_count=word_count, user=user, at=at)
    outlook = outlook_of(report)
    if not outlook.has_data:
        return None
    row = Forecast(
        story_id=plan.story_id,
        made_on=today,
        total_words=plan.total_words,
        words_left=report.left_this_morning,
        due_on=plan.due_on,
        p10=outlook.p10,
        p50=outlook.p50,
        p90=outlook.p90,
        odds=outlook.odds,
        days_of_data=outlook.days_of_data,
        runs=outlook.runs,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Another worker was here first, or the plan grew today: one forecast a day is enough.
        return None
    return row


def keep_forecasts(*, at: datetime) -> int:
    """Keep the month's forecast of every plan that has none yet; return how many were new."""
    plans = Plan.objects.filter(story__trashed_at=None, story__owner__is_active=True)
    stories = Story.objects.live().filter(plan__isnull=False).with_counts()
    counts = dict(stories.values_list("pk", "word_count"))  # type: ignore[misc]
    return sum(
        keep_forecast(plan, word_count=counts.get(plan.story_id, 0), user=plan.story.owner, at=at)
        is not None
        for plan in plans.select_related("story__owner").iterator(chunk_size=500)
    )


def close_forecasts(*, at: datetime) -> int:
    """Note on each open forecast whose words are there the day they were; return how many."""
    closed = 0
    stories = Story.objects.live().filter(forecasts__finished_on=None, forecasts__isnull=False)
    for story in stories.with_counts().select_related("owner").distinct():
        words = story.word_count  # type: ignore[attr-defined]
        waiting = Forecast.objects.filter(story=story, finished_on=None, total_words__lte=words)
        for row in waiting:
            row.finished_on = day_reached(
                story, row.total_words, words=words, since=row.made_on, at=at
            )
            row.save(update_fields=["finished_on"])
            closed += 1
    return closed


def day_reached(story: Story, total: int, *, words: int, since: date, at: datetime) -> date:
    """Return the day on which the story, of `words` now, came to hold `total` for good.

    Counted back by the ledger, so that a task that comes late tells the same day.
    """
    user = story.owner
    day = user.day_of(at)
    figures = figures_by_day(user, within=Period(since, day), today=day, story_id=story.pk)
    while day > since and words - figures.get(day, NOTHING).net >= total:
        words -= figures.get(day, NOTHING).net
        day -= DAY
    return day
