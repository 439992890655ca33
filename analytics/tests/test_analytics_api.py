"""Statistics through the API, and that they are the ledger's own numbers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.models import WritingSession
from analytics.serializers import AnalyticsShape, DashboardShape
from analytics.tests.builders import add_words, make_chapter, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def chapter(alice, now):
    chapter = make_chapter(alice)
    add_words(chapter, 30, now - timedelta(days=2), typed=30)
    add_words(chapter, 12, now - timedelta(minutes=1), typed=12)
    write(chapter, "a b c", now, source="import", cause="imported")
    return chapter


def get(client, chapter, **query):
    return client.get(f"/api/v1/stories/{chapter.story_id}/analytics", query)


def test_the_answer_has_its_promised_shape(as_alice, chapter):
    body = get(as_alice, chapter).json()
    shape = AnalyticsShape().fields
    assert set(body) == set(shape)
    assert set(body["kpis"]) == set(shape["kpis"].fields)
    assert set(body["target"]) == set(shape["target"].fields)
    assert body["kpis"]["total_words"] == 12
    assert [row["total_words"] for row in body["words_over_time"]] == [30, 12]


def test_the_target_is_never_null(as_alice, chapter):
    target = get(as_alice, chapter, frequency="Weekly").json()["target"]
    assert (target["target_id"], target["quota"], target["frequency"]) == (None, 0, "Weekly")


def test_rows_by_week_and_month_name_their_period(as_alice, chapter, now):
    week = get(as_alice, chapter, frequency="Weekly").json()["words_over_time"][-1]
    assert week["week_num"] == now.isocalendar().week
    assert week["week_start"] == str((now - timedelta(days=now.weekday())).date())
    month = get(as_alice, chapter, frequency="Monthly").json()["words_over_time"][-1]
    assert month["month_start"] == f"{now:%Y-%m}-01"
    assert month["month_name"] == f"{now:%B}"


def test_empty_periods_are_added_on_request(as_alice, chapter):
    assert len(get(as_alice, chapter, fill="true").json()["words_over_time"]) == 30


@pytest.mark.parametrize(
    "query",
    [
        {"frequency": "Hourly"},
        {"frequency": ""},
        {"from_date": "soon"},
        {"to_date": "2026-13-01"},
        {"from_date": "2026-02-02", "to_date": "2026-02-01"},
        {"fill": "maybe"},
        {"fill": "true", "from_date": "1900-01-01"},
    ],
)
def test_a_bad_question_is_unprocessable(as_alice, chapter, query):
    assert get(as_alice, chapter, **query).status_code == 422


def test_a_bad_question_about_an_absent_story_is_unprocessable(as_alice):
    path = "/api/v1/stories/00000000-0000-0000-0000-000000000000/analytics"
    assert as_alice.get(path, {"frequency": "Hourly"}).status_code == 422
    assert as_alice.get(path).status_code == 404


def test_the_page_and_the_api_and_the_ledger_agree_to_the_word(as_alice, chapter, now):
    rows = get(as_alice, chapter).json()["words_over_time"]
    api = sum(row["total_words"] for row in rows)
    ledger = sum(row.words_written for row in WritingSession.objects.all())
    page = as_alice.get(f"/stories/{chapter.story_id}/analytics/")
    drawn = [row[1] for row in page.context["month"].rows]
    assert api == ledger == 42 == sum(int(count) for count in drawn)
    assert page.context["figures"][0]["value"] == "42"


def test_the_dashboard_joins_today_and_the_library(as_alice, chapter):
    body = as_alice.get("/api/v1/me/dashboard").json()
    assert set(body) == set(DashboardShape().fields)
    assert body["today"]["words"] == 12
    assert body["streak"]["current"] == 1
    assert len(body["week"]) == 7
    assert body["jump_back_in"][0]["id"] == str(chapter.pk)
    assert body["library"] == {"stories": 1, "chapters": 1, "words": 3}


def test_a_day_is_answered_with_its_sessions_and_causes(as_alice, as_bob, chapter, now):
    body = as_alice.get(f"/api/v1/days/{now.date()}").json()
    assert body["words"] == 12
    assert sum(row["causes"]["imported"] for row in body["sessions"]) == 3
    assert sum(row["words_written"] for row in body["sessions"]) == 12
    assert as_bob.get(f"/api/v1/days/{now.date()}").json()["sessions"] == []
    assert as_alice.get("/api/v1/days/tomorrow").status_code == 404


def test_sessions_are_listed_newest_first_in_pages(as_alice, chapter):
    first = as_alice.get("/api/v1/sessions", {"limit": 1}).json()
    rest = as_alice.get("/api/v1/sessions", {"cursor": first["next_cursor"]}).json()
    found = [row["id"] for row in first["sessions"] + rest["sessions"]]
    expected = WritingSession.objects.order_by("-started_at", "-pk").values_list("pk", flat=True)
    assert found == [str(pk) for pk in expected]
    assert rest["next_cursor"] is None


def test_sessions_of_a_foreign_story_are_forbidden(as_bob, chapter):
    assert as_bob.get("/api/v1/sessions", {"story": str(chapter.story_id)}).status_code == 403
    assert as_bob.get("/api/v1/sessions").json()["sessions"] == []
