"""Whether the studio says honestly how it is."""

import time

import pytest
from django.db import connection

from nexus import health, heartbeat
from nexus.health import DependencySerializer


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
def test_each_dependency_is_reported_and_details_are_for_staff(anonymous, as_alice, as_carol):
    heartbeat.stamp()
    for client, sees_details in ((anonymous, False), (as_alice, False), (as_carol, True)):
        started = time.perf_counter()
        answer = client.get("/api/v1/health")
        assert time.perf_counter() - started < 15
        body = answer.json()
        assert answer.status_code == 200
        assert set(body["dependencies"]) == set(health.PROBES)
        states = {name: found["status"] for name, found in body["dependencies"].items()}
        # Another test's worker may still answer.
        is_working = states.pop("worker") == "ok"
        assert set(states.values()) == {"ok"}
        assert body["status"] == ("ok" if is_working else "degraded")
        assert bool(body["dependencies"]["postgres"]["detail"]) is sees_details
    assert set(DependencySerializer().fields) == {"status", "detail"}


@pytest.mark.django_db(transaction=True)
def test_a_dead_redis_is_reported_in_time(anonymous, settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    started = time.perf_counter()
    body = anonymous.get("/api/v1/health").json()
    assert time.perf_counter() - started < 15
    assert body["dependencies"]["redis"] == {"status": "down", "detail": ""}
    assert body["dependencies"]["beat"]["status"] == "down"
