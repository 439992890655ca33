"""Overview, series, year and hours through the API: one set of numbers, in every shape."""

import csv
import io
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import RestDay, WritingSession
from analytics.rollups import roll_up_day
from analytics.tests.builders import add_words, make_chapter, settle, write

pytestmark = pytest.mark.django_db
API = "/api/v1"
RANGED = ["/analytics/overview", "/analytics/series", "/analytics/clock"]
EVERY = [*RANGED, "/analytics/heatmap", "/me/dashboard", "/sessions"]


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def chapters(alice, now):
    """Two books written over some weeks, by every kind of cause; part of it rolled up."""
    first, second = make_chapter(alice, title="One"), make_chapter(alice, title="Two")
    for back, count in ((40, 21), (9, 30), (2, 12), (1, 7)):
        when = now - timedelta(days=back)
        add_words(first, count, when, typed=count + 4, removed=4, active_ms=90_000)
        add_words(second, count * 2, when, pasted=count, typed=count)
    settle(alice)
    roll_up_day(alice, alice.day_of(now - timedelta(days=9)), at=now)
    add_words(first, 12, now - timedelta(minutes=1), typed=12)
    write(second, "a b c", now, source="import", cause="imported")
    return first, second


def get(client, path, **query):
    return client.get(API + path, query)


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def span(now):
    return {"from": str((now - timedelta(days=60)).date()), "to": str(now.date())}


def test_every_shape_tells_the_same_words(as_alice, alice, chapters, now):
    asked = span(now)
    ledger = list(WritingSession.objects.filter(user=alice))
    written = sum(row.words_written for row in ledger)
    overview = get(as_alice, "/analytics/overview", **asked).json()
    assert overview["words"] == overview["value"] == written > 100
    assert overview["net_words"] == sum(row.net for row in ledger)
    assert overview["gross_words"] == sum(row.gross for row in ledger)
    assert overview["causes"]["imported"] == 3
    for bucket in ("day", "week", "month"):
        rows = get(as_alice, "/analytics/series", bucket=bucket, **asked).json()["rows"]
        for name in ("words", "net_words", "gross_words", "removed_words", "active_seconds"):
            assert sum(row[name] for row in rows) == overview[name]
    clock = get(as_alice, "/analytics/clock", **asked).json()
    assert clock["words"] == sum(map(sum, clock["rows"])) == written
    years = {date.fromisoformat(day).year for day in asked.values()}
    heat = [get(as_alice, "/analytics/heatmap", year=year).json() for year in years]
    assert sum(year["words"] for year in heat) == written
    days = {row.day for row in ledger}
    told = [get(as_alice, f"/days/{day}").json() for day in days]
    assert sum(day["words"] for day in told) == written
    stories = [
        get(as_alice, f"/stories/{chapter.story_id}/analytics", from_date=asked["from"]).json()
        for chapter in chapters
    ]
    assert sum(story["kpis"]["total_words"] for story in stories) == written
    assert sum(story["kpis"]["net_words"] for story in stories) == overview["net_words"]


def test_files_tell_the_same_words_as_answers(as_alice, alice, chapters, now):
    asked = span(now)
    written = get(as_alice, "/analytics/overview", **asked).json()["words"]
    sessions = rows_of(get(as_alice, "/sessions", format="csv", **asked))
    assert sum(int(row["words_written"]) for row in sessions) == written
    assert len(sessions) == WritingSession.objects.filter(user=alice).count()
    series = rows_of(get(as_alice, "/analytics/series", format="csv", bucket="week", **asked))
    assert sum(int(row["words"]) for row in series) == written
    clock = rows_of(get(as_alice, "/analytics/clock", format="csv", **asked))
    assert sum(int(row["words"]) for row in clock) == written
    overview = rows_of(get(as_alice, "/analytics/overview", format="csv", **asked))
    assert {row["figure"]: row["value"] for row in overview}["words"] == str(written)
    heat = rows_of(get(as_alice, "/analytics/heatmap", format="csv", year=now.year))
    assert sum(int(row["words"]) for row in heat) <= written
    day = rows_of(get(as_alice, f"/days/{now.date()}", format="csv"))
    assert sum(int(row["words_written"]) for row in day) == 12
    story = f"/stories/{chapters[0].story_id}/analytics"
    of_story = rows_of(get(as_alice, story, format="csv"))
    assert sum(int(row["total_words"]) for row in of_story) == sum(
        row["total_words"] for row in get(as_alice, story).json()["words_over_time"]
    )
    today = rows_of(get(as_alice, "/me/dashboard", format="csv"))
    assert {row["figure"]: row["value"] for row in today}["words"] == "12"


@pytest.mark.parametrize("path", ["/sessions", "/analytics/series"])
def test_a_workbook_holds_the_same_rows_as_the_csv(as_alice, chapters, now, path):
    asked = span(now)
    rows = rows_of(get(as_alice, path, format="csv", **asked))
    sheet = workbook_of(as_alice, path, **asked)
    assert sheet.count("<row ") == len(rows) + 1
    assert "<f>" not in sheet


def test_titles_cannot_run_in_a_spreadsheet(as_alice, alice, now):
    chapter = make_chapter(alice, title="=1+1")
    add_words(chapter, 5, now, typed=5)
    row = rows_of(get(as_alice, "/sessions", format="csv"))[0]
    assert row["chapter_title"] == "'=1+1"
    assert "<f>" not in workbook_of(as_alice)


def workbook_of(client, path="/sessions", **query):
    answer = get(client, path, format="xlsx", **query)
    assert answer["Content-Disposition"].startswith("attachment")
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_long_export_is_read_in_batches_and_misses_nothing(
    as_alice, alice, chapters, monkeypatch
):
    monkeypatch.setattr("analytics.tables.BATCH", 3)
    rows = rows_of(get(as_alice, "/sessions", format="csv"))
    ids = WritingSession.objects.filter(user=alice).order_by("day", "started_at", "pk")
    assert [row["id"] for row in rows] == [str(session.pk) for session in ids]


def test_a_workbook_that_would_take_too_long_is_refused(as_alice, chapters, monkeypatch):
    monkeypatch.setattr("analytics.exports.MOST_SHEET_ROWS", 2)
    monkeypatch.setattr("analytics.viewsets.days.MOST_SHEET_ROWS", 2)
    assert get(as_alice, "/sessions", format="xlsx").status_code == 422
    assert get(as_alice, "/sessions", format="csv").status_code == 200


def test_sessions_are_found_by_story_chapter_source_and_days(as_alice, chapters, now):
    first, second = chapters
    of_chapter = get(as_alice, "/sessions", chapter=str(first.pk), limit=100).json()["sessions"]
    of_story = get(as_alice, "/sessions", story=str(first.story_id), limit=100).json()["sessions"]
    assert of_chapter == of_story
    assert {row["chapter_id"] for row in of_chapter} == {str(first.pk)}
    imported = get(as_alice, "/sessions", source="import").json()["sessions"]
    assert [row["chapter_id"] for row in imported] == [str(second.pk)]
    today = get(as_alice, "/sessions", **{"from": str(now.date())}).json()["sessions"]
    assert {row["day"] for row in today} == {str(now.date())}


@pytest.mark.parametrize("measure", ["words", "net", "gross", "minutes"])
def test_the_measure_asked_for_is_the_value(as_alice, chapters, now, measure):
    names = {"words": "words", "net": "net_words", "gross": "gross_words", "minutes": "minutes"}
    overview = get(as_alice, "/analytics/overview", measure=measure, **span(now)).json()
    assert overview["value"] == overview[names[measure]]
    rows = get(as_alice, "/analytics/series", measure=measure, **span(now)).json()["rows"]
    assert all(row["value"] == row[names[measure]] for row in rows)
    best = overview["best_day"]
    assert best["value"] == max(row["value"] for row in rows)


def test_averages_leave_out_days_still_to_come(as_alice, chapters, now):
    today = now.date()
    asked = {"from": str(today - timedelta(days=2)), "to": str(today + timedelta(days=5))}
    body = get(as_alice, "/analytics/overview", **asked).json()
    assert body["days"] == 3
    assert body["per_calendar_day"] == round(body["words"] / 3, 1)
    assert body["per_writing_day"] == round(body["words"] / body["active_days"], 1)


def test_one_story_alone(as_alice, chapters, now):
    of_story = {"story": str(chapters[0].story_id), **span(now)}
    story = f"/stories/{chapters[0].story_id}/analytics"
    kpis = get(as_alice, story, from_date=of_story["from"]).json()["kpis"]
    overview = get(as_alice, "/analytics/overview", **of_story).json()
    assert overview["words"] == kpis["total_words"]
    assert overview["best_day"] == {
        "date": kpis["best_day"]["date"],
        "value": kpis["best_day"]["words"],
    }
    assert get(as_alice, "/analytics/clock", **of_story).json()["words"] == kpis["total_words"]


def test_rows_say_how_many_of_their_days_were_rest(as_alice, alice, chapters, now):
    day = now.date() - timedelta(days=3)
    RestDay.objects.create(user=alice, from_date=day, to_date=day)
    rows = get(as_alice, "/analytics/series").json()["rows"]
    assert [row["from_date"] for row in rows if row["rest_days"]] == [str(day)]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "soon"},
        {"to": "2026-02-30"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"from_date": "2026-02-02", "to_date": "2026-02-01"},
        {"from": "2010-01-01", "to": "2026-01-01"},
        {"story": "mine"},
        {"format": "pdf"},
    ],
)
@pytest.mark.parametrize("path", RANGED)
def test_a_bad_range_is_unprocessable(as_alice, path, query):
    assert get(as_alice, path, **query).status_code == 422


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/analytics/series", {"bucket": "hour"}),
        ("/analytics/series", {"measure": "pages"}),
        ("/analytics/overview", {"measure": ""}),
        ("/analytics/overview", {"format": "xlsx"}),
        ("/analytics/heatmap", {"year": "0"}),
        ("/analytics/heatmap", {"year": "10000"}),
        ("/analytics/heatmap", {"year": "now"}),
        ("/sessions", {"source": "dream"}),
        ("/sessions", {"chapter": "one"}),
        ("/days/2026-01-01", {"format": "doc"}),
    ],
)
def test_what_is_not_offered_is_unprocessable(as_alice, path, query):
    assert get(as_alice, path, **query).status_code == 422


@pytest.mark.parametrize("path", [*RANGED, "/analytics/heatmap", "/sessions"])
def test_refusals_come_in_order(as_alice, as_bob, anonymous, chapters, path):
    story, nowhere = str(chapters[0].story_id), "00000000-0000-0000-0000-000000000000"
    assert get(anonymous, path, story=story, format="doc").status_code == 403
    assert get(as_bob, path, story=story, format="doc").status_code == 422
    assert get(as_bob, path, story=nowhere).status_code == 404
    assert get(as_bob, path, story=story).status_code == 403
    assert get(as_alice, path, story=story).status_code == 200


def test_a_strangers_numbers_are_her_own(as_bob, chapters, now):
    asked = span(now)
    assert get(as_bob, "/analytics/overview", **asked).json()["words"] == 0
    assert get(as_bob, "/analytics/clock", **asked).json()["best"] is None
    assert rows_of(get(as_bob, "/sessions", format="csv", **asked)) == []
    assert get(as_bob, "/sessions", chapter=str(chapters[0].pk)).status_code == 403


@pytest.mark.parametrize("path", EVERY)
def test_the_number_of_queries_does_not_grow(as_alice, alice, chapters, now, path):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert get(as_alice, path).status_code == 200
        return len(captured)

    get(as_alice, path)
    before = queries()
    for back in range(3, 9):
        more = make_chapter(alice, title=f"More {back}")
        add_words(more, back, now - timedelta(days=back), typed=back)
    assert queries() == before <= 14


def test_the_ends_of_the_calendar_are_no_trouble(as_alice, chapters):
    for path in RANGED:
        assert get(as_alice, path, to="0001-01-01").status_code == 200
        assert get(as_alice, path, **{"from": "9999-12-31"}).status_code == 200
    for year in (1, 9999):
        assert get(as_alice, "/analytics/heatmap", year=year).status_code == 200
