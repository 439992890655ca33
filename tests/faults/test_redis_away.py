"""Redis is a convenience: silent or dead, it never stands between a writer and her text."""

import json
import os
import signal
import time
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import redis

from analytics.tests.test_live_site import TEXT, Wire
from nexus import embedded
from nexus.tests.test_up import VALKEY
from tests.faults.harm import (
    flush_redis,
    paused,
    redis_refused,
    send,
    wait_until,
    worker_of,
)
from tests.faults.scene import (
    IS_FULL,
    SEED,
    TALLY,
    Writing,
    check_everything,
    check_people,
    in_full_only,
    make_writers,
    sign_up,
)

# In the usual run the other tests want the processor too.
LONGEST = 1.0 if IS_FULL else 3.0
# A worker needs some seconds for these.
TASKS = 400
PAGES = (
    "/",
    "/stories/{story}/",
    "/chapters/{chapter}/",
    "/stories/{story}/analytics/",
    "/targets/",
)


class Desk:
    """A signed-in writer with one chapter, who notes how long everything took."""

    def __init__(self, port):
        self.program = sign_up(port)
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
def desk(runs):
    desk = Desk(runs[-1].port)
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


def test_a_silent_refusing_forgetful_or_dead_redis_slows_nothing_down_and_live_heals(runs, desk):
    nexus = runs[-1]
    wire = open_socket(nexus, desk)
    pid = nexus.pid_of(VALKEY)
    with paused([pid]):
        goes_on(desk)
        hears_of_a_pause(wire, is_paused=True)
    hears_of_a_pause(wire, is_paused=False)
    heals(nexus, desk)
    wire.close()
    if IS_FULL:
        with redis_refused(nexus):
            goes_on(desk)
        heals(nexus, desk)
        flush_redis(nexus)
        goes_on(desk)
        heals(nexus, desk)
    os.kill(pid, signal.SIGKILL)
    goes_on(desk)
    heals(nexus, desk)
    TALLY.fault(4 if IS_FULL else 2)
    TALLY.acknowledged += desk.words
    check_people(nexus, [desk.program])


def test_writers_never_notice_what_becomes_of_redis(runs):
    run = runs[-1]
    writers = make_writers(run.port, people=2, chapters=2, seed=SEED)
    with Writing(writers) as writing:
        for _ in range(5 if IS_FULL else 1):
            with paused([run.pid_of(VALKEY)]):
                writing.heal()
            with redis_refused(run):
                writing.heal()
            flush_redis(run)
            writing.heal()
            TALLY.fault(3)
    check_everything(run, writers)


@in_full_only
def test_a_worker_whose_broker_fell_silent_at_its_work_goes_on_with_it(runs, desk):
    run, today = runs[-1], datetime.now(UTC).date().isoformat()
    person = desk.program.get("/auth/me")["id"]
    with redis.Redis.from_url(embedded.redis_url(run.var)) as client:
        with paused([worker_of(run)]):
            for _ in range(TASKS):
                send(run, "analytics.tasks.roll_up_day", person, today)
        wait_until(lambda: client.llen("nexus") < TASKS - 10)
        with paused([run.pid_of(VALKEY)]):
            # Longer than two tasks, one after the other, would wait to tell of their end.
            time.sleep(13)
        TALLY.fault()
        assert client.llen("nexus") > 0
        wait_until(lambda: client.llen("nexus") == 0, 60)


def goes_on(desk):
    """Save and look around, as fast as ever."""
    desk.slowest.clear()
    for page in PAGES:
        desk.save()
        desk.look(page)
    assert max(desk.slowest.values()) <= LONGEST, desk.slowest


def hears_of_a_pause(wire, *, is_paused, seconds=30):
    """Wait until an open window is told that live counts rest, or go on."""
    wire.connection.settimeout(seconds)
    while True:
        opcode, content = wire.frame()
        if opcode == TEXT and json.loads(content).get("is_paused") is is_paused:
            return


def heals(nexus, desk, seconds=15):
    """Wait until a save is heard on a socket again, as the page's own reconnecting would."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        wire = open_socket(nexus, desk)
        wire.connection.settimeout(1)
        desk.save()
        try:
            if wire.hear("chapter.saved")["chapter_id"] == desk.chapter["id"]:
                TALLY.heal(time.monotonic() + seconds - deadline)
                return
        except (OSError, AssertionError):
            continue
        finally:
            wire.close()
    raise AssertionError("live never came back")
