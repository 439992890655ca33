"""Streak, rest days, plan and forecast as files: the same numbers as the answers."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.exports import FORMULA_SIGNS, harmless
from analytics.models import Forecast
from analytics.resting import declare_rest
from analytics.tests.builders import add_words, make_chapter
from stories.services.targets import set_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(alice):
    now = timezone.now()
    today, chapter = now.date(), make_chapter(alice)
    for back in range(14, 0, -1):
        add_words(chapter, 30 + back, now - timedelta(days=back), typed=30 + back)
    declare_rest(alice, from_date=today + timedelta(2), note="=1+1", today=today)
    declare_rest(alice, from_date=today, weekday=6, kind="life", today=today)
    start, due_on = today - timedelta(14), today + timedelta(40)
    weights = [1, 1, 1, 1, 1, 2, 0]
    plan, _is_new = set_plan(
        chapter.story, total_words=3000, start_on=start, due_on=due_on, weekday_weights=weights
    )
    Forecast.objects.create(
        story=chapter.story,
        made_on=today - timedelta(5),
        total_words=plan.total_words,
        words_left=2500,
        due_on=due_on,
        p10=due_on,
        p50=due_on,
        p90=None,
        odds=0.25,
        days_of_data=10,
        runs=2000,
    )
    return chapter.story


def rows_of(client, path):
    answer = client.get(path, {"format": "csv"})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def said(value):
    return "" if value is None else str(value)


@pytest.mark.parametrize("path", ["/api/v1/streak", "/api/v1/stories/{}/plan"])
def test_figures_are_named_as_in_the_answer(as_alice, story, path):
    path = path.format(story.pk)
    body = as_alice.get(path).json()
    weights = body.pop("weekday_weights", [])
    body |= {f"weight_{number}": weight for number, weight in enumerate(weights)}
    rows = {row["figure"]: row["value"] for row in rows_of(as_alice, path)}
    assert rows == {name: said(value) for name, value in body.items()}


@pytest.mark.parametrize(
    ("path", "name"),
    [("/api/v1/rest-days", "rest_days"), ("/api/v1/stories/{}/plan/days", "days")],
)
def test_rows_are_those_of_the_answer(as_alice, story, path, name):
    path = path.format(story.pk)
    told = [
        {key: harmless(said(value)) for key, value in row.items()}
        for row in as_alice.get(path).json()[name]
    ]
    assert rows_of(as_alice, path) == told
    assert len(told) > 1


def test_a_forecast_stands_above_the_kept_ones(as_alice, story):
    path = f"/api/v1/stories/{story.pk}/forecast"
    body = as_alice.get(path).json()
    now, kept = rows_of(as_alice, path)
    for row, told in ((now, body), (kept, body["kept"][0])):
        shared = row.keys() & told.keys()
        assert {"made_on", "total_words", "words_left", "p10", "p50", "p90", "odds"} <= shared
        assert {name: row[name] for name in shared} == {name: said(told[name]) for name in shared}
    assert body["status"] == "ready"


def test_a_note_cannot_run_in_a_spreadsheet(as_alice, story):
    assert "'=1+1" in [row["note"] for row in rows_of(as_alice, "/api/v1/rest-days")]


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_no_sign_a_spreadsheet_runs_begins_a_cell(sign):
    assert harmless(f"{sign}SUM(A1)") == f"'{sign}SUM(A1)"
    assert harmless(-12) == -12


def test_what_is_not_offered_is_unprocessable_before_anything_is_absent(as_alice, story):
    nowhere = "00000000-0000-0000-0000-000000000000"
    for path in ("streak", "rest-days", f"stories/{nowhere}/plan", f"stories/{nowhere}/forecast"):
        assert as_alice.get(f"/api/v1/{path}", {"format": "xlsx"}).status_code == 422
