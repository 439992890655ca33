"""Whatever is killed at whatever moment, no acknowledged word is lost and none comes twice.

NEXUS_KILLS sets how many kills there are (3 in the usual run), NEXUS_SEED their moments.
"""

import os
import random
import re
import signal
import threading
import time
from contextlib import suppress

import pytest

from nexus.tests.test_up import POSTGRES, WEB, Nexus
from tests.wire import Program, Writer

KILLS = int(os.environ.get("NEXUS_KILLS", "3"))
SEED = int(os.environ.get("NEXUS_SEED", "1813"))
HEAL_SECONDS = 30
LOGGED_SECRETS = re.compile(r"w\dn\d|a quiet desk|Traceback \(most")


@pytest.fixture
def nexus(tmp_path):
    run = Nexus(tmp_path / "var").start()
    runs = [run]
    yield runs
    runs[-1].process.send_signal(signal.SIGTERM)
    with suppress(Exception):
        runs[-1].process.wait(15)
    for run in runs:
        run.end()


@pytest.fixture
def writers(nexus):
    """Six writers' windows: two people with three chapters each."""
    port, made = nexus[-1].port, []
    for person in range(2):
        owner = Program(port).sign_up(f"writer{person}@example.com")
        story = owner.make("/stories", title=f"Story {person}")
        for number in range(3):
            chapter = owner.make(f"/stories/{story['id']}/chapters", title=f"Chapter {number}")
            program = Program(port)
            program.cookie = owner.cookie
            name = f"w{person * 3 + number}"
            made.append(Writer(program, chapter, name=name, seed=SEED + len(made)))
    return made


def kill(runs, what):
    """Kill -9; a killed supervisor is started again, as a person would."""
    run = runs[-1]
    if what == "everything":
        run.process.kill()
        run.process.wait()
        runs.append(Nexus(run.var, run.port).start())
        return
    pid = run.pid_of(WEB if what == "web" else POSTGRES)
    assert pid, f"{what} was not running"
    os.kill(pid, signal.SIGKILL)


def wait_until_all_save_again(writers):
    """Wait for two more saves of each: the first may have been answered before the kill."""
    before = [writer.acknowledged for writer in writers]
    deadline = time.monotonic() + HEAL_SECONDS
    while any(w.acknowledged < b + 2 for w, b in zip(writers, before, strict=True)):
        assert not [w.refusals for w in writers if w.is_stopped]
        assert time.monotonic() < deadline, "the studio did not heal"
        time.sleep(0.02)


def kill_some(runs, writers):
    """Kill each kind of process in turn, in a seeded order and at seeded moments."""
    chance = random.Random(SEED)
    kinds = ["web", "postgres", "everything"]
    for number in range(KILLS):
        if number % len(kinds) == 0:
            chance.shuffle(kinds)
        time.sleep(chance.uniform(0.2, 1.0))
        kill(runs, kinds[number % len(kinds)])
        wait_until_all_save_again(writers)


def test_no_acknowledged_word_is_lost_when_servers_are_killed(nexus, writers):
    threads = [threading.Thread(target=writer.write, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        kill_some(nexus, writers)
    finally:
        for writer in writers:
            writer.is_stopped = True
    for thread in threads:
        thread.join(HEAL_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    assert [writer.refusals for writer in writers] == [[]] * len(writers)
    for writer in writers:
        check_head(writer)
    check_ledger(writers)
    check_log(nexus[-1])


def check_head(writer):
    """Every acknowledged token is in the head, none twice; each save made exactly one revision."""
    head = writer.program.get(f"/chapters/{writer.chapter['id']}?as_html=false")
    assert writer.acknowledged >= 2 * KILLS
    assert head["content"].split() == writer.tokens(writer.acknowledged)
    assert head["content_revision"] == writer.chapter["content_revision"] + writer.acknowledged
    assert head["word_count"] == writer.acknowledged
    assert writer.base == f"{head['content_revision']}-{head['content_hash'][:8]}"


def check_ledger(writers):
    """The sessions of each chapter add up to its words, all of them typed."""
    for person in (writers[:3], writers[3:]):
        sessions = all_sessions(person[0].program)
        for writer in person:
            rows = [s for s in sessions if s["chapter_id"] == writer.chapter["id"]]
            assert sum(row["causes"]["typed"] for row in rows) == writer.acknowledged
            assert sum(row["net_words"] for row in rows) == writer.acknowledged
        story = person[0].chapter["story_id"]
        report = person[0].program.get(f"/stories/{story}/analytics")
        assert report["kpis"]["total_words"] == sum(w.acknowledged for w in person)


def all_sessions(program):
    found, cursor = [], ""
    while cursor is not None:
        page = program.get(f"/sessions?limit=100{cursor and '&cursor='}{cursor}")
        found += page["sessions"]
        cursor = page["next_cursor"]
    return found


def check_log(run):
    """The log tells nothing of what was written, and nothing broke that nobody had foreseen."""
    for path in sorted((run.var / "log").glob("nexus.log*")):
        told = [line for line in path.read_text().splitlines() if LOGGED_SECRETS.search(line)]
        assert told == []
