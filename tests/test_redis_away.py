"""Redis is a convenience: silent or dead, it never stands between a writer and her text."""

import os
import signal
import time
import uuid
from types import SimpleNamespace

import pytest

from analytics.tests.test_live_site import Wire
from nexus.tests.test_up import VALKEY, Nexus
from tests.wire import Program

LONGEST = 1.0
PAGES = (
    "/",
    "/stories/{story}/",
    "/chapters/{chapter}/",
    "/stories/{story}/analytics/",
    "/targets/",
)


@pytest.fixture
def nexus(tmp_path):
    run = Nexus(tmp_path / "var").start()
    yield run
    run.process.send_signal(signal.SIGTERM)
    run.process.wait(15)
    run.end()


class Desk:
    """A signed-in writer with one chapter, who notes how long everything took."""

    def __init__(self, port):
        self.program = Program(port).sign_up(f"{uuid.uuid4()}@example.com")
        self.story = self.program.make("/stories", title="Emma")
        path = f"/stories/{self.story['id']}/chapters"
        self.chapter = self.program.make(path, title="One")
        self.base = f"{self.chapter['content_revision']}-{self.chapter['content_hash'][:8]}"
        self.words = 0
        self.slowest = {}

    def timed(self, name, act):
        began = time.monotonic()
        answer = act()
        self.slowest[name] = max(self.slowest.get(name, 0), time.monotonic() - began)
        return answer

    def save(self):
        self.words += 1
        headers = {"If-Match": f'"{self.base}"', "Idempotency-Key": str(uuid.uuid4())}
        body = {"content": f"<p>{' '.join(['word'] * self.words)}</p>"}
        path = f"/chapters/{self.chapter['id']}/content"
        status, _headers, answer = self.timed(
            "save", lambda: self.program.ask("PUT", path, body, **headers)
        )
        assert status == 200, answer
        self.base = f"{answer['revision']}-{answer['hash'][:8]}"

    def look(self, page):
        address = page.format(story=self.story["id"], chapter=self.chapter["id"])
        assert self.timed(page, lambda: self.program.page(address)) == 200


@pytest.fixture
def desk(nexus):
    desk = Desk(nexus.port)
    for page in PAGES:
        desk.look(page)
    desk.save()
    desk.slowest.clear()
    return desk


def open_socket(nexus, desk):
    site = SimpleNamespace(host=f"localhost:{nexus.port}", url=f"http://localhost:{nexus.port}")
    wire = Wire(site, cookie=desk.program.cookie.partition("=")[2])
    wire.hear("hello")
    return wire


def test_a_silent_or_dead_redis_slows_nothing_down_and_live_heals(nexus, desk):
    wire = open_socket(nexus, desk)
    pid = nexus.pid_of(VALKEY)
    os.kill(pid, signal.SIGSTOP)
    try:
        goes_on(desk)
    finally:
        os.kill(pid, signal.SIGCONT)
    heals(nexus, desk)
    wire.close()

    os.kill(pid, signal.SIGKILL)
    goes_on(desk)
    heals(nexus, desk)


def goes_on(desk):
    """Save and look around, as fast as ever."""
    for page in PAGES:
        desk.save()
        desk.look(page)
    assert max(desk.slowest.values()) <= LONGEST, desk.slowest


def heals(nexus, desk, seconds=15):
    """Wait until a save is heard on a socket again, as the page's own reconnecting would."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        wire = open_socket(nexus, desk)
        wire.connection.settimeout(1)
        desk.save()
        try:
            if wire.hear("chapter.saved")["chapter_id"] == desk.chapter["id"]:
                return
        except (OSError, AssertionError):
            continue
        finally:
            wire.close()
    raise AssertionError("live never came back")
