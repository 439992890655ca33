"""The numbers of pages and API, from the ledger, at a given instant."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import reports, rollups
from analytics.models import WritingSession
from analytics.periods import Period, month_of, periods_within, week_of
from analytics.reports.heat import quantile_bounds
from analytics.reports.stories import BestDay
from analytics.tests.builders import add_words, at, make_chapter, settle, write
from nexus.lib.errors import Invalid
from stories.models import Target

pytestmark = pytest.mark.django_db
NOW = at("2026-03-11 15:00")  # a Wednesday
TODAY = date(2026, 3, 11)


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    add_words(chapter, 40, "2026-03-11 10:00", typed=40, active_ms=120_000)
    add_words(chapter, 25, "2026-03-10 10:00", typed=25)
    add_words(chapter, 10, "2026-03-05 10:00", typed=10)
    write(chapter, "", "2026-02-20 10:00")  # takes 75 away
    add_words(chapter, 60, "2026-01-15 10:00", typed=60)
    return chapter


def target(story, quota, frequency, first, last):
    return Target.objects.create(
        story=story, quota=quota, frequency=frequency, from_date=first, to_date=last
    )


def test_today_counts_typed_words_only(alice, chapter):
    write(chapter, "a b c", "2026-03-11 11:00", source="import", cause="imported")
    today = reports.today(alice, at=NOW)
    assert (today.words, today.goal, today.minutes, today.percent) == (40, None, 2, None)


def test_today_knows_what_is_left(alice, chapter):
    target(chapter.story, 100, "Daily", TODAY, TODAY)
    Target.objects.update(created_at=at("2026-03-01 10:00"))
    today = reports.today(alice, at=NOW)
    assert (today.goal, today.percent, today.remaining) == (100, 40, 60)


def test_the_week_is_the_writers_own(alice, chapter):
    assert [day.words for day in reports.week(alice, at=NOW).days] == [0, 25, 40, 0, 0, 0, 0]
    alice.week_start = 7
    assert reports.week(alice, at=NOW).days[0].day == date(2026, 3, 8)


def test_the_streak_may_end_yesterday(alice, chapter):
    assert reports.streak(alice, at=NOW).current == 2
    assert reports.streak(alice, at=NOW + timedelta(days=1)).current == 2
    assert reports.streak(alice, at=NOW + timedelta(days=2)).current == 0


@pytest.mark.parametrize(
    ("frequency", "words", "days"), [("Daily", 40, 1), ("Weekly", 75, 3), ("Monthly", 75, 3)]
)
def test_key_figures_without_dates_follow_the_frequency(chapter, frequency, words, days):
    kpis = reports.story_analytics(chapter.story, frequency=frequency, at=NOW).kpis
    assert (kpis.figures.words_written, kpis.active_days) == (words, days)


def test_key_figures_with_dates_cover_the_range(chapter):
    report = reports.story_analytics(
        chapter.story, from_date=date(2026, 1, 1), to_date=date(2026, 3, 11), at=NOW
    )
    figures = report.kpis.figures
    assert (figures.words_written, figures.removed, figures.net) == (135, 75, 60)
    assert report.kpis.best_day == BestDay(date(2026, 1, 15), 60)
    assert figures.words_per_minute == 67.5


def test_rows_by_day_have_no_empty_days_unless_asked(chapter):
    report = reports.story_analytics(chapter.story, at=NOW)
    assert [row.words for row in report.rows] == [0, 10, 25, 40]
    filled = reports.story_analytics(chapter.story, fill=True, at=NOW)
    assert len(filled.rows) == 30
    assert filled.rows[-1].period == Period(TODAY, TODAY)


def test_rows_by_week_are_iso_weeks(alice, chapter):
    alice.week_start = 7
    report = reports.story_analytics(chapter.story, frequency="Weekly", at=NOW)
    assert report.rows[-1].period.first == date(2026, 3, 9)
    assert report.rows[-1].words == 65


def test_a_range_too_long_to_fill_is_refused(chapter):
    with pytest.raises(Invalid):
        reports.story_analytics(
            chapter.story, from_date=date.min, to_date=date.max, fill=True, at=NOW
        )


def test_the_ends_of_the_calendar_are_no_trouble(chapter):
    for frequency in ("Daily", "Weekly", "Monthly"):
        report = reports.story_analytics(
            chapter.story, frequency=frequency, from_date=date.min, to_date=date.max, at=NOW
        )
        assert sum(row.words for row in report.rows) == 135
    assert list(periods_within(Period(date.max, date.max), "Weekly"))[-1].last == date.max
    assert week_of(date.min).first == date.min
    assert month_of(date.max).last == date.max


def test_reports_ask_the_same_number_of_questions_however_much_was_written(chapter):
    def count():
        with CaptureQueriesContext(connection) as captured:
            reports.story_analytics(chapter.story, fill=True, at=NOW)
            reports.streak(chapter.story.owner, at=NOW)
        return len(captured)

    few = count()
    for hour in range(12):
        add_words(chapter, 1, f"2026-02-{hour + 1:02} 10:00")
    assert count() == few <= 8


def test_the_page_the_api_and_the_sessions_agree_rolled_up_or_not(alice, chapter):
    def total():
        report = reports.story_analytics(
            chapter.story, from_date=date(2026, 1, 1), to_date=TODAY, at=NOW
        )
        return sum(row.words for row in report.rows), report.kpis.figures.words_written

    ledger = sum(row.words_written for row in WritingSession.objects.filter(user=alice))
    assert total() == (ledger, ledger)
    for session in WritingSession.objects.filter(user=alice):
        rollups.roll_up_day(alice, session.day, at=NOW)
    settle(alice)
    assert total() == (ledger, ledger)


def test_another_writers_words_are_in_no_number(alice, bob, chapter):
    other = make_chapter(bob)
    add_words(other, 99, "2026-03-11 10:00", typed=99)
    assert reports.today(alice, at=NOW).words == 40
    assert reports.library_today(alice, at=NOW) == {chapter.story_id: 40}


def test_progress_counts_the_part_of_the_period_within_the_dates(alice, chapter):
    weekly = target(chapter.story, 50, "Weekly", date(2026, 3, 11), date(2026, 3, 20))
    progress = reports.target_progress(weekly, user=alice, today=TODAY)
    assert progress.period == Period(date(2026, 3, 11), date(2026, 3, 15))
    assert (progress.words, progress.percent, progress.remaining) == (40, 80, 10)


def test_progress_is_nothing_outside_the_dates(alice, chapter):
    over = target(chapter.story, 50, "Daily", date(2026, 3, 1), date(2026, 3, 10))
    progress = reports.target_progress(over, user=alice, today=TODAY)
    assert (progress.words, progress.period, progress.is_met) == (0, None, False)
    assert (progress.kept, progress.missed) == (0, 10)


def test_kept_and_missed_periods_are_those_that_are_over(alice, chapter):
    daily = target(chapter.story, 20, "Daily", date(2026, 3, 9), date(2026, 3, 31))
    progress = reports.target_progress(daily, user=alice, today=TODAY)
    assert [(str(past.period.first), past.is_kept) for past in progress.history] == [
        ("2026-03-09", False),
        ("2026-03-10", True),
    ]


def test_a_target_of_all_time_is_looked_back_on_for_a_year(alice, chapter):
    ages = target(chapter.story, 20, "Daily", date.min, date.max)
    assert len(reports.target_progress(ages, user=alice, today=TODAY).history) == 366


def test_shades_hold_equally_many_days():
    assert quantile_bounds([1, 2, 3, 4, 5, 6, 7, 8]) == (2, 4, 6, 8)
    assert quantile_bounds([5, 5, 5]) == (5,)
    assert quantile_bounds([]) == ()


def test_the_year_ends_today(alice, chapter):
    year = reports.heat_year(alice, year=2026, at=NOW)
    assert year.days[-1].day == TODAY
    assert (year.words, year.writing_days) == (135, 4)
    assert [year.shade(day.words) for day in year.days][-2:] == [2, 3]


def test_a_day_is_explained_by_its_sessions(alice, chapter):
    report = reports.day_report(alice, TODAY, at=NOW)
    assert [session.typed for session in report.sessions] == [40]
    assert report.figures.words_written == 40
