"""A writer's archive that comes back while its worker is killed: nothing of it, then all."""

import json
import time
import uuid

from tests.faults.harm import ask_postgres, wait_until, worker_of
from tests.faults.scene import (
    SEED,
    TALLY,
    Writing,
    all_sessions,
    check_people,
    make_writers,
    sign_up,
)
from tests.faults.test_worker_away import are_days_settled, send

# As old as a job must be before it counts as lost.
AGE = """
    UPDATE jobs_job SET updated_at = updated_at - interval '1 hour',
        alive_at = alive_at - interval '1 hour' WHERE id = %s
"""
ROWS = """
    SELECT count(*) FROM stories_story FULL JOIN analytics_writingsession ON false
    WHERE owner_id = %(person)s OR user_id = %(person)s
"""


def done(program, job_id):
    """Wait for the end of a job and return it."""
    wait_until(lambda: program.get(f"/jobs/{job_id}")["status"] not in {"queued", "running"}, 60)
    job = program.get(f"/jobs/{job_id}")
    assert job["status"] == "done", job["error"]
    return job


def archive_of(program):
    job = program.ask("POST", "/auth/me/export")[2]
    done(program, job["id"])
    status, _headers, raw = program._send(
        "GET", f"/api/v1/auth/me/export/{job['id']}/download", None, {}
    )
    assert status == 200
    return raw


def upload(program, raw):
    """Send a file as a form does."""
    mark = uuid.uuid4().hex
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="archive.zip"\r\n'
        "Content-Type: application/zip\r\n\r\n"
    )
    body = head.encode() + raw + f"\r\n--{mark}--\r\n".encode()
    program._send("GET", "/api/v1/auth/me", None, {})
    program.connection.request(
        "POST",
        "/api/v1/imports",
        body,
        {
            "Host": program.host,
            "Cookie": program.cookie,
            "Content-Type": f"multipart/form-data; boundary={mark}",
        },
    )
    answer = program.connection.getresponse()
    return json.loads(answer.read())


def without_ids(sessions):
    names = [name for name in sessions[0] if not name.endswith("id")]
    return [[row[name] for name in names] for row in sessions]


def die_at(studio, point, begin):
    """Have something begun during which the worker dies; return what `begin` gave."""
    run, trap = studio.runs[-1], studio.failpoints / point
    first = worker_of(run)
    trap.touch()
    begun = begin()
    run.wait(lambda: not trap.exists())
    run.wait(lambda: worker_of(run) != first)
    TALLY.fault()
    return begun


def again(run, job):
    """Let a job be found as lost, as it would be a minute later."""
    ask_postgres(run, AGE, [job["id"]])
    send(run, "jobs.tasks.requeue_lost_jobs")


def test_a_worker_killed_in_the_middle_of_an_archive_leaves_nothing_and_it_comes_back(studio):
    run = studio.runs[-1]
    writers = make_writers(run.port, people=1, chapters=2, seed=SEED)
    with Writing(writers) as writing:
        writing.all_save_again()
    writer = writers[0].program
    raw = archive_of(writer)
    home = sign_up(run.port)
    person = home.get("/auth/me")["id"]
    reading = done(home, upload(home, raw)["id"])
    assert reading["result"]["archive"]["story_count"] == 1
    apply = f"/imports/{reading['id']}/apply"
    job = die_at(studio, "archive-half-stored", lambda: home.ask("POST", apply, {})[2])
    assert ask_postgres(run, ROWS, {"person": person}) == [(0,)]
    die_at(studio, "archive-stored", lambda: again(run, job))
    assert ask_postgres(run, ROWS, {"person": person}) == [(0,)]
    began = time.monotonic()
    again(run, job)
    done(home, job["id"])
    TALLY.heal(time.monotonic() - began)
    assert without_ids(all_sessions(home)) == without_ids(all_sessions(writer))
    assert home.get("/me/dashboard")["today"] == writer.get("/me/dashboard")["today"]
    wait_until(lambda: are_days_settled(run), 60)
    check_people(run, [home, writer])
