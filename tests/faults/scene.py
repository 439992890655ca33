"""Writers in a studio of real servers, and the check that every fault ends with.

NEXUS_KILLS sets how many kills there are; from ten on every scenario runs at its full length and
its times are held to account. NEXUS_SEED sets the moments.
"""

import os
import random
import re
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.wire import PASSWORD, Program, Writer

KILLS = int(os.environ.get("NEXUS_KILLS", "3"))
SEED = int(os.environ.get("NEXUS_SEED", "1813"))
IS_FULL = KILLS >= 10
HEAL_SECONDS = 30
# In the usual run the other tests want the processor too.
HEALED_IN = 10 if IS_FULL else HEAL_SECONDS
LOGGED_SECRETS = re.compile(rf"\bw\d+n\d+\b|Velvet|{PASSWORD}|Traceback \(most")
in_full_only = pytest.mark.skipif(not IS_FULL, reason="runs with `make faults`")


class Tally:
    """What one scenario did: its faults, the saves it saw acknowledged, the longest healing."""

    def __init__(self):
        self.logged_before = 0
        self.reset()

    def reset(self):
        self.faults = self.acknowledged = 0
        self.healed = 0.0

    def fault(self, count=1):
        self.faults += count

    def heal(self, seconds):
        self.healed = max(self.healed, seconds)
        return seconds


TALLY = Tally()


def a_stranger(port):
    """Return a program with an address of its own, as limits count by address."""
    if sys.platform != "linux":
        return Program(port)
    last = random.SystemRandom()
    source = ".".join(["127", *(str(last.randrange(1, 250)) for _ in range(3))])
    return Program(port, source=source)


def sign_up(port):
    """Return a new person's program; it knows her address."""
    program = a_stranger(port)
    program.email = f"{uuid.uuid4()}@example.com"
    return program.sign_up(program.email)


def copy_of(program, port=None):
    """Return another connection of the same signed-in person, through another port if named."""
    other = Program(port or program.port)
    other.cookie, other.host = program.cookie, program.host
    return other


def make_writers(port, *, people, chapters, seed, through=None):
    """Return a writer's window for each chapter, each person with one story."""
    made = []
    for person in range(people):
        owner = sign_up(port)
        story = owner.make("/stories", title=f"Velvet story {person}")
        for number in range(chapters):
            chapter = owner.make(f"/stories/{story['id']}/chapters", title=f"Velvet {number}")
            name = f"w{len(made)}"
            window = copy_of(owner, through)
            made.append(Writer(window, chapter, name=name, seed=seed + len(made)))
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

    def heal(self, seconds=HEAL_SECONDS):
        """The same after a fault, noted for the table."""
        return TALLY.heal(self.all_save_again(seconds))


def go_home(writers, port):
    """Let the check ask over a good line."""
    for writer in writers:
        writer.program.port = port
        writer.program.connection = None


# --- The check every scenario ends with -------------------------------------------------


def check_everything(run, writers, *, least=2):
    """Check that nothing was lost, doubled, forked, miscounted, broken or told."""
    assert [writer.refusals for writer in writers] == [[]] * len(writers)
    for writer in writers:
        check_head(writer, least)
    TALLY.acknowledged += sum(writer.acknowledged for writer in writers)
    check_ledger(writers)
    check_people(run, [writer.program for writer in writers])


def check_people(run, programs):
    """Check what holds whatever was written: days, strangers, the log."""
    people = list({program.cookie: program for program in programs}.values())
    for program in people:
        check_days(program)
    check_strangers(people)
    check_log(run, people)


def check_head(writer, least):
    """Every acknowledged token is in the head, none twice; each save made exactly one revision."""
    head = writer.program.get(f"/chapters/{writer.chapter['id']}?as_html=false")
    first = writer.chapter["content_revision"]
    assert writer.acknowledged >= least
    assert head["content"].split() == writer.tokens(writer.acknowledged)
    assert head["content_revision"] == first + writer.acknowledged
    assert writer.revisions == list(range(first + 1, head["content_revision"] + 1))
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
            report = program.get(f"/stories/{story}/analytics?{lately()}")
            written = sum(w.acknowledged for w in own if w.chapter["story_id"] == story)
            assert report["kpis"]["total_words"] == written, report["kpis"]


def check_days(program):
    """Each day, and the desk's today, is the sum of its sessions; the library that of its texts."""
    sessions = all_sessions(program)
    desk = program.get("/me/dashboard")
    for day in {row["day"] for row in sessions}:
        rows = [row for row in sessions if row["day"] == day]
        report = program.get(f"/days/{day}")
        assert report["words"] == sum(row["words_written"] for row in rows)
        assert report["net_words"] == sum(row["net_words"] for row in rows)
        for cause, words in report["causes"].items():
            assert words == sum(row["causes"][cause] for row in rows), cause
        if desk["today"]["date"] == day:
            assert desk["today"]["words"] == report["words"]
            assert desk["today"]["net_words"] == report["net_words"]
    stories = program.get("/stories")["stories"]
    assert desk["library"]["words"] == sum(story["word_count"] for story in stories)
    for story in stories:
        chapters = program.get(f"/stories/{story['id']}/chapters")["chapters"]
        assert story["word_count"] == sum(chapter["word_count"] for chapter in chapters)
        assert [chapter["position"] for chapter in chapters] == list(range(len(chapters)))


def check_strangers(people):
    """No person sees anything of another, not even whether it is there."""
    for program in people:
        own = {story["id"] for story in program.get("/stories")["stories"]}
        for other in people:
            for story in other.get("/stories")["stories"] if other is not program else ():
                assert story["id"] not in own
                assert program.ask("GET", f"/stories/{story['id']}")[0] in {403, 404}


def lately():
    """Today and the day before: what a client typed yesterday, by its clock, counts there."""
    today = datetime.now(UTC).date()
    return f"from_date={today - timedelta(days=1)}&to_date={today}"


def all_sessions(program):
    found, cursor = [], ""
    while cursor is not None:
        page = program.get(f"/sessions?limit=100{cursor and '&cursor='}{cursor}")
        found += page["sessions"]
        cursor = page["next_cursor"]
    return found


def now_iso():
    return datetime.now(UTC).isoformat()


def _logs(run) -> list[Path]:
    return sorted((run.var / "log").glob("nexus.log*"), key=lambda path: path.name, reverse=True)


def log_bytes(run):
    """Return how much has been logged."""
    return sum(path.stat().st_size for path in _logs(run))


def check_log(run, people=()):
    """The log tells nothing of what was written, and nothing broke that nobody had foreseen."""
    raw = b"".join(path.read_bytes() for path in _logs(run))[TALLY.logged_before :]
    lines = raw.decode(errors="replace").splitlines()
    keys = [program.cookie.partition("=")[2] for program in people]
    told = [
        number
        for number, line in enumerate(lines)
        if LOGGED_SECRETS.search(line) or any(key in line for key in keys)
    ]
    assert told == [], "\n".join(lines[max(told[0] - 3, 0) : told[0] + 60])
    assert not any(" status=500" in line for line in lines)
