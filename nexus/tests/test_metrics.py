"""What a host can watch is counted exactly, says nothing about anybody, and is for it alone."""

import os
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from analytics.models import WritingSession
from jobs.models import Job
from nexus import metrics as page
from nexus.lib import live, metrics
from stories.tests.builders import make_chapter, make_story, save, send

TOKEN = "a-token-of-more-than-twenty-letters"


def scrape(client, **headers):
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


@pytest.fixture
def grown(anonymous):
    """How much a series grew since the test began."""
    before = scrape(anonymous)

    def by(*key):
        return scrape(anonymous).get(key, 0) - before.get(key, 0)

    return by


# --- Who may ask ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
def test_whoever_comes_through_a_proxy_finds_no_such_page(anonymous, headers):
    assert anonymous.get("/metrics", headers=headers).status_code == 404


@pytest.mark.django_db
def test_another_machine_finds_no_such_page_not_even_staff(as_carol):
    assert as_carol.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert as_carol.get("/metrics", REMOTE_ADDR="nonsense").status_code == 404


@pytest.mark.django_db
def test_with_a_token_set_the_token_alone_counts(anonymous, settings):
    settings.METRICS_TOKEN = TOKEN
    from_far = {"REMOTE_ADDR": "203.0.113.9"}
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert anonymous.get("/metrics", headers=right, **from_far).status_code == 200
    assert anonymous.get("/metrics").status_code == 404
    assert anonymous.get("/metrics", headers={"Authorization": "Bearer ä"}).status_code == 404


@pytest.mark.django_db
def test_prometheus_may_call_the_server_by_any_name(anonymous):
    assert anonymous.get("/metrics", headers={"Host": "web:8000"}).status_code == 200


# --- What is counted ----------------------------------------------------------------------


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_nothing_a_visitor_made_up(as_alice, alice, grown):
    story = make_story(alice, title="A secret title")
    as_alice.get(f"/stories/{story.pk}/?q=secret")
    as_alice.get("/no/such/page")
    as_alice.generic("MADEUP", "/health")
    route = "stories/<uuid:story_id>/"
    assert grown("nexus_http_requests_total", "200", "GET", route) == 1
    assert grown("nexus_http_request_seconds_count", "GET", route) == 1
    assert grown("nexus_http_requests_total", "404", "GET", "none") == 1
    text = as_alice.get("/metrics").content.decode()
    assert "MADEUP" not in text and "OTHER" in text
    assert "secret" not in text and str(story.pk) not in text and str(alice.pk) not in text


@pytest.mark.django_db
def test_every_save_is_counted_by_what_became_of_it(as_alice, alice, grown):
    chapter = make_chapter(make_story(alice))
    base, key = chapter.etag, str(uuid4())
    assert save(as_alice, chapter, "<p>one two</p>", base=base, key=key).status_code == 200
    assert save(as_alice, chapter, "<p>one two</p>", base=base, key=key).status_code == 200
    assert save(as_alice, chapter, "<p>other</p>", base=base).status_code == 412
    path = f"/chapters/{chapter.pk}/content"
    assert send(as_alice, "put", path, {"content": "<p>x</p>"}).status_code == 428
    for outcome in ("ok", "replayed", "conflict", "refused"):
        assert grown("nexus_saves_total", outcome) == 1, outcome
    assert grown("nexus_save_seconds_count") == 1


@pytest.mark.django_db(transaction=True)
def test_typed_words_are_counted_once_the_ledger_has_them(as_alice, alice, grown):
    chapter = make_chapter(make_story(alice), content="")
    said = {"typed": 4, "active_ms": 1000}
    save(as_alice, chapter, "<p>one two three four</p>", activity=said)
    assert WritingSession.objects.get().typed == 4
    assert grown("nexus_words_written_total") == 4


@pytest.mark.django_db
def test_a_wrong_password_is_counted(alice, rf, grown):
    request = rf.post("/")
    assert authenticate(request, email=alice.email, password="wrong") is None
    assert grown("nexus_logins_failed_total") == 1


@pytest.mark.django_db
def test_a_redis_that_is_left_alone_is_counted(grown):
    live.Breaker().trip()
    assert grown("nexus_redis_failovers_total") == 1


@pytest.mark.django_db
def test_jobs_are_told_by_kind_state_and_age_of_the_oldest(alice, anonymous):
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Job.objects.create(owner=alice, kind="export", title="A secret", created_at=an_hour_ago)
    Job.objects.create(owner=alice, kind="export", status=Job.Status.DEAD)
    found = scrape(anonymous)
    assert found["nexus_jobs", "export", "queued"] == found["nexus_jobs", "dead", "export"] == 1
    assert found["nexus_queue_depth",] == 1
    assert 3600 <= found["nexus_queue_oldest_seconds",] < 3700
    assert found["nexus_database_up",] == 1 and found["nexus_database_bytes",] > 1_000_000


@pytest.mark.django_db
def test_what_is_not_rolled_up_has_an_age(as_alice, alice, anonymous):
    assert scrape(anonymous)["nexus_rollup_lag_seconds",] == 0
    save(as_alice, make_chapter(make_story(alice), content=""), "<p>one</p>")
    WritingSession.objects.update(updated_at=timezone.now() - timedelta(minutes=5))
    assert 300 <= scrape(anonymous)["nexus_rollup_lag_seconds",] < 400


@pytest.mark.django_db
def test_without_a_database_the_rest_is_still_told(anonymous, monkeypatch):
    def broken(self, now):
        raise DatabaseError

    monkeypatch.setattr(page.StudioCollector, "_gather", broken)
    found = scrape(anonymous)
    assert found["nexus_database_up",] == 0
    assert any(key[0] == "nexus_http_requests_total" for key in found)


# --- Several processes ------------------------------------------------------------------------


def test_processes_add_up_and_the_dead_no_longer_hold_anything_open(tmp_path):
    work = (
        "from nexus.lib import metrics; import sys;"
        "metrics.WORDS_WRITTEN.inc(5); metrics.SOCKETS_OPEN.set(3)"
    )
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counts")}
    for _turn in range(2):
        subprocess.run([sys.executable, "-c", work], check=True, env=environ, cwd=settings.BASE_DIR)
    ask = (
        "import django; django.setup();"
        "from nexus import metrics as page; from prometheus_client import generate_latest;"
        "print(generate_latest(page._counted()).decode())"
    )
    said = subprocess.run(
        [sys.executable, "-c", ask],
        check=True,
        env=environ | {"DJANGO_SETTINGS_MODULE": "nexus.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    ).stdout
    assert "nexus_words_written_total 10.0" in said
    assert "nexus_sockets_open 3.0" not in said and "nexus_sockets_open 6.0" not in said


def test_buckets_hold_the_bars_that_are_watched():
    assert {0.3, 0.5, 1} <= set(metrics.BUCKETS)
