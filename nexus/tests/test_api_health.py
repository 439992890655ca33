"""Whether the studio says honestly how it is."""

import threading
import time

import pytest
from django.db import connection

from nexus import health, heartbeat
from nexus.health import DependenciesSerializer, Finding


def test_the_plain_answer_needs_no_sign_in(anonymous, settings):
    for path in ("/health", "/health/"):
        assert anonymous.get(path).json() == {
            "message": "Nexus is up.",
            "status": "healthy",
            "version": settings.VERSION,
        }


def test_live_asks_nobody(anonymous):
    assert anonymous.get("/health/live").status_code == 200


@pytest.mark.django_db
def test_ready_means_reachable_and_migrated(anonymous):
    assert anonymous.get("/health/ready").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'stories'")
    answer = anonymous.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


@pytest.mark.django_db(transaction=True)
def test_each_dependency_is_reported_and_details_are_for_staff(
    anonymous, as_alice, as_carol, monkeypatch
):
    # Whether they are reported, not how quickly a busy machine asks them.
    monkeypatch.setattr(health, "PATIENCE", 20.0)
    monkeypatch.setitem(health.PROBES, "worker", lambda: Finding(True, "one"))
    heartbeat.stamp()
    for client, sees_details in ((anonymous, False), (as_alice, False), (as_carol, True)):
        answer = client.get("/api/v1/health")
        body = answer.json()
        assert answer.status_code == 200
        assert set(body["dependencies"]) == set(health.PROBES)
        states = {name: found["status"] for name, found in body["dependencies"].items()}
        assert set(states.values()) == {"ok"} and body["status"] == "ok"
        assert bool(body["dependencies"]["postgres"]["detail"]) is sees_details
    assert set(DependenciesSerializer().fields) == set(health.PROBES)


def test_parts_that_say_nothing_are_waited_for_together(monkeypatch):
    """One after the other they would take eight times as long."""
    silence = threading.Event()
    probes = {str(number): lambda: silence.wait(60) for number in range(8)}
    monkeypatch.setattr(health, "PROBES", probes | {"well": lambda: Finding(True)})
    started = time.perf_counter()
    findings = health.examine()
    seconds = time.perf_counter() - started
    silence.set()
    assert [name for name, found in findings.items() if found.is_ok] == ["well"]
    assert health.PATIENCE <= seconds < 4 * health.PATIENCE


@pytest.mark.django_db(transaction=True)
def test_a_dead_redis_is_reported(anonymous, settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    body = anonymous.get("/api/v1/health").json()
    assert body["dependencies"]["redis"] == {"status": "down", "detail": ""}
    assert body["dependencies"]["beat"]["status"] == "down"
