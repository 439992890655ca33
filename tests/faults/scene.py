"""A studio of real servers, writers in it, and the check that every fault ends with.

NEXUS_KILLS sets how many kills there are; from ten on every scenario runs at its full length and
its times are held to account. NEXUS_SEED sets the moments.
"""

import os
import re
import signal
import threading
import time
from contextlib import suppress

import pytest

from nexus.tests.test_up import Nexus
from tests.wire import Program, Writer

KILLS = int(os.environ.get("NEXUS_KILLS", "3"))
SEED = int(os.environ.get("NEXUS_SEED", "1813"))
IS_FULL = KILLS >= 10
HEAL_SECONDS = 30
# In the usual run the other tests want the processor too.
HEALED_IN = 10 if IS_FULL else HEAL_SECONDS
LOGGED_SECRETS = re.compile(r"w\dn\d|a quiet desk|Traceback \(most")


@pytest.fixture
def runs(tmp_path):
    """The runs of one studio, the newest last: a killed supervisor is started again."""
    folder = tmp_path / "failpoints"
    folder.mkdir()
    runs = [Nexus(tmp_path / "var", more={"NEXUS_FAILPOINTS": str(folder)}).start()]
    yield runs
    runs[-1].process.send_signal(signal.SIGTERM)
    with suppress(Exception):
        runs[-1].process.wait(15)
    for run in runs:
        run.end()


def make_writers(port, *, people, chapters, seed, through=None):
    """Return a writer's window for each chapter, each person with one story."""
    made = []
    for person in range(people):
        owner = Program(port).sign_up(f"writer{person}@example.com")
        story = owner.make("/stories", title=f"Story {person}")
        for number in range(chapters):
            chapter = owner.make(f"/stories/{story['id']}/chapters", title=f"Chapter {number}")
            program = Program(through or port)
            program.cookie, program.host = owner.cookie, f"localhost:{port}"
            name = f"w{len(made)}"
            made.append(Writer(program, chapter, name=name, seed=seed + len(made)))
    return made


class Writing:
    """Writers at work while the block does its harm; brought to their last answer at its end."""

    def __init__(self, writers):
        self.writers = writers
        self.threads = [threading.Thread(target=w.write, daemon=True) for w in writers]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        for writer in self.writers:
            writer.is_stopped = True
        for thread in self.threads:
            thread.join(HEAL_SECONDS)
        if not error[0]:
            assert not any(thread.is_alive() for thread in self.threads)

    def all_save_again(self, seconds=HEAL_SECONDS):
        """Wait for two more saves of each: the first may have been answered before the harm.

        Return how long it took.
        """
        before = [writer.acknowledged for writer in self.writers]
        started = time.monotonic()
        pairs = list(zip(self.writers, before, strict=True))
        while any(writer.acknowledged < count + 2 for writer, count in pairs):
            assert not [w.refusals for w in self.writers if w.is_stopped]
            assert time.monotonic() - started < seconds, "the studio did not heal"
            time.sleep(0.02)
        return time.monotonic() - started


def check_everything(run, writers, *, least=2):
    """Check that nothing was lost, doubled, forked, miscounted, broken or told."""
    assert [writer.refusals for writer in writers] == [[]] * len(writers)
    for writer in writers:
        check_head(writer, least)
    check_ledger(writers)
    check_log(run)


def check_head(writer, least):
    """Every acknowledged token is in the head, none twice; each save made exactly one revision."""
    head = writer.program.get(f"/chapters/{writer.chapter['id']}?as_html=false")
    assert writer.acknowledged >= least
    assert head["content"].split() == writer.tokens(writer.acknowledged)
    assert head["content_revision"] == writer.chapter["content_revision"] + writer.acknowledged
    assert head["word_count"] == writer.acknowledged
    assert writer.base == f"{head['content_revision']}-{head['content_hash'][:8]}"


def check_ledger(writers):
    """The sessions of each chapter add up to its words, all of them typed; others see nothing."""
    by_cookie = {writer.program.cookie: writer.program for writer in writers}
    sessions = {cookie: all_sessions(program) for cookie, program in by_cookie.items()}
    for writer in writers:
        own = sessions[writer.program.cookie]
        rows = [s for s in own if s["chapter_id"] == writer.chapter["id"]]
        assert sum(row["causes"]["typed"] for row in rows) == writer.acknowledged
        assert sum(row["net_words"] for row in rows) == writer.acknowledged
    for cookie, program in by_cookie.items():
        own = [writer for writer in writers if writer.program.cookie == cookie]
        chapters = {writer.chapter["id"] for writer in own}
        assert {row["chapter_id"] for row in sessions[cookie]} <= chapters
        for story in {writer.chapter["story_id"] for writer in own}:
            report = program.get(f"/stories/{story}/analytics")
            in_story = [w for w in own if w.chapter["story_id"] == story]
            assert report["kpis"]["total_words"] == sum(w.acknowledged for w in in_story)


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
        lines = path.read_text().splitlines()
        told = [n for n, line in enumerate(lines) if LOGGED_SECRETS.search(line)]
        assert told == [], "\n".join(lines[told[0] - 3 : told[0] + 60])
