"""A request that waits for a database which does not answer is answered itself, in time."""

import threading
import time

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory

from nexus.error_views import server_error
from nexus.middleware import deadline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch):
    monkeypatch.setattr(deadline, "REQUEST_SECONDS", 0.3)


def ask(view):
    """Run a view behind the middleware in a thread of its own, as a page is; return what it did."""
    outcome = []

    def run():
        started = time.monotonic()
        try:
            result = deadline.DeadlineMiddleware(view)(RequestFactory().get("/"))
        except OperationalError as error:
            result = error
        finally:
            connection.close()
        outcome.extend([result, time.monotonic() - started])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(40)
    return outcome


def test_a_statement_that_does_not_end_is_cut():
    def view(request):
        with connection.cursor() as cursor:
            # Postgres's own limit is out of the way, as when it is paused.
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SELECT pg_sleep(30)")

    result, seconds = ask(view)
    assert isinstance(result, OperationalError)
    assert seconds < 20


def test_work_of_our_own_is_not_cut():
    def view(request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            time.sleep(1)
            cursor.execute("SELECT 2")
            return HttpResponse(str(cursor.fetchone()[0]))

    result, _seconds = ask(view)
    assert result.content == b"2"


def test_the_next_request_of_the_same_thread_has_its_own_time():
    def view(request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.2)")
        return HttpResponse()

    middleware = deadline.DeadlineMiddleware(view)
    for _ in range(4):
        assert middleware(RequestFactory().get("/")).status_code == 200


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/api/v1/x", "problem+json")])
def test_a_database_that_is_away_is_503_with_a_time_to_come_back(path, kind):
    try:
        raise OperationalError("the connection is lost")
    except OperationalError:
        answer = server_error(RequestFactory().get(path))
    assert answer.status_code == 503 and int(answer["Retry-After"]) >= 1
    assert kind in answer["Content-Type"]


def test_a_fault_of_ours_stays_500():
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        assert server_error(RequestFactory().get("/")).status_code == 500
