"""What waited too long for a thread is told so at once."""

import time
from pathlib import Path

import pytest
from django.http import HttpResponse

from nexus.middleware import overload
from nexus.middleware.overload import QUEUE_SECONDS

BASE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def handed_on(seconds_ago):
    return {"x-request-start": f"t={time.time() - seconds_ago:.3f}"}


@pytest.fixture
def taken(monkeypatch):
    """The hands that are at work, as if other requests were."""
    monkeypatch.setattr(overload, "HANDS", 1)


def test_a_page_that_waited_too_long_is_refused_kindly(as_alice, taken):
    answer = as_alice.get("/", headers=handed_on(QUEUE_SECONDS + 60))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "The studio is busy" in answer.content.decode()


def test_a_request_to_the_api_that_waited_too_long_is_refused_as_a_problem(as_alice, taken):
    answer = as_alice.get("/api/v1/stories", headers=handed_on(QUEUE_SECONDS + 60))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (answer.json()["code"], answer.json()["status"]) == ("busy", 503)


def test_a_proxy_whose_clock_is_an_hour_behind_shuts_nobody_out(as_alice):
    for _ in range(2 * overload.HANDS):
        assert as_alice.get("/", headers=handed_on(3600)).status_code == 200


def test_with_half_the_threads_taken_a_late_request_is_refused_until_one_is_free(rf):
    def answer(request):
        if request.path.endswith("/work"):
            return middleware(rf.get(inner.pop(), headers=handed_on(inner_wait)))
        return HttpResponse("done")

    middleware = overload.OverloadMiddleware(answer)
    inner_wait = QUEUE_SECONDS + 1
    # Each request begins the next before it ends, so that many are at work at once.
    inner = ["/api/v1/end"] + ["/api/v1/work"] * (overload.HANDS - 3)
    assert middleware(rf.get("/api/v1/work", headers=handed_on(60))).status_code == 200
    inner = ["/api/v1/end"] + ["/api/v1/work"] * (overload.HANDS - 2)
    assert middleware(rf.get("/api/v1/work", headers=handed_on(60))).status_code == 503
    assert middleware.at_work == 0


@pytest.mark.parametrize("headers", [{}, handed_on(-3600), {"x-request-start": "soon"}])
def test_what_came_at_once_or_from_nowhere_is_answered(as_alice, taken, headers):
    assert as_alice.get("/api/v1/stories", headers=headers).status_code == 200


def test_the_proxy_says_when_it_handed_a_request_on():
    lines = (BASE / "deploy/nginx/nginx.conf").read_text().splitlines()
    assert 'proxy_set_header X-Request-Start "t=${msec}";' in [line.strip() for line in lines]
