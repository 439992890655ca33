"""The plan of the book on the demo's desk, its rest days, and what was forecast on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from accounts.models import User
from analytics.models import RestDay
from analytics.periods import DAY, Period, last_days
from analytics.plans import keep_forecast
from analytics.reports.figures import Figures, figures_by_day
from analytics.resting import declare_rest
from stories.models import Story
from stories.services.targets import set_plan

PLANNED, AHEAD = 120, 75
ROUND = 500
# She writes more at the weekend, and plans so.
WEIGHTS = (2, 2, 2, 2, 1, 3, 3)
NEXT_REST, REST_DAYS = 9, 6


def declare_rests(user: User, written: set[date], *, today: date) -> None:
    """Declare two gaps as rest, afterwards: the longest of the last months and the latest of all;
    and a week to come.
    """
    gaps = _gaps(written, last_days(PLANNED, today))
    told = [
        (max(gaps, key=len, default=None), RestDay.Kind.LIFE, "Moving house"),
        (gaps[-1] if len(gaps) > 1 else None, RestDay.Kind.ILLNESS, "A cold"),
    ]
    for gap, kind, note in told:
        if gap:
            declare_rest(
                user, from_date=gap.first, to_date=gap.last, kind=kind, note=note, today=today
            )
    first = today + timedelta(days=NEXT_REST)
    declare_rest(
        user,
        from_date=first,
        to_date=first + timedelta(days=REST_DAYS),
        note="A week by the sea",
        today=today,
    )


def _gaps(written: set[date], within: Period) -> list[Period]:
    """Return the stretches without a word between two days with some, in order."""
    days = sorted(day for day in written if day in within)
    return [
        Period(before + DAY, after - DAY)
        for before, after in pairwise(days)
        if after - before > DAY
    ]


def make_plan(story: Story, *, words: int, at: datetime) -> None:
    """Plan the rest of a story of `words` words at the pace it had, and keep each month's forecast
    as it would have been made then.
    """
    user, today = story.owner, story.owner.day_of(at)
    span = last_days(PLANNED, today)
    figures = figures_by_day(user, within=span, today=today, story_id=story.pk)
    came = sum(found.net for found in figures.values())
    left = max(1, came) * AHEAD // PLANNED
    plan, _is_new = set_plan(
        story,
        total_words=-(-(words + left) // ROUND) * ROUND,
        start_words=max(0, words - came),
        start_on=span.first,
        due_on=today + timedelta(days=AHEAD),
        weekday_weights=WEIGHTS,
    )
    for day in span.days():
        if day.day == 1 or day == today:
            keep_forecast(
                plan,
                word_count=_words_on(day, words, figures),
                user=user,
                at=datetime.combine(day, time(23), ZoneInfo(user.time_zone)),
            )


def _words_on(day: date, words: int, figures: Mapping[date, Figures]) -> int:
    """Count back from the words there are to the end of a day."""
    return max(0, words - sum(found.net for later, found in figures.items() if later > day))
