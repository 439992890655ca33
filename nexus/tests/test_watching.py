"""A fault can be followed by its request's id from the page to the log to Sentry; prose cannot."""

import gzip
import json
import logging
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
import structlog
from django.conf import settings
from django.db import connection

from jobs.tasks import requeue_lost_jobs
from nexus import logging as our_logging
from nexus import slow_queries, task_lines

CANARY = "canary-of-a-writer"
BREAK = f"""
from io import BytesIO
from wsgiref.util import setup_testing_defaults
import sentry_sdk
from nexus.wsgi import application
from django.test import override_settings

environ = {{
    "REQUEST_METHOD": "GET",
    "HTTP_HOST": "localhost",
    "PATH_INFO": "/breaks/",
    "QUERY_STRING": "q={CANARY}&page=2",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "CONTENT_LENGTH": "26",
    "HTTP_COOKIE": "theme={CANARY}",
    "HTTP_X_SECRET": "{CANARY}",
    "wsgi.input": BytesIO(b"content={CANARY}"),
}}
setup_testing_defaults(environ)
said = []
with override_settings(ROOT_URLCONF="nexus.tests.middleware_urls"):
    page = b"".join(application(environ, lambda *head: said.extend(head)))
assert said[0].startswith("500"), said
request_id = dict(said[1])["X-Request-ID"]
assert request_id in page.decode()
print("ID", request_id)
sentry_sdk.flush(5)
"""


@pytest.fixture
def sentry():
    """A Sentry that keeps what it is sent."""
    sent = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
            sent.append(unpack[self.headers.get("Content-Encoding")](body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", sent
    server.shutdown()
    server.server_close()


def test_a_fault_is_followed_by_its_id_from_the_page_to_the_log_to_sentry(sentry, tmp_path):
    address, sent = sentry
    environ = os.environ | {
        "SENTRY_DSN": address,
        "LOG_DIR": str(tmp_path / "logs"),
        "LOG_LEVEL": "INFO",
        "DJANGO_SETTINGS_MODULE": "nexus.settings",
    }
    said = subprocess.run(
        [sys.executable, "-c", BREAK],
        env=environ,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    request_id = said.stdout.rpartition("ID ")[2].strip()
    written = {path.stem: path.read_text() for path in (tmp_path / "logs").glob("*.log")}
    assert request_id in written["http"] and request_id in written["errors"]
    (event,) = [json.loads(line) for line in sent[0].splitlines() if '"exception"' in line]
    assert event["tags"]["request_id"] == request_id
    assert event["request"] == {"method": "GET", "url": "/breaks/"}
    (error,) = event["exception"]["values"]
    assert error["type"] == "Unexpected"
    assert error["stacktrace"]["frames"][-1]["function"] == "breaks"
    assert CANARY not in "".join(sent) and "secret-canary" not in "".join(sent)
    assert CANARY not in "".join(written.values())
    assert (tmp_path / "logs" / "http.log").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("logger", "file"),
    [
        ("nexus.http", "http"),
        ("django.db.backends", "database"),
        ("nexus.performance", "performance"),
        ("celery.worker", "background_jobs"),
        ("nexus.background_jobs", "background_jobs"),
    ],
)
def test_each_kind_of_event_has_its_file(logger, file):
    record = logging.LogRecord(logger, logging.INFO, "", 0, "x", None, None)
    takes = {
        name for name, own in our_logging.FILES.items() if our_logging.Among(own).filter(record)
    }
    assert takes == {file}


def test_a_logger_that_merely_begins_alike_is_another():
    record = logging.LogRecord("nexus.https", logging.INFO, "", 0, "x", None, None)
    assert not our_logging.Among(("nexus.http",)).filter(record)


@pytest.mark.django_db
def test_a_slow_statement_is_told_without_its_values(monkeypatch):
    monkeypatch.setattr(slow_queries, "SLOW_SECONDS", 0.01)
    with structlog.testing.capture_logs() as lines, connection.cursor() as cursor:
        # A logger keeps the processors it was first used with, maybe before this test.
        monkeypatch.setattr(slow_queries, "logger", structlog.get_logger("nexus.performance"))
        cursor.execute("SELECT pg_sleep(0.02), %s", [CANARY])
        cursor.execute("SELECT 1")
    (line,) = lines
    assert line["event"] == "slow_query" and line["duration_ms"] >= 20
    assert line["sql"] == "SELECT pg_sleep(0.02), %s"
    assert connection.execute_wrappers.count(slow_queries.time_statement) == 1


@pytest.mark.parametrize(("request_id", "level"), [("abc", "info"), (None, "debug")])
def test_a_task_is_told_under_the_id_of_the_request_that_asked_for_it(
    request_id, level, monkeypatch
):
    task = requeue_lost_jobs
    task.push_request(id="one", request_id=request_id)
    try:
        with structlog.testing.capture_logs() as lines:
            logger = structlog.get_logger("nexus.background_jobs")
            monkeypatch.setattr(task_lines, "logger", logger)
            task_lines.begin(task=task)
            task_lines.tell(task=task, task_id="one", state="SUCCESS")
    finally:
        task.pop_request()
    (line,) = lines
    assert line["log_level"] == level and line["request_id"] == request_id
    assert line["task"] == "jobs.tasks.requeue_lost_jobs" and line["state"] == "SUCCESS"
    assert line["duration_ms"] >= 0
