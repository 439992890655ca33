"""A backup taken while everybody writes, brought back into an empty studio."""

import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest

from nexus.backups.keeping import backups_in
from nexus.backups.manifest import read_manifest
from nexus.testing import BASE
from nexus.tests.test_up import Nexus, all_gone
from tests.faults.harm import ask_postgres, postgres_refused
from tests.faults.scene import (
    SEED,
    TALLY,
    Writing,
    a_stranger,
    check_everything,
    copy_of,
    make_writers,
)
from tests.faults.studio import started, stop
from tests.wire import Writer


def manage(run, *words):
    """Run a command as the host of a studio would; return its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=BASE,
        env=run.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def restored(keeper):
    """A studio made from the backup of one in which six chapters were being saved."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-backup-"))
    second = Nexus(folder / "var")
    with keeper.lend(lambda: False) as studio:
        found = back_up_under_load(studio.runs[-1], folder / "backups")
    told = manage(second, "restore", found.backup, "--yes")
    assert told.returncode == 0, told.stderr
    found.told = told.stdout
    found.run = started(second)
    yield found
    left = second.pids()
    stop(second)
    all_gone(left)
    shutil.rmtree(folder, ignore_errors=True)


def back_up_under_load(run, folder):
    """Return the backup, its writers, and how many saves of each were answered before it."""
    writers = make_writers(run.port, people=3, chapters=2, seed=SEED)
    with Writing(writers) as writing:
        writing.all_save_again()
        marks = [writer.acknowledged for writer in writers]
        told = manage(run, "backup", "--to", folder)
        assert told.returncode == 0, told.stderr
        writing.all_save_again()
    [backup] = backups_in(folder)
    emails = {writer.program.cookie: writer.program.get("/auth/me")["email"] for writer in writers}
    return SimpleNamespace(backup=backup, writers=writers, marks=marks, emails=emails)


def at(restored, writers):
    """Return these writers as the restored studio knows them, each signed in anew."""
    homes = {
        cookie: a_stranger(restored.run.port).sign_in(email)
        for cookie, email in restored.emails.items()
    }
    return [as_restored(writer, homes[writer.program.cookie]) for writer in writers]


def as_restored(writer, home):
    head = home.get(f"/chapters/{writer.chapter['id']}?as_html=false")
    back = Writer(copy_of(home), writer.chapter, name=writer.name, seed=SEED)
    back.acknowledged = len(head["content"].split())
    back.revisions = writer.revisions[: back.acknowledged]
    back.base = f"{head['content_revision']}-{head['content_hash'][:8]}"
    return back


def test_a_backup_under_load_has_all_that_was_acknowledged_before_it(restored):
    TALLY.logged_before = 0
    assert "All of it adds up." in restored.told
    writers = at(restored, restored.writers)
    for writer, mark, before in zip(writers, restored.marks, restored.writers, strict=True):
        assert 2 <= mark <= writer.acknowledged < before.acknowledged
    check_everything(restored.run, writers)
    counts = read_manifest(restored.backup).counts
    assert (
        counts["words"]
        == ask_postgres(restored.run, "SELECT sum(word_count) FROM stories_chapter")[0][0]
    )
    # And all go on where the backup was made.
    with Writing(writers) as writing:
        writing.all_save_again()
    check_everything(restored.run, writers)


def test_sign_ins_are_not_restored(restored):
    before = restored.writers[0].program
    there = copy_of(before)
    there.port = restored.run.port
    assert there.ask("GET", "/auth/me")[0] in {401, 403}


def test_a_base_of_before_with_the_same_number_is_refused_and_its_text_kept(restored):
    before = restored.writers[0]
    [writer] = at(restored, [before])
    revision = int(before.base.partition("-")[0])
    # Others go on in the restored studio until its numbers have caught up.
    writer.name, writer.acknowledged = "other", 0
    while int(writer.base.partition("-")[0]) < revision:
        writer._save(writer.acknowledged + 1)
    assert writer.base != before.base
    key = str(uuid.uuid4())
    headers = {"If-Match": f'"{before.base}"', "Idempotency-Key": key}
    path = f"/chapters/{before.chapter['id']}"
    raw = before.body(before.acknowledged + 1, key)
    status, _headers, answer = writer.program.ask("PUT", f"{path}/content", raw, **headers)
    assert (status, answer["head_revision"]) == (412, revision)
    assert writer.program.get(path)["content_hash"].startswith(writer.base.partition("-")[2])
    # What the editor does then: both texts stay in the history, and the merge has both.
    mine = f"<p>{' '.join(before.tokens(before.acknowledged + 1))}</p>"
    kept = writer.program.make(f"{path}/versions", content=mine, reason="conflict")
    assert writer.program.get(f"{path}/versions/{kept['id']}")["content"] == mine
    body = {"content": mine, "base_revision": before.base}
    clashes = writer.program.ask("POST", f"{path}/merge", body)[2]["clashes"]
    body["choices"] = ["both"] * clashes
    status, _headers, merged = writer.program.ask("POST", f"{path}/merge", body)
    assert status == 200, merged
    joined = set(merged["merged"].replace("<", " ").replace(">", " ").split())
    both = before.tokens(before.acknowledged + 1) + writer.tokens(writer.acknowledged)
    assert set(both) <= joined


def test_a_rolling_backup_that_fails_says_so_until_one_succeeds(runs):
    run = runs[-1]
    [writer] = make_writers(run.port, people=1, chapters=1, seed=SEED)
    folder = run.var / "backups"
    with postgres_refused(run):
        told = manage(run, "backup", "--rolling")
        TALLY.fault()
    assert told.returncode == 1
    assert "broke off" in told.stderr
    assert "Traceback" not in told.stderr
    says(run, writer, "down")
    before = backups_in(folder)
    assert manage(run, "backup", "--rolling").returncode == 0
    says(run, writer, "ok")
    [backup] = set(backups_in(folder)) - set(before)
    assert manage(run, "backup", "--rolling").stdout == ""
    with Writing([writer]):
        # Postgres's own counters may come a moment late.
        run.wait(lambda: manage(run, "backup", "--rolling").stdout)
    assert backups_in(folder)[0] != backup
    assert list(folder.glob(".draft*")) == []


def says(run, writer, status):
    """Wait for this word of the health page, which needs a moment after an outage itself."""

    def is_said():
        code, _headers, answer = writer.program.ask("GET", "/health")
        return code == 200 and answer["dependencies"]["backup"]["status"] == status

    run.wait(is_said)
