"""The page of all statistics, the day's time line and the story's new charts, without a script."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.models import Forecast, RestDay
from analytics.tests.builders import add_words, make_chapter
from stories.models import Plan

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"
CHARTS = ("series", "year", "clock", "causes")


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def chapter(alice, now):
    chapter = make_chapter(alice)
    for back in (1, 2, 5, 20, 45, 130):
        add_words(chapter, 40 + back, now - timedelta(days=back), typed=60 + back, removed=20)
    add_words(chapter, 120, now, typed=125, removed=5, active_ms=600_000)
    return chapter


def page_of(client, **query):
    return client.get(reverse("analytics:overview"), query)


def numbers(cells):
    return [int(re.sub(r"\D", "", str(cell))) for cell in cells]


def drawing(chart):
    return next(
        ElementTree.fromstring(f"<div xmlns='{SVG[1:-1]}'>{chart.svg}</div>").iter(f"{SVG}svg")
    )


def drawn(chart, css):
    """Return the words of every shape of that class in the first drawing."""
    shapes = [s for s in drawing(chart).iter(f"{SVG}rect") if s.get("data-words")]
    return [int(s.get("data-words")) for s in shapes if s.get("class").startswith(css)]


def test_the_page_of_all_statistics_shows_what_the_api_says(as_alice, chapter, now):
    page = page_of(as_alice)
    told = as_alice.get("/api/v1/analytics/overview").json()
    assert page.status_code == 200
    assert page.context["figures"][0]["value"] == f"{told['words']:,}"
    series = page.context["series"]
    assert sum(numbers(row[1] for row in series.rows)) == told["words"]
    assert sum(numbers(row[2] for row in series.rows)) == told["removed_words"]
    clock = page.context["clock"]
    assert sum(sum(numbers(row[1:])) for row in clock.rows) == told["words"]


@pytest.mark.parametrize(
    ("measure", "name"),
    [("words", "words"), ("net", "net_words"), ("gross", "gross_words"), ("minutes", "minutes")],
)
def test_the_measure_can_be_switched(as_alice, chapter, measure, name):
    page = page_of(as_alice, measure=measure)
    told = as_alice.get("/api/v1/analytics/overview", {"measure": measure}).json()
    assert page.context["figures"][0]["value"] == f"{told[name]:,}"
    assert page.context["series"].title.startswith(page.context["series"].headings[1])


@pytest.mark.parametrize(("days", "rows"), [(29, 30), (300, 60), (3000, 110)])
def test_long_ranges_are_drawn_in_bars_wide_enough_to_see(as_alice, chapter, now, days, rows):
    first = now.date() - timedelta(days=days)
    page = page_of(as_alice, from_date=str(first))
    assert page.status_code == 200
    assert 1 < len(page.context["series"].rows) <= rows


@pytest.mark.parametrize(
    "query",
    [
        {"from_date": "2026-01-01", "to_date": "2020-01-01"},
        {"from_date": "soon"},
        {"from_date": "1999-01-01", "to_date": "2026-01-01"},
        {"measure": "pages"},
        {"frequency": "Hourly"},
    ],
)
def test_what_cannot_be_shown_is_marked_and_the_page_still_answers(as_alice, chapter, query):
    page = page_of(as_alice, **query)
    assert page.status_code == 422
    assert "field__error" in page.content.decode()


def test_the_ends_of_the_calendar_are_answered(as_alice, chapter):
    for first, last in (("9999-12-31", ""), ("", "0001-01-01"), ("0001-01-01", "0002-01-01")):
        page = page_of(as_alice, from_date=first, to_date=last)
        assert page.status_code == 200


def test_rest_days_are_hatched_and_named(as_alice, alice, chapter, now):
    day = now.date() - timedelta(days=3)
    RestDay.objects.create(user=alice, from_date=day, to_date=day)
    series = page_of(as_alice).context["series"]
    rests = [s.get("data-rest") for s in drawing(series).iter(f"{SVG}rect") if s.get("data-rest")]
    assert rests == [str(day)]
    assert [row for row in series.rows if "(rest)" in row[0]]
    assert "A rest day" in as_alice.get(f"/days/{day}/").content.decode()


def test_every_bar_leads_to_its_why(as_alice, chapter, now):
    page = page_of(as_alice)
    assert f'href="/days/{now.date()}/"' in str(page.context["series"].rows[-1][0])
    weekly = page_of(as_alice, frequency="Weekly").context["series"].rows[-1][0]
    address = re.search(r'href="([^"]+)"', str(weekly))[1].replace("&amp;", "&")
    assert as_alice.get(address).status_code == 200


def test_every_file_on_the_pages_can_be_had(as_alice, chapter, now):
    story = reverse("analytics:story", args=[chapter.story_id])
    for path in (reverse("analytics:overview"), story, f"/days/{now.date()}/"):
        html = as_alice.get(path).content.decode()
        files = re.findall(r'downloads__file" href="([^"]+)"', html)
        assert files
        for address in files:
            answer = as_alice.get(address.replace("&amp;", "&"))
            assert answer.status_code == 200
            assert answer["Content-Disposition"].startswith("attachment")
            assert b"".join(answer.streaming_content)


def test_a_studio_without_words_teaches(as_bob):
    page = page_of(as_bob)
    assert page.status_code == 200
    assert "The first word makes the first bar." in page.content.decode()
    assert '<svg class="chart' not in page.content.decode()


def test_strangers_words_are_nowhere(as_bob, bob, as_alice, chapter):
    assert "The book of One" in page_of(as_alice).content.decode()
    add_words(make_chapter(bob, title="Mine"), 3, timezone.now(), typed=3)
    page = page_of(as_bob)
    assert "The book of One" not in page.content.decode()
    assert page.context["figures"][0]["value"] == "3"


def test_visitors_are_asked_to_sign_in():
    answer = page_of(Client())
    assert answer.status_code == 302 and "login" in answer["Location"]


def test_ids_are_unique_and_nothing_is_styled_inline(as_alice, alice, chapter, now):
    RestDay.objects.create(user=alice, from_date=now.date(), to_date=now.date())
    story = reverse("analytics:story", args=[chapter.story_id])
    for path in (reverse("analytics:overview"), story, f"/days/{now.date()}/"):
        html = as_alice.get(path).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), path
        assert "style=" not in html


@pytest.mark.parametrize("page", ["overview", "story", "day"])
def test_the_number_of_queries_does_not_grow(as_alice, alice, chapter, now, page):
    args = {"overview": [], "story": [chapter.story_id], "day": [now.date()]}[page]
    address = reverse(f"analytics:{page}", args=args)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert as_alice.get(address).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for back in range(12):
        add_words(make_chapter(alice, title=f"More {back}"), 5, now, typed=5)
        add_words(chapter, 5, now - timedelta(days=back), typed=5)
    assert queries() == few <= 18


def test_the_day_has_a_time_line_of_its_sessions(as_alice, chapter, now):
    page = as_alice.get(f"/days/{now.date()}/")
    line = page.context["time_line"]
    assert numbers(row[2] for row in line.rows) == [125] == drawn(line, "chart__bar")


def test_the_story_grows_to_the_words_it_has(as_alice, chapter):
    growth = as_alice.get(reverse("analytics:story", args=[chapter.story_id])).context["growth"]
    chapter.refresh_from_db()
    told = numbers(row[1] for row in growth.rows)
    assert told[-1] == chapter.word_count
    path = next(drawing(growth).iter(f"{SVG}polyline"))
    assert [int(n) for n in path.get("data-words").split()] == told


def test_the_plan_and_the_forecast_are_drawn_beside_it(as_alice, chapter, now):
    today = now.date()
    Plan.objects.create(
        story=chapter.story,
        total_words=9000,
        start_on=today - timedelta(days=30),
        due_on=today + timedelta(days=60),
        weekday_weights=[1] * 7,
    )
    ahead = [today + timedelta(days=days) for days in (30, 40, 55)]
    Forecast.objects.create(
        story=chapter.story,
        made_on=today,
        total_words=9000,
        words_left=8000,
        due_on=ahead[0],
        p10=ahead[0],
        p50=ahead[1],
        p90=ahead[2],
        odds=0.5,
        days_of_data=40,
        runs=2000,
    )
    growth = as_alice.get(reverse("analytics:story", args=[chapter.story_id])).context["growth"]
    band = next(drawing(growth).iter(f"{SVG}polygon"))
    assert (band.get("data-p10"), band.get("data-p90")) == (str(ahead[0]), str(ahead[2]))
    assert "At your pace" in growth.sentence
    par = [line for line in drawing(growth).iter(f"{SVG}polyline") if "par" in line.get("class")]
    told = [row[2] for row in growth.rows[:-3]]
    assert par[0].get("data-words").split() == [str(n) for n in numbers(told)]
    assert numbers(told)[-1] == 9000


def test_the_lengths_of_the_chapters_are_drawn(as_alice, chapter):
    lengths = as_alice.get(reverse("analytics:story", args=[chapter.story_id])).context["lengths"]
    chapter.refresh_from_db()
    assert numbers(row[1] for row in lengths.rows) == [chapter.word_count]
    assert drawn(lengths, "chart__bar") == [chapter.word_count]


def test_sessions_are_listed_in_pages(as_alice, chapter, now):
    for number in range(20):
        one = make_chapter(chapter.story.owner, story=chapter.story, title=f"C{number}")
        add_words(one, 2, now - timedelta(days=3, minutes=number), typed=2)
    address = reverse("analytics:story", args=[chapter.story_id])
    seen, query = [], {}
    for _page in range(3):
        context = as_alice.get(address, query).context
        seen += [(line["chapter"], line["time"]) for line in context["sessions"]]
        if not context["older"]:
            break
        query = {"before": context["older"]}
    asked = {"limit": 100, "from": str(now.date() - timedelta(29))}
    told = as_alice.get("/api/v1/sessions", asked).json()["sessions"]
    assert len(seen) == len(told) > 20
    assert [chapter for chapter, _time in seen] == [row["chapter_title"] for row in told]
    assert as_alice.get(address, {"before": "nonsense"}).status_code == 200
