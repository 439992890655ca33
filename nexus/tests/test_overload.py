"""What waited too long for a thread is told so at once."""

import time
from pathlib import Path

import pytest

from nexus.middleware.overload import QUEUE_SECONDS

BASE = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def handed_on(seconds_ago):
    return {"x-request-start": f"t={time.time() - seconds_ago:.3f}"}


def test_a_page_that_waited_too_long_is_refused_kindly(as_alice):
    answer = as_alice.get("/", headers=handed_on(QUEUE_SECONDS + 60))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "The studio is busy" in answer.content.decode()


def test_a_request_to_the_api_that_waited_too_long_is_refused_as_a_problem(as_alice):
    answer = as_alice.get("/api/v1/stories", headers=handed_on(QUEUE_SECONDS + 60))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (answer.json()["code"], answer.json()["status"]) == ("busy", 503)


@pytest.mark.parametrize("headers", [{}, handed_on(-3600), {"x-request-start": "soon"}])
def test_what_came_at_once_or_from_nowhere_is_answered(as_alice, headers):
    assert as_alice.get("/api/v1/stories", headers=headers).status_code == 200


def test_the_proxy_says_when_it_handed_a_request_on():
    lines = (BASE / "deploy/nginx/nginx.conf").read_text().splitlines()
    assert 'proxy_set_header X-Request-Start "t=${msec}";' in [line.strip() for line in lines]
