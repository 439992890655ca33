"""What is logged where, how long it is kept, and what the worker's own library says of outages."""

import json
import os
import subprocess
import sys

import structlog
from django.conf import settings
from django.http import HttpResponse
from redis import ConnectionError as RedisConnectionError

from nexus import logging as our_logging
from nexus import slow_queries
from nexus.logging import without_outages
from nexus.middleware import request_id


def failure(first, second):
    """Return an error that was raised while another was being handled."""
    try:
        try:
            raise first
        except type(first):
            raise second  # noqa: B904
    except type(second) as error:
        return error


def logged(error, logger="celery.worker"):
    event = {"logger": logger, "exc_info": (type(error), error, error.__traceback__)}
    return without_outages(None, "error", event)


def test_a_lost_server_behind_an_error_of_the_worker_is_named_without_a_traceback():
    error = failure(RedisConnectionError("gone"), AttributeError("hostname"))
    assert logged(error) == {"logger": "celery.worker", "cause": "ConnectionError"}


def test_other_errors_and_other_loggers_keep_their_tracebacks():
    assert "exc_info" in logged(failure(KeyError("a"), ValueError("b")))
    lost = failure(RedisConnectionError("gone"), AttributeError("hostname"))
    assert "exc_info" in logged(lost, "nexus.effects")
    assert without_outages(None, "info", {"logger": "celery.beat"}) == {"logger": "celery.beat"}


def test_a_logger_in_use_hears_of_what_is_set_up_later():
    logger = structlog.get_logger("nexus.test")
    logger.info("in use")
    our_logging.configure(settings.LOGGING)
    with structlog.testing.capture_logs() as lines:
        logger.info("later")
    assert [line["event"] for line in lines] == ["later"]


TURNING = """
import logging, sys
from nexus import logging as ours
ours.FILE_BYTES, ours.FILES_KEPT = 2_000, 3
ours.configure({"level": "INFO", "format": "json", "folder": sys.argv[1]})
for number in range(200):
    logging.getLogger("nexus.http").info("line %s", number)
"""


def test_a_file_of_lines_is_begun_anew_at_its_size_and_few_are_kept(tmp_path):
    assert (our_logging.FILE_BYTES, our_logging.FILES_KEPT) == (50_000_000, 30)
    folder = tmp_path / "logs"
    subprocess.run(
        [sys.executable, "-c", TURNING, str(folder)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "nexus.settings"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    files = sorted(folder.glob("http.log*"))
    assert len(files) == 1 + 3
    assert all(file.stat().st_size < 2_000 + 200 for file in files)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    newest = (folder / "http.log").read_text().splitlines()[-1]
    assert json.loads(newest)["event"] == "line 199"


def test_a_request_that_took_too_long_is_told_again_as_slow(rf, monkeypatch):
    assert (request_id.SLOW_SECONDS, slow_queries.SLOW_SECONDS) == (1.0, 0.3)
    with structlog.testing.capture_logs() as lines:
        for name in ("logger", "performance"):
            monkeypatch.setattr(request_id, name, structlog.get_logger(name))
        for seconds in (0.9, 1.1):
            request_id.write_line(rf.get("/slow/?q=prose"), HttpResponse(), seconds)
    assert [line["event"] for line in lines] == ["request", "request", "slow_request"]
    assert lines[-1]["duration_ms"] == 1100 and "prose" not in str(lines)
