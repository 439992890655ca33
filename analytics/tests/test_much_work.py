"""What years of days, long days and many stories look like: dates with years, room, one list."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.charts import Stretch, day_chart, series_chart
from analytics.charts.bars import Sheet
from analytics.periods import Period, month_of
from analytics.reports import Figures
from analytics.reports.series import SeriesRow
from analytics.target_pages import _narrow
from stories.services.targets import create_target
from stories.tests.builders import make_story

TODAY = date(2026, 3, 11)
LABEL = re.compile(r'<text[^>]*class="chart__label"[^>]*>([^<]+)</text>')


def months(count):
    first = [date(2021 + n // 12, n % 12 + 1, 1) for n in range(count)]
    return [SeriesRow(month_of(day), Figures(typed=100)) for day in first]


def labels(svg):
    return [label for label in LABEL.findall(svg) if not label.replace(",", "").isdigit()]


@pytest.mark.parametrize(
    ("rows", "shape"),
    [
        (months(60), r"[A-Z][a-z]{2} 20\d\d"),
        ([SeriesRow(Period(TODAY, TODAY), Figures(typed=5))] * 9, "11 Mar"),
    ],
    ids=["five years of months", "a few days"],
)
def test_bars_over_years_say_which_year(rows, shape):
    sheet = Sheet("Period", "Words by month", "x", None, sentence="Words.")
    found = labels(series_chart(rows, sheet).svg)
    assert found and all(re.fullmatch(shape, label) for label in found)


def test_the_hours_of_a_day_have_room_in_both_drawings():
    began = datetime(2026, 3, 11, 6, 10, tzinfo=UTC)
    long_day = [
        Stretch("One", began + timedelta(hours=n), began + timedelta(hours=n, minutes=30), 10, 10)
        for n in (0, 7, 14)
    ]
    svg = day_chart(long_day, title="The day", ident="day").svg
    roomy, narrow = re.split(r"(?=<svg)", svg)[1:]
    assert 'viewBox="0 0 760' in roomy and 'viewBox="0 0 340' in narrow
    for drawing, width in ((roomy, 760), (narrow, 340)):
        hours = [label for label in labels(drawing) if label.endswith(":00")]
        assert 2 <= len(hours) <= width // 60 + 1


@pytest.mark.parametrize(
    ("words", "shown"), [(7, "7"), (999, "999"), (1_000, "1.0k"), (2_360, "2.4k"), (12_360, "12k")]
)
def test_the_words_of_a_day_are_as_narrow_as_the_calendar(words, shown):
    assert _narrow(words) == shown


@pytest.mark.django_db
def test_stories_without_a_target_are_one_list(as_alice, alice):
    aimed = make_story(alice, "Aimed")
    create_target(aimed, quota=9, frequency="Daily", from_date=TODAY, to_date=date(2099, 1, 1))
    others = [make_story(alice, f"Other {number}") for number in range(3)]
    page = as_alice.get("/targets/")
    assert [group["story"]["title"] for group in page.context["groups"]] == ["Aimed"]
    assert {story["id"] for story in page.context["others"]} == {story.pk for story in others}
    assert page.text.count('class="card" aria-labelledby="unplanned-title"') == 1
    for story in others:
        assert f'href="/stories/{story.pk}/targets/new/"' in page.text
        assert f'href="/stories/{story.pk}/plan/"' in page.text
