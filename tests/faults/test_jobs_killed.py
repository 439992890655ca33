"""A worker killed in the middle of long work leaves nothing half-done, and the work ends well."""

import io
import json
import os
import signal
import time
import zipfile
from http.client import HTTPConnection
from types import SimpleNamespace
from uuid import uuid4

import pytest

from analytics.tests.test_live_site import CLOSE, TEXT, Wire
from nexus.tests.test_up import VALKEY, WORKER
from tests.faults.harm import ask_postgres, paused, postgres_refused, wait_until, worker_of
from tests.faults.scene import IS_FULL, TALLY, sign_up
from tests.faults.test_worker_away import send

CHAPTERS = 60
BOOK = "\n\n".join(f"# Chapter {n}\n\n{'velvet words ' * 300}" for n in range(CHAPTERS)).encode()
LONG_AGO = "now() - interval '3 minutes'"
SILENT = f"UPDATE jobs_job SET updated_at = {LONG_AGO}, alive_at = NULL WHERE id = %s"
KEPT = "SELECT sequence FROM jobs_jobupdate WHERE job_id = %s ORDER BY sequence"
FILES = "SELECT count(*) FROM jobs_job WHERE upload LIKE 'exports/%%' AND id = %s"


def upload(program):
    boundary = uuid4().hex
    head = 'Content-Disposition: form-data; name="file"; filename="velvet.md"'
    body = f"--{boundary}\r\n{head}\r\n\r\n".encode() + BOOK + f"\r\n--{boundary}--\r\n".encode()
    kind = f"multipart/form-data; boundary={boundary}"
    headers = {"Host": program.host, "Cookie": program.cookie, "Content-Type": kind}
    connection = HTTPConnection("127.0.0.1", program.port, timeout=10)
    connection.request("POST", "/api/v1/imports", body, headers)
    answer = connection.getresponse()
    assert answer.status == 202
    return json.loads(answer.read())["id"]


def begin(program, path, **body):
    status, _headers, answer = program.ask("POST", path, body)
    assert status == 202, answer
    return answer["id"]


def ended(program, job):
    # What was lost is found 40 s after its last sign of life, by a task of every half minute.
    wait_until(lambda: program.get(f"/jobs/{job}")["status"] not in {"queued", "running"}, 240)
    return program.get(f"/jobs/{job}")


def killed_at(studio, step, start):
    """Begin some work whose worker dies at a step; return the job once a new worker is there."""
    run = studio.runs[-1]
    first = worker_of(run)
    trap = studio.failpoints / step
    trap.touch()
    job = start()
    run.wait(lambda: not trap.exists())
    run.wait(lambda: run.pid_of(WORKER) not in {None, first})
    TALLY.fault()
    return job


def healed(run, program, job, *, is_patient=False):
    """Have the clock find it, as it does 40 s after the last sign of life."""
    assert program.get(f"/jobs/{job}")["status"] == "running"
    began = time.monotonic()
    if is_patient:
        wait_until(lambda: program.get(f"/jobs/{job}")["status"] == "done", 240)
    else:
        ask_postgres(run, SILENT, [job])
        send(run, "jobs.tasks.requeue_lost_jobs")
    found = ended(program, job)
    TALLY.heal(time.monotonic() - began)
    assert found["status"] == "done" and found["progress"] == 100, found
    kept = [sequence for (sequence,) in ask_postgres(run, KEPT, [job])]
    assert kept == list(range(found["sequence"] + 1))
    return found


@pytest.mark.parametrize("step", ["job-progress", "import-written", "job-worked"])
def test_a_worker_killed_while_it_imports_leaves_nothing_and_the_book_comes_in_once(studio, step):
    run, program = studio.runs[-1], sign_up(studio.runs[-1].port)
    reading = upload(program)
    assert ended(program, reading)["status"] == "done"
    start = lambda: begin(program, f"/imports/{reading}/apply", title=f"Velvet {step}")  # noqa: E731
    job = killed_at(studio, step, start)
    shelf = program.get("/stories")["stories"]
    # Killed once all was committed, the book is there, and must not come twice.
    assert len(shelf) == (step == "job-worked")
    healed(run, program, job)
    (story,) = program.get("/stories")["stories"]
    assert (story["total_chapters"], story["word_count"]) == (CHAPTERS, CHAPTERS * 600)


def test_a_worker_killed_while_it_reads_a_book_reads_it_again(studio):
    run, program = studio.runs[-1], sign_up(studio.runs[-1].port)
    job = killed_at(studio, "job-progress", lambda: upload(program))
    found = healed(run, program, job, is_patient=IS_FULL)
    assert len(found["result"]["chapters"]) == CHAPTERS


@pytest.mark.parametrize("step", ["job-progress", "job-file-kept", "job-worked"])
def test_a_worker_killed_while_it_exports_leaves_no_file_and_the_book_goes_out_whole(studio, step):
    run, program = studio.runs[-1], sign_up(studio.runs[-1].port)
    story = program.make("/stories", title="Velvet")
    for n in range(3):
        program.make(f"/stories/{story['id']}/chapters", title=f"V{n}", content="<p>velvet</p>")
    media = run.var / "media" / "exports"
    before = set(media.glob("*")) if media.exists() else set()
    start = lambda: begin(program, f"/stories/{story['id']}/exports", format="epub")  # noqa: E731
    job = killed_at(studio, step, start)
    assert program.ask("GET", f"/exports/{job}/download")[0] == 409
    healed(run, program, job)
    assert len(set(media.glob("*")) - before) == 1
    assert ask_postgres(run, FILES, [job]) == [(1,)]
    status, _headers, raw = program._send("GET", f"/api/v1/exports/{job}/download", None, {})
    assert status == 200 and zipfile.ZipFile(io.BytesIO(raw)).testzip() is None


# --- The stream -------------------------------------------------------------------


def stream(run, program, job, query=""):
    site = SimpleNamespace(host=f"localhost:{run.port}", url=f"http://localhost:{run.port}")
    cookie = program.cookie.partition("=")[2]
    wire = Wire(site, cookie=cookie, path=f"/ws/tasks/{job}{query}")
    wire.connection.settimeout(30)
    return wire


def told(wire):
    """Return the next message, or the code of the close."""
    while True:
        kind, content = wire.frame()
        if kind == TEXT:
            return json.loads(content)
        if kind == CLOSE:
            return int.from_bytes(content[:2])


def test_the_stream_beats_outlives_redis_and_ends_with_its_job(studio):
    run, program = studio.runs[-1], sign_up(studio.runs[-1].port)
    with paused([worker_of(run)]):
        job = upload(program)
        wire = stream(run, program, job)
        first = told(wire)
        assert (first["type"], first["status"], first["sequence"]) == ("snapshot", "queued", 0)
        began = time.monotonic()
        assert told(wire)["type"] == "heartbeat"
        assert 14 < time.monotonic() - began < 20
        os.kill(run.pid_of(VALKEY), signal.SIGKILL)
        TALLY.fault()
    seen = [first["sequence"]]
    while isinstance(frame := told(wire), dict):
        if frame["type"] == "update":
            seen.append(frame["sequence"])
        last = frame
    assert frame == 1000 and (last["status"], last["terminal"]) == ("completed", True)
    assert seen == list(range(last["sequence"] + 1))


def test_the_stream_says_that_the_back_end_is_gone_and_whose_it_is_not(studio):
    run, program = studio.runs[-1], sign_up(studio.runs[-1].port)
    with paused([worker_of(run)]):
        job = upload(program)
        assert told(stream(run, sign_up(run.port), job)) == 1008
        wire = stream(run, program, job)
        assert told(wire)["type"] == "snapshot"
        with postgres_refused(run):
            TALLY.fault()
            assert told(wire) == 1011
            assert told(stream(run, program, job)) == 1011
    wait_until(lambda: program.ask("GET", f"/jobs/{job}")[0] == 200, 15)
    assert ended(program, job)["status"] == "done"
