"""The production layout, as one sees it from outside: `make smoke`.

The same programs, commands and files as the containers, on the loopback address; a writer signs up,
writes, is told of it live and takes her book out again, all through nginx.
"""

import gzip
import json
import os
import time
from http.client import HTTPConnection
from pathlib import Path

import brotli
import pytest
import yaml
from django.conf import settings

from analytics.tests.test_live_site import Wire
from deploy.layout import BASE, production
from nexus import embedded
from tests.wire import Program, Writer

SECONDS = 60


class Site:
    """What `Wire` wants to know of a site."""

    def __init__(self, port):
        self.host = f"localhost:{port}"
        self.url = f"http://{self.host}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory, require):
    try:
        with production(tmp_path_factory.mktemp("stack")) as layout:
            yield layout
    except embedded.ServerError as error:
        if "nginx" not in str(error):
            raise
        require(None, "nginx")


@pytest.fixture(scope="module")
def require():
    from nexus.testing import require

    return require


@pytest.fixture(scope="module")
def alice(stack):
    return Program(stack.port).sign_up("alice@example.com")


@pytest.fixture(scope="module")
def chapter(alice):
    story = alice.make("/stories", title="The Stack")
    return alice.make(f"/stories/{story['id']}/chapters", title="One")


def fetch(port, path, *, method="GET", body=None, **headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, {"Host": f"localhost:{port}"} | headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def eventually(ask):
    deadline = time.monotonic() + SECONDS
    while not (found := ask()):
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.3)
    return found


def test_every_part_is_well(stack):
    def is_well():
        _status, _headers, body = fetch(stack.port, "/api/v1/health")
        return json.loads(body)["status"] == "ok"

    eventually(is_well)


def test_a_writer_signs_up_writes_and_finds_every_word(stack, alice, chapter):
    writer = Writer(alice, chapter, name="smoke", seed=1)
    for count in range(1, 31):
        writer._save(count)
    assert not writer.refusals and writer.acknowledged == 30
    kept = alice.get(f"/chapters/{chapter['id']}?as_html=false")
    assert kept["content"].split() == writer.tokens(30)
    assert alice.get(f"/stories/{chapter['story_id']}/analytics")["kpis"]["total_words"] == 30


def test_background_work_yields_to_pages(stack):
    ranks = {
        part: os.getpriority(os.PRIO_PROCESS, stack.processes[part].pid) for part in stack.processes
    }
    assert ranks["worker"] > ranks["web"] == ranks["realtime"]


def test_a_save_is_heard_through_nginx_in_another_window(stack, alice):
    story = alice.make("/stories", title="Heard")
    chapter = alice.make(f"/stories/{story['id']}/chapters", title="One")
    _name, _, cookie = alice.cookie.partition("=")
    window = Wire(Site(stack.port), cookie=cookie)
    try:
        assert window.status == 101
        window.hear("hello")
        Writer(alice, chapter, name="live", seed=2)._save(3)
        # What was written elsewhere a moment ago may be told first.
        while (counts := window.hear("counts"))["story_id"] != story["id"]:
            pass
        assert counts["story_words"] == 3
    finally:
        window.close()


def test_a_socket_from_a_foreign_page_is_refused(stack, alice):
    window = Wire(Site(stack.port), cookie=alice.cookie, origin="https://elsewhere.example")
    assert window.status == 403
    window.close()


def test_a_book_is_exported_by_the_worker_and_downloaded(stack, alice, chapter):
    path = f"/stories/{chapter['story_id']}/exports"
    status, _headers, job = alice.ask("POST", path, {"format": "epub"})
    assert status == 202
    done = eventually(lambda: ended(alice, job["id"]))
    assert done["status"] == "done", done
    status, headers, content = fetch(
        stack.port, f"/api/v1/exports/{job['id']}/download", Cookie=alice.cookie
    )
    assert status == 200 and content[:2] == b"PK"
    assert headers["Content-Disposition"].startswith("attachment")


def ended(alice, job_id):
    job = alice.get(f"/jobs/{job_id}")
    return job if job["status"] not in {"queued", "running"} else None


def test_pages_are_guarded_once_and_static_files_are_packed_and_kept(stack):
    status, headers, body = fetch(stack.port, "/")
    assert status == 200
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Request-ID"):
        assert len(headers.get_all(name)) == 1, name
    style = body.decode().partition('href="/static/css/')[2].partition('"')[0]
    plain = fetch(stack.port, f"/static/css/{style}")[2]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
    for encoding in unpack:
        status, headers, body = fetch(
            stack.port, f"/static/css/{style}", **{"Accept-Encoding": encoding}
        )
        assert (status, headers["Content-Encoding"]) == (200, encoding)
        assert unpack[encoding](body) == plain and len(body) < len(plain) / 2
        assert "immutable" in headers["Cache-Control"]


def test_the_metrics_are_for_prometheus_alone(stack):
    token = {"Authorization": f"Bearer {stack.metrics_token}"}
    assert fetch(stack.port, "/metrics", **token)[0] == 404
    assert fetch(stack.web, "/metrics")[0] == 404
    status, _headers, body = fetch(stack.web, "/metrics", **token)
    assert status == 200 and b"nexus_http_requests_total" in body
    assert fetch(stack.realtime, "/metrics", **token)[0] == 200


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(stack):
    too_much = {"Content-Length": str(settings.MAX_BODY_BYTES + 1), "Expect": "100-continue"}
    assert fetch(stack.port, "/api/v1/imports", method="POST", **too_much)[0] == 413


def test_a_visitor_cannot_choose_the_address_she_is_counted_by(stack):
    path = "/api/v1/auth/login"
    body = json.dumps({"email": "nobody@example.com", "password": "wrong wrong"})
    answers = [
        fetch(
            stack.port,
            path,
            method="POST",
            body=body,
            **{"Content-Type": "application/json", "X-Forwarded-For": f"203.0.113.{number}"},
        )[0]
        for number in range(8)
    ]
    assert answers[:5] == [401] * 5 and set(answers[5:]) == {429}


def test_what_the_programs_write_outlasts_their_containers(stack, alice):
    """A container's root cannot be written: beside its volumes and /tmp nothing may be made."""
    fetch(stack.port, "/api/v1/auth/.well-known/jwks.json")
    var = Path(stack.environment["NEXUS_VAR"])
    made = {path.name.partition(".")[0] for path in var.iterdir()}
    servers = {"postgres", "valkey", "run", "log", "embedded"}
    built, in_tmp, in_bucket = {"static"}, {"metrics", "beat-schedule"}, {"media"}
    compose = yaml.safe_load((BASE / "docker-compose.yml").read_text())
    kept = {volume.partition(":")[0] for volume in compose["services"]["web"]["volumes"]}
    assert "keys" in made
    assert made <= servers | built | in_tmp | in_bucket | kept
