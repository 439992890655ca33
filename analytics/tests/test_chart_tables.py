"""Every chart's table holds exactly the numbers drawn, and each number is drawn as it is said."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.models import Forecast, WritingDay
from analytics.resting import declare_rest
from analytics.rollups import roll_up_day
from analytics.tests.builders import add_words, make_chapter, settle
from stories.models import Target
from stories.services.targets import create_target, set_plan

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"
# Wide and narrow, or one drawing for both.
EITHER = pytest.mark.parametrize("which", [0, -1], ids=["wide", "narrow"])

WRITTEN = (59, 40, 29, 27, 20, 15, 10, 7, 5, 3, 2, 1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def chapter(alice, now):
    today = now.date()
    chapter = make_chapter(alice)
    for back in WRITTEN:
        count = 1900 + 40 * (back % 7)
        add_words(chapter, count, now - timedelta(days=back), typed=count + back, removed=back)
    settle(alice)
    for back in WRITTEN:
        roll_up_day(alice, today - timedelta(days=back), at=now)
    raised = today - timedelta(days=6)
    WritingDay.objects.filter(user=alice, day__lt=raised).update(goal=400)
    WritingDay.objects.filter(user=alice, day__gte=raised).update(goal=1100)
    declare_rest(alice, from_date=today - timedelta(days=4), today=today)
    add_words(chapter, 120, now, typed=135, removed=15, active_ms=600_000)
    add_words(make_chapter(alice, story=chapter.story, title="Two"), 7, now, pasted=7)
    for frequency, quota in (("Daily", 1200), ("Weekly", 4000), ("Monthly", 15_000)):
        create_target(
            chapter.story,
            quota=quota,
            frequency=frequency,
            from_date=today,
            to_date=today + timedelta(days=9),
        )
    Target.objects.update(created_at=now)
    set_plan(
        chapter.story,
        total_words=120_000,
        start_words=0,
        start_on=today - timedelta(days=30),
        due_on=today + timedelta(days=30),
    )
    Forecast.objects.create(
        story=chapter.story,
        made_on=today,
        total_words=120_000,
        words_left=70_000,
        due_on=today + timedelta(days=30),
        p10=today + timedelta(days=50),
        p50=today + timedelta(days=60),
        p90=today + timedelta(days=75),
        odds=0.1,
        days_of_data=60,
        runs=2000,
    )
    chapter.refresh_from_db()
    return chapter


def charts_of(client, name, *args, **query):
    return client.get(reverse(f"analytics:{name}", args=args), query).context


def drawing(chart, which=0):
    tree = ElementTree.fromstring(f"<div xmlns='{SVG[1:-1]}'>{chart.svg}</div>")
    return list(tree.iter(f"{SVG}svg"))[which]


def shapes(svg, name, css):
    return [s for s in svg.iter(f"{SVG}{name}") if css in s.get("class", "").split()]


def data(found, name):
    return [int(shape.get(f"data-{name}")) for shape in found]


def number(cell):
    """Read a cell as a number; None where there is none."""
    said = re.sub(r"<[^>]+>", "", str(cell))
    digits = re.sub(r"\D", "", said)
    return None if not digits else -int(digits) if said[0] in "-−" else int(digits)


def column(chart, place):
    return [number(row[place]) for row in chart.rows]


def named(chart, heading):
    return column(chart, list(chart.headings).index(heading))


def labels(svg):
    return [node.text for node in svg.iter(f"{SVG}text")]


def check_bars(chart, svg):
    """Compare bars, what hangs below them and the target line with the table's columns."""
    values, *others = chart.headings[1:]
    drawn = data(shapes(svg, "rect", "chart__bar"), "words")
    assert drawn == [n for n in named(chart, values) if n and n > 0]
    below = [s for s in shapes(svg, "rect", "chart__removed") if s.get("data-words")]
    removed = named(chart, "Removed") if "Removed" in others else named(chart, values)
    lost = [-n for n in removed if n] if "Removed" in others else [n for n in removed if n < 0]
    assert data(below, "words") == lost
    lines = [s for s in shapes(svg, "line", "chart__target") if s.get("data-goal")]
    goals = [int(s.get("data-goal")) for s in lines for _bar in range(int(s.get("data-bars")))]
    assert goals == ([n for n in named(chart, "Target") if n] if "Target" in others else [])
    assert set(others) <= {"Removed", "Target"}
    assert f"{max(named(chart, values)):,}" in labels(svg)
    return goals


@EITHER
@pytest.mark.parametrize("frequency", ["Daily", "Weekly", "Monthly"])
def test_bars_of_all_stories_and_of_one(as_alice, chapter, frequency, which):
    asked = {"frequency": frequency}
    series = charts_of(as_alice, "overview", **asked)["series"]
    assert check_bars(series, drawing(series, which))
    month = charts_of(as_alice, "story", chapter.story_id, **asked)["month"]
    assert check_bars(month, drawing(month, which))


@pytest.mark.parametrize("measure", ["net", "gross", "minutes"])
def test_bars_of_another_measure(as_alice, chapter, now, measure):
    add_words(chapter, 0, now - timedelta(days=2), removed=0)
    series = charts_of(as_alice, "overview", measure=measure)["series"]
    assert check_bars(series, drawing(series)) == []


def test_a_target_raised_today_is_drawn_over_today_alone(as_alice, chapter, now):
    series = charts_of(as_alice, "overview")["series"]
    goals = named(series, "Target")
    assert goals[-1] == 1200
    assert {n for n in goals[-6:-1] if n} == {1100}
    assert {n for n in goals[:-8] if n} == {400}


def test_days_of_rest_are_hatched_and_said(as_alice, chapter):
    series = charts_of(as_alice, "overview")["series"]
    hatched = [s.get("data-rest") for s in drawing(series).iter() if s.get("data-rest")]
    said = [place for place, row in enumerate(series.rows) if "(rest)" in row[0]]
    assert len(said) == 1
    days = [s.get("data-day") for s in shapes(drawing(series), "rect", "chart__bar")]
    assert len(hatched) == 1
    assert hatched[0] not in days or days


def test_todays_ring(as_alice, chapter):
    ring = charts_of(as_alice, "story", chapter.story_id)["today"]
    written, goal, left = column(ring, 1)
    assert (written, goal, left) == (135, 1200, 1065)
    assert labels(drawing(ring)) == ["135", "of 1,200"]
    value = shapes(drawing(ring), "circle", "ring__value")[0]
    assert value.get("stroke-dasharray") == f"{135 * 100 // 1200} 200"


@pytest.mark.parametrize("name", ["overview", "story"])
def test_the_year(as_alice, chapter, now, name):
    year = charts_of(as_alice, name, *([chapter.story_id] if name == "story" else []))["year"]
    cells = [s for s in drawing(year).iter(f"{SVG}rect") if s.get("data-day")]
    drawn = {date.fromisoformat(s.get("data-day")): int(s.get("data-words")) for s in cells}
    told = {
        date(now.year, month, day): number(cell)
        for day, row in enumerate(year.rows, start=1)
        for month, cell in enumerate(row[1:], start=1)
        if cell != ""
    }
    assert told == drawn
    assert f'href="/days/{now.date()}/"' in str(year.rows[now.day - 1][now.month])
    assert "Shades: " in drawing(year).find(f"{SVG}desc").text


@pytest.mark.parametrize("week_start", [1, 7])
def test_weekday_by_hour(as_alice, alice, chapter, week_start):
    alice.week_start = week_start
    alice.save()
    clock = charts_of(as_alice, "overview")["clock"]
    cells = [s for s in drawing(clock).iter(f"{SVG}rect") if s.get("data-hour")]
    drawn = {(int(s.get("data-weekday")), int(s.get("data-hour"))): s for s in cells}
    order = [(week_start - 1 + place) % 7 for place in range(7)]
    told = {
        (weekday, hour): number(row[place])
        for hour, row in enumerate(clock.rows)
        for place, weekday in enumerate(order, start=1)
    }
    assert told == {key: int(shape.get("data-words")) for key, shape in drawn.items()}
    assert len(told) == 7 * 24 and sum(told.values()) > 0


def test_words_by_cause(as_alice, chapter):
    causes = charts_of(as_alice, "overview")["causes"]
    bars = [s for s in drawing(causes).iter(f"{SVG}rect") if s.get("data-cause")]
    assert data(bars, "words") == [abs(n) for n in column(causes, 1)]
    said = [label for label in labels(drawing(causes)) if re.search(r"\d", label)]
    assert said == [row[1] for row in causes.rows]


@EITHER
def test_lengths_of_chapters(as_alice, chapter, which):
    lengths = charts_of(as_alice, "story", chapter.story_id)["lengths"]
    drawn = data(shapes(drawing(lengths, which), "rect", "chart__bar"), "words")
    assert drawn == column(lengths, 1) == [chapter.word_count, 7]


@EITHER
@pytest.mark.parametrize("name", ["growth", "burn_up"])
def test_the_book_growing_and_the_plans_burn_up(as_alice, chapter, now, name, which):
    page = "story" if name == "growth" else "plan"
    chart = charts_of(as_alice, page, chapter.story_id)[name]
    svg = drawing(chart, which)
    days, foretold = chart.rows[:-3], chart.rows[-3:]
    for place, css in ((1, "chart__line"), (2, "chart__par")):
        line = [s for s in shapes(svg, "polyline", css) if s.get("data-words")]
        told = [number(row[place]) for row in days]
        assert [int(n) for n in line[0].get("data-words").split()] == [
            n for n in told if n is not None
        ]
    assert max(n for row in days if (n := number(row[1])) is not None) == chapter.word_count + 7
    band = shapes(svg, "polygon", "chart__band")[0]
    middle = next(s for s in shapes(svg, "polyline", "chart__middle") if s.get("data-p50"))
    dates = [band.get("data-p10"), middle.get("data-p50"), band.get("data-p90")]
    assert [row[0].split(",")[0] for row in foretold] == [
        f"{day.day} {day:%B %Y}" for day in map(date.fromisoformat, dates)
    ]
    assert {number(row[1]) for row in foretold} == {120_000} == {int(middle.get("data-total"))}
    assert f"{chapter.word_count + 7:,}" in labels(svg)


def test_the_time_line_of_a_day(as_alice, chapter, now):
    line = charts_of(as_alice, "day", now.date())["time_line"]
    bars = [s for s in drawing(line).iter(f"{SVG}rect") if s.get("data-net")]
    assert sorted(zip(data(bars, "words"), data(bars, "net"), strict=True)) == sorted(
        zip(column(line, 2), column(line, 3), strict=True)
    )
    assert {"135", "7"} <= set(labels(drawing(line)))


@EITHER
def test_no_number_of_a_scale_leaves_the_picture(as_alice, chapter, which):
    for chart in (
        charts_of(as_alice, "plan", chapter.story_id)["burn_up"],
        charts_of(as_alice, "story", chapter.story_id)["lengths"],
    ):
        for label in drawing(chart, which).iter(f"{SVG}text"):
            if label.get("text-anchor") == "end" and float(label.get("x")) < 100:
                assert float(label.get("x")) >= 6.2 * len(label.text)
