"""Staff see how the studio is and how long saves take; nobody is named, nobody else may look."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from accounts.models import User
from jobs.models import Job
from nexus.health import Finding
from nexus.lib import effects, save_latency
from nexus.lib.save_latency import BOUNDS, Latency
from stories.tests.builders import make_chapter, make_story, save

NOWHERE = "redis://127.0.0.1:1/0"
DAY = date(2026, 3, 11)
NOON = time(12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _counted_afresh(monkeypatch):
    monkeypatch.setattr(django_settings, "LIVE_PREFIX", f"test-{uuid.uuid4()}")
    save_latency._client.cache_clear()
    save_latency.breaker.reset()
    save_latency._gathered.clear()
    monkeypatch.setattr(save_latency, "_sent_at", float("-inf"))
    server = save_latency._client()
    yield
    effects.drain(20)
    if keys := server.keys(f"{django_settings.LIVE_PREFIX}:saves:*"):
        server.delete(*keys)
    save_latency._client.cache_clear()
    save_latency.breaker.reset()


@pytest.fixture
def _quick(monkeypatch):
    """Probing is the health page's own matter, and tested with it."""
    found = {"postgres": Finding(True, "17"), "worker": Finding(False, "No worker answered.")}
    monkeypatch.setattr("nexus.health.examine", lambda: found)


def saves_today():
    assert effects.drain(20)
    return save_latency.latency_of(1, until=datetime.now(UTC).date()).saves


def note(seconds, day):
    save_latency.note_save(seconds, at=datetime.combine(day, NOON))


@pytest.mark.parametrize("percent", [50, 95, 99])
def test_the_bound_is_the_one_that_holds_that_share_of_the_saves(percent):
    times = sorted((number * 37 % 1000) / 1000 for number in range(1, 400))
    counts = [0] * (len(BOUNDS) + 1)
    for seconds in times:
        counts[save_latency.bucket_of(seconds)] += 1
    bound = Latency(tuple(counts)).within(percent)
    shares = {one: sum(each * 1000 <= one for each in times) / len(times) for one in BOUNDS}
    assert bound == min(one for one, share in shares.items() if share * 100 >= percent)


def test_no_save_has_no_bound_and_a_slow_one_is_beyond_the_last():
    nothing = [0] * (len(BOUNDS) + 1)
    assert Latency(tuple(nothing)).within(50) is None
    assert Latency((*nothing[:-1], 1)).within(50) is None
    assert save_latency.bucket_of(9) == len(BOUNDS)
    assert BOUNDS[save_latency.bucket_of(0.005)] == 5


def test_days_are_counted_apart_and_add_up():
    for back, count in ((0, 3), (1, 2), (7, 5)):
        for _ in range(count):
            note(0.004, DAY - timedelta(days=back))
    assert save_latency.latency_of(1, until=DAY).saves == 3
    week = save_latency.latency_of(7, until=DAY)
    assert (week.saves, week.within(99)) == (5, 5)


def test_saves_of_a_few_seconds_go_to_redis_together(monkeypatch):
    sent = []
    monkeypatch.setattr(save_latency, "in_background", lambda fn, lane: sent.append(fn) or fn())
    for _ in range(50):
        note(0.004, DAY)
    assert len(sent) == 1
    monkeypatch.setattr(save_latency, "_sent_at", float("-inf"))
    note(0.004, DAY)
    assert len(sent) == 2 and not save_latency._gathered
    assert save_latency.latency_of(1, until=DAY).saves == 51


@pytest.mark.django_db
def test_an_acknowledged_save_is_counted_once_its_retry_and_a_refusal_never(alice, as_alice):
    chapter, key = make_chapter(make_story(alice)), uuid.uuid4()
    base = chapter.etag
    assert save(as_alice, chapter, "<p>new words</p>", base=base, key=key).status_code == 200
    assert save(as_alice, chapter, "<p>new words</p>", base=base, key=key).status_code == 200
    assert save(as_alice, chapter, "<p>others</p>", base="9-00000000").status_code >= 400
    assert saves_today() == 1


@pytest.mark.django_db
def test_without_redis_a_save_is_acknowledged_and_the_page_says_so(
    settings, alice, as_alice, as_carol, _quick
):
    settings.REDIS_URL = NOWHERE
    save_latency._client.cache_clear()
    chapter = make_chapter(make_story(alice))
    assert save(as_alice, chapter, "<p>new words</p>").status_code == 200
    assert effects.drain(20)
    assert save_latency.breaker.is_open
    answer = as_carol.get(reverse("status"))
    assert answer.status_code == 200
    assert "cannot be read while Redis is away" in answer.content.decode()


@pytest.mark.django_db
def test_staff_see_parts_queue_and_times_and_no_writer(alice, bob, signed_in, as_carol, _quick):
    User.objects.filter(pk=bob.pk).update(role="moderator")
    Job.objects.create(owner=alice, kind="import", title="Xylograph")
    today = datetime.now(UTC).date()
    for _ in range(20):
        note(0.018, today)
    note(60, today)
    for client in (as_carol, signed_in(User.objects.get(pk=bob.pk))):
        text = client.get("/status/").content.decode().replace("\u00a0", " ")
        assert "Away" in text and "No worker answered." in text
        assert "Waiting: 1." in text
        assert "20 ms" in text and "over 5000 ms" in text and ">21<" in text
        for secret in ("Xylograph", alice.email, alice.username):
            assert secret not in text


@pytest.mark.django_db
def test_writers_and_visitors_find_no_such_page(as_alice, anonymous):
    assert as_alice.get("/status/").status_code == 404
    assert anonymous.get("/status/").url.startswith("/accounts/login/")
    assert b"/status/" not in as_alice.get("/").content


@pytest.mark.django_db
def test_the_second_step_is_asked_for_here_too(settings, as_carol, _quick):
    settings.STAFF_MFA = "required"
    assert as_carol.get("/status/").url == "/admin/"


@pytest.mark.django_db
def test_a_long_queue_asks_nothing_more(alice, as_carol, _quick, django_assert_max_num_queries):
    for number in range(30):
        Job.objects.create(owner=alice, kind="import", title=str(number))
    with django_assert_max_num_queries(4):
        assert as_carol.get("/status/").status_code == 200
