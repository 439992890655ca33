"""How the studio grows, for its host: new writers, stories and words by week, of five and more.

Words are told of days on which enough wrote, as on the Writing dashboard; a week's sum of all its
days would tell, less those, what one writer did on the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncWeek

from accounts.models import User
from analytics.models import WritingDay
from analytics.periods import DAY, Period, periods_within
from analytics.reports.studio import FEWEST, last_over
from stories.models import Chapter, Story

WEEKS = 26


@dataclass(frozen=True, slots=True)
class GrowthWeek:
    """What came in a week, the running one cut to its days; None for fewer than `FEWEST`."""

    period: Period
    writers: int | None
    stories: int | None
    words: int | None


@dataclass(frozen=True, slots=True)
class Growth:
    """All there is, and what came each week, the oldest first.

    `stories` and `words` are None for a studio of fewer than `FEWEST` writers.
    """

    writers: int
    stories: int | None
    words: int | None
    weeks: tuple[GrowthWeek, ...]

    @property
    def has_weeks(self) -> bool:
        """Whether anything of any week can be told."""
        return any((week.writers, week.stories, week.words) != (None,) * 3 for week in self.weeks)


def growth_report(*, at: datetime) -> Growth:
    """Report the studio as of `at`: weeks of UTC, up to the last day that is over everywhere."""
    span = _whole_weeks(last_over(at))
    writers, stories, words = _writers(span), _stories(span), _words(span)
    weeks = [
        GrowthWeek(week, *(found.get(week.first) for found in (writers, stories, words)))
        for whole in periods_within(span, "Weekly")
        if (week := whole.clip(span))
    ]
    total, begun, written = User.objects.count(), Story.objects.live().count(), _all_words()
    is_told = total >= FEWEST
    return Growth(
        writers=total,
        stories=begun if is_told else None,
        words=written if is_told else None,
        weeks=tuple(weeks),
    )


def _whole_weeks(last: date) -> Period:
    """Return the weeks up to `last`, the first of them whole."""
    monday = last - DAY * last.weekday()
    return Period(monday - DAY * 7 * (WEEKS - 1), last)


def _writers(span: Period) -> dict[date, int]:
    rows = User.objects.filter(created_at__range=_moments(span)).order_by()
    weeks = rows.annotate(week=TruncWeek("created_at", tzinfo=UTC)).values_list("week")
    counted = weeks.annotate(writers=Count("pk")).filter(writers__gte=FEWEST)
    return {week.date(): count for week, count in counted}


def _stories(span: Period) -> dict[date, int]:
    """Count the stories begun, in the weeks in which enough writers began one."""
    rows = Story.objects.filter(created_at__range=_moments(span)).order_by()
    weeks = rows.annotate(week=TruncWeek("created_at", tzinfo=UTC)).values_list("week")
    counted = weeks.annotate(owners=Count("owner", distinct=True), begun=Count("pk"))
    told = counted.filter(owners__gte=FEWEST)
    return {week.date(): begun for week, _owners, begun in told}


def _words(span: Period) -> dict[date, int]:
    """Sum the words written by hand on the days on which enough writers wrote any."""
    rows = WritingDay.objects.filter(story=None, day__range=(span.first, span.last)).order_by()
    wrote = rows.annotate(words=F("typed") + F("applied")).filter(words__gt=0).values_list("day")
    told = wrote.annotate(writers=Count("user"), sum=Sum("words")).filter(writers__gte=FEWEST)
    weeks: dict[date, int] = {}
    for day, _writers_of_day, words in told:
        monday = day - DAY * day.weekday()
        weeks[monday] = weeks.get(monday, 0) + words
    return weeks


def _all_words() -> int:
    live = Chapter.objects.live().order_by()
    return int(live.aggregate(words=Sum("word_count"))["words"] or 0)


def _moments(span: Period) -> tuple[datetime, datetime]:
    return (
        datetime.combine(span.first, time.min, UTC),
        datetime.combine(span.last, time.max, UTC),
    )
