"""The page of all years says what the sessions sum to, whatever lies in files by now."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import ClosedMonth, WritingSession
from analytics.pages import lifetime_context
from analytics.periods import Period
from analytics.tests.builders import add_words, at, make_chapter
from analytics.tests.test_years_of_queries import write_for
from analytics.warehouse.lifetime import Record, lifetime, swing
from analytics.warehouse.months import close_months

pytestmark = pytest.mark.django_db
NOW = at("2026-05-20 12:00")
PAGE = "/analytics/lifetime/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.WAREHOUSE_URL = str(tmp_path / "warehouse")
    return tmp_path / "warehouse"


WRITTEN = (
    ("2024-03-04 21:30", 100),
    ("2024-03-05 06:10", 50),
    ("2025-02-10 09:00", 300),
    ("2025-03-10 09:00", 30),
    ("2026-03-09 09:00", 90),
    ("2026-05-19 10:00", 40),
)


@pytest.fixture
def chapter(alice, bob):
    """Three years of alice, and one of bob that is none of her business."""
    chapter = make_chapter(alice)
    for when, count in WRITTEN:
        add_words(chapter, count, when, typed=count, active_ms=60_000)
    add_words(make_chapter(bob, title="His"), 7777, "2025-02-11 09:00", typed=7777)
    WritingSession.objects.update(updated_at=NOW - timedelta(days=3650))
    return chapter


@pytest.fixture(params=["open", "closed"])
def life(request, alice, chapter):
    """What is told is the same before and after months were closed."""
    if request.param == "closed":
        assert close_months(at=NOW) == 4
    return lifetime(alice, at=NOW)


def test_it_tells_the_records(life):
    assert life.within == Period(date(2024, 3, 4), date(2026, 5, 20))
    assert life.total("words") == 610 and life.total("writing_days") == 6
    day = date(2025, 2, 10)
    assert life.best_day == Record(Period(day, day), 300)
    assert life.best_week == Record(Period(day, date(2025, 2, 16)), 300)
    assert life.best_month == Record(Period(date(2025, 2, 1), date(2025, 2, 28)), 300)
    assert life.best_year == Record(Period(date(2025, 1, 1), date(2025, 12, 31)), 330)


def test_it_tells_years_hours_and_seasons(life):
    assert [year.words for year in life.years] == [150, 330, 130]
    assert [year.within.first for year in life.years] == [
        date(2024, 3, 4),
        date(2025, 1, 1),
        date(2026, 1, 1),
    ]
    first = life.years[0]
    assert {hour: words for hour, words in enumerate(first.hours) if words} == {6: 50, 21: 100}
    march, april = life.seasons[2], life.seasons[3]
    assert (march.words, march.times, march.average) == (270, 3, 90)
    assert (april.words, april.times) == (0, 3)
    assert life.seasons[11].times == 2


def test_hours_are_those_of_the_writers_own_clock(alice, chapter):
    late = WritingSession.objects.filter(user=alice, day="2024-03-04")
    late.update(time_zone="Pacific/Auckland")
    told = lifetime(alice, at=NOW)
    # Half past nine in the evening in UTC is half past ten in the morning there.
    assert told.years[0].hours[10] == 100


def test_pace_is_the_average_of_28_days(life):
    pace = dict(life.pace)
    assert min(pace) == date(2024, 3, 31)
    assert pace[date(2024, 3, 31)] == round(150 / 28)
    assert pace[date(2024, 4, 2)] == 0
    assert pace[date(2025, 3, 9)] == round(300 / 28)
    assert max(pace) == date(2026, 5, 20) and pace[date(2026, 5, 20)] == round(40 / 28)


@pytest.mark.parametrize(
    ("weeks", "percent"),
    [([100] * 8, 0), ([0, 200] * 4, 107), ([100] * 7, None), ([0] * 20, None), ([], None)],
)
def test_swing_is_the_coefficient_of_variation(weeks, percent):
    assert swing(weeks) == percent


def test_weeks_without_a_word_count_for_the_swing(life):
    assert life.swing > 300 and all(year.swing > 300 for year in life.years)


def ledger_words(user):
    return sum(row.words_written for row in WritingSession.objects.filter(user=user))


def test_what_is_written_now_is_there_at_once(alice, chapter):
    close_months(at=NOW)
    lifetime(alice, at=NOW)
    add_words(chapter, 11, NOW, typed=11)
    assert lifetime(alice, at=NOW).total("words") == ledger_words(alice) == 621


@pytest.mark.parametrize("day", ["2024-03-09", "2026-05-18"], ids=["closed", "open"])
def test_a_day_that_was_counted_anew_is_there_at_once(alice, chapter, day):
    close_months(at=NOW)
    lifetime(alice, at=NOW)
    WritingSession.objects.filter(user=alice, day="2025-02-10").update(
        day=day, updated_at=datetime.now(UTC)
    )
    told = lifetime(alice, at=NOW)
    assert told.best_day.within.first == date.fromisoformat(day)
    assert told.total("words") == 610
    ClosedMonth.objects.all().delete()
    assert replace(told, closed_at=None) == lifetime(alice, at=NOW)


def test_of_a_missing_file_nothing_is_lost_or_told_twice(alice, chapter, folder):
    close_months(at=NOW)
    whole = lifetime(alice, at=NOW)
    next(folder.rglob("2025-02*")).unlink()
    for _time in ("asked", "kept"):
        found = lifetime(alice, at=NOW)
        assert (found.years, found.pace) == (whole.years, whole.pace)


def test_nobody_elses_words_are_in_it(alice, bob, chapter):
    close_months(at=NOW)
    assert lifetime(bob, at=NOW).total("words") == 7777
    assert lifetime(alice, at=NOW).total("words") == 610


def test_the_page_says_what_the_ledger_says(as_alice, alice, chapter):
    for _kind in ("open", "closed"):
        page = as_alice.get(PAGE)
        assert page.status_code == 200
        figures = page.context["figures"]
        assert figures[0]["value"] == str(ledger_words(alice))
        years = page.context["years"].rows
        assert sum(number(row[1]) for row in years) == ledger_words(alice)
        removed = WritingSession.objects.filter(user=alice).values_list("removed", flat=True)
        assert sum(number(row[2]) for row in years) == sum(removed)
        hours = page.context["hours"].rows
        assert sum(number(cell) for row in hours for cell in row[1:]) == ledger_words(alice)
        assert sum(number(line["words"]) for line in page.context["table"]) == ledger_words(alice)
        assert "7,777" not in page.content.decode()
        close_months(at=datetime.now(UTC))


def number(said):
    return int(re.sub(r"\D", "", str(said)))


def test_every_record_leads_to_its_why(as_alice, chapter):
    page = as_alice.get(PAGE)
    for figure in page.context["figures"]:
        address = figure["url"]
        assert address, figure
        if address.startswith("#"):
            assert f'id="{address[1:]}"' in page.content.decode()
        else:
            assert as_alice.get(address).status_code == 200
    shown = as_alice.get(page.context["figures"][2]["url"])
    assert shown.context["figures"][0]["value"] == page.context["figures"][2]["value"] == "300"


def test_a_table_holds_the_numbers_that_are_drawn(life):
    context = lifetime_context(life)
    drawn = re.findall(r'data-hour="\d+" data-words="(\d+)"', str(context["hours"].svg))
    listed = [number(row[1 + year]) for year in range(3) for row in context["hours"].rows]
    assert [int(words) for words in drawn] == listed
    drawn = re.findall(r'data-words="(\d+)"', str(context["seasons"].svg))
    listed = [number(row[1]) for row in context["seasons"].rows]
    # Once for wide and once for narrow screens.
    assert [int(words) for words in drawn] == [words for words in listed if words] * 2
    drawn = re.search(r'data-words="([\d ]+)"', str(context["pace"].svg)).group(1).split()
    assert [int(words) for words in drawn] == [number(row[1]) for row in context["pace"].rows]


def test_a_writer_who_has_not_begun_is_told_so(as_alice):
    page = as_alice.get(PAGE)
    assert page.status_code == 200 and "first day" in page.content.decode()


def test_a_life_of_one_day_is_shown(as_alice, alice):
    add_words(make_chapter(alice), 5, datetime.now(UTC), typed=5)
    page = as_alice.get(PAGE)
    assert page.context["pace"] is None
    assert page.context["figures"][-1]["value"] == "–"


def test_a_stranger_is_asked_who_she_is(anonymous):
    assert anonymous.get(PAGE).status_code == 302


def test_years_that_cannot_be_reached_are_no_fault_of_hers(as_alice, chapter, settings):
    close_months(at=NOW)
    settings.WAREHOUSE_URL = "s3://somewhere"
    page = as_alice.get(PAGE)
    assert page.status_code == 503 and "Nothing is lost" in page.content.decode()


def test_the_statistics_lead_to_it(as_alice, chapter):
    assert f'href="{PAGE}"' in as_alice.get("/analytics/").content.decode()


def test_years_take_the_questions_of_a_month(as_alice, alice):
    stories = [make_chapter(alice, title=f"Book {place}").story.pk for place in range(5)]

    def questions():
        with CaptureQueriesContext(connection) as captured:
            assert as_alice.get(PAGE).status_code == 200
        return len(captured)

    write_for(stories[:1], 20, user=alice)
    questions()
    few = questions()
    write_for(stories, 3 * 365, user=alice)
    close_months(at=datetime.now(UTC))
    questions()
    assert questions() == few <= 12


def test_words_pasted_or_imported_are_not_words_written(alice, chapter):
    rows = WritingSession.objects.filter(user=alice, day="2026-03-09")
    rows.update(pasted=1000, imported=1000, applied=5)
    assert lifetime(alice, at=NOW).years[2].words == 135
