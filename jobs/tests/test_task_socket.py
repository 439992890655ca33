"""The stream of one job: its snapshot, every change in order, its end, and whom it refuses."""

import asyncio
import json
import threading
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.urls import re_path
from django.utils import timezone

from accounts.models import User
from jobs import services
from jobs.consumers import TaskConsumer
from jobs.models import Job, JobUpdate
from jobs.tests import test_job_life  # noqa: F401 - registers the kinds used here
from jobs.work import Shown, register_work
from nexus.lib import failpoints, live
from nexus.lib.live import hub

pytestmark = pytest.mark.django_db(transaction=True)
Status = Job.Status
STREAM = URLRouter([re_path(r"^ws/tasks/(?P<job_id>[^/]+)$", TaskConsumer.as_asgi())])
FIELDS = {
    "type",
    "task_id",
    "sequence",
    "status",
    "terminal",
    "error",
    "prompt",
    "parameters",
    "created_at",
    "updated_at",
    "sent_at",
}


@register_work("test.found", label="Found", show=lambda job: Shown(can_apply=True))
def find(run):
    return {}


@pytest.fixture
def job(alice):
    return services.enqueue_job(alice, kind="test.echo", parameters={"say": "hello"})


@pytest.fixture
async def watching():
    """Open streams as programs do; all are closed, and the hub stopped, at the end."""
    opened = []

    async def watch(job_id, user, query=""):
        communicator = WebsocketCommunicator(STREAM, f"/ws/tasks/{job_id}" + query)
        communicator.scope["user"] = user
        opened.append(communicator)
        connected, _protocol = await communicator.connect()
        assert connected
        return communicator

    yield watch
    for communicator in opened:
        await communicator.disconnect()
    await hub().stop()


def away(function, *args):
    """Call what reads or writes the database, from a test on the loop."""
    return sync_to_async(function)(*args)


async def code_of(socket):
    while (output := await socket.receive_output(5))["type"] != "websocket.close":
        pass
    return output["code"]


async def frames_of(socket):
    """Return all that is said until the end, which must be with 1000."""
    frames = []
    while (output := await socket.receive_output(5))["type"] == "websocket.send":
        frames.append(json.loads(output["text"]))
    assert output == {"type": "websocket.close", "code": 1000}
    return frames


def begin(job):
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, started_at=timezone.now())
    job.refresh_from_db()


def step(job, number):
    services.note_progress(job, number, 10)


async def test_the_snapshot_then_every_change_then_the_end(watching, alice, job):
    socket = await watching(job.pk, alice)
    first = await socket.receive_json_from(5)
    assert set(first) == FIELDS
    assert (first["type"], first["task_id"], first["sequence"]) == ("snapshot", str(job.pk), 0)
    assert (first["status"], first["terminal"], first["error"]) == ("queued", False, None)
    assert first["prompt"] is None and first["parameters"]["say"] == "hello"
    assert first["created_at"].endswith("Z") and first["sent_at"].endswith("Z")
    await away(services.run_job, str(job.pk))
    rest = await frames_of(socket)
    assert {frame["type"] for frame in rest} == {"update"}
    assert [set(frame) for frame in rest] == [FIELDS] * 5
    assert [frame["sequence"] for frame in rest] == [1, 2, 3, 4, 5]
    assert [frame["status"] for frame in rest] == ["processing"] * 4 + ["completed"]
    assert [frame["parameters"]["progress"] for frame in rest] == [0, 33, 66, 99, 100]
    assert [frame["terminal"] for frame in rest] == [False] * 4 + [True]


async def test_nothing_falls_between_the_subscription_and_the_snapshot(
    watching, alice, job, monkeypatch, tmp_path
):
    monkeypatch.setattr(failpoints, "_FOLDER", str(tmp_path))
    (tmp_path / "task-subscribed").touch()
    socket = await watching(job.pk, alice)
    await away(begin, job)
    while not hub().is_subscribed.is_set():
        await asyncio.sleep(0.01)
    for number in (1, 2, 3):
        await away(step, job, number)
    (tmp_path / "task-subscribed").unlink()
    assert (await socket.receive_json_from(5))["sequence"] == 3
    for number in (4, 5):
        await away(step, job, number)
    assert [(await socket.receive_json_from(5))["sequence"] for _ in "12"] == [4, 5]


async def test_whoever_comes_back_at_any_moment_misses_nothing(watching, alice, job):
    await away(services.run_job, str(job.pk))
    for left in range(5):
        frames = await frames_of(await watching(job.pk, alice, f"?after={left}"))
        assert [frame["sequence"] for frame in frames] == list(range(left, 6))
        kinds = [frame["type"] for frame in frames]
        assert kinds == ["snapshot"] + ["update"] * (5 - left)
    for query in ("", "?after=5", "?after=6", "?after=-1", "?after=x", f"?after={'9' * 30}"):
        (only,) = await frames_of(await watching(job.pk, alice, query))
        assert (only["type"], only["sequence"], only["status"]) == ("snapshot", 5, "completed")


async def test_a_history_that_is_not_kept_any_more_gives_the_newest(watching, alice, job):
    await away(services.run_job, str(job.pk))
    await away(JobUpdate.objects.all().delete)
    (only,) = await frames_of(await watching(job.pk, alice, "?after=2"))
    assert (only["sequence"], only["terminal"]) == (5, True)


async def test_an_end_that_was_undone_does_not_end_the_stream(watching, alice, job):
    await away(lambda: services.cancel_job(job, at=timezone.now()))
    await away(services.retry_job, job)
    socket = await watching(job.pk, alice, "?after=1")
    first = await socket.receive_json_from(5)
    assert (first["sequence"], first["status"], first["terminal"]) == (2, "queued", False)


@pytest.mark.parametrize(
    ("status", "word", "error"),
    [
        (Status.FAILED, "failed", "This is not a book."),
        (Status.DEAD, "failed", "This is not a book."),
        (Status.CANCELLED, "failed", "You stopped this. Nothing was changed."),
        (Status.DONE, "completed", None),
    ],
)
async def test_how_an_end_is_told(watching, alice, job, status, word, error):
    said = "" if status == Status.DONE else "This is not a book."
    await away(lambda: Job.objects.update(status=status, error=said, sequence=9))
    (only,) = await frames_of(await watching(job.pk, alice))
    assert (only["status"], only["error"], only["terminal"]) == (word, error, True)


async def test_a_pause_between_two_tries_is_pending(watching, alice):
    job = await away(lambda: services.enqueue_job(alice, kind="test.break"))
    with pytest.raises(RuntimeError):
        await away(services.run_job, str(job.pk))
    socket = await watching(job.pk, alice)
    first = await socket.receive_json_from(5)
    assert (first["status"], first["terminal"], first["sequence"]) == ("pending", False, 2)


async def test_the_prompt_says_that_something_waits_to_be_applied(watching, alice):
    job = await away(lambda: services.enqueue_job(alice, kind="test.found"))
    await away(services.run_job, str(job.pk))
    (only,) = await frames_of(await watching(job.pk, alice))
    assert (only["status"], only["prompt"]) == ("completed", "apply")


async def test_changes_of_two_workers_come_in_one_order(watching, alice, job):
    await away(begin, job)
    socket = await watching(job.pk, alice)
    first = await socket.receive_json_from(5)

    def work():
        mine = Job.objects.get(pk=job.pk)
        for _ in range(15):
            services.change(mine, step=0, steps=0)
        connection.close()

    def both():
        twins = [threading.Thread(target=work) for _ in range(2)]
        for twin in twins:
            twin.start()
        for twin in twins:
            twin.join()

    await away(both)
    heard = [(await socket.receive_json_from(5))["sequence"] for _ in range(30)]
    assert heard == list(range(first["sequence"] + 1, first["sequence"] + 31))


def test_silence_is_broken_after_fifteen_seconds():
    assert TaskConsumer.heartbeat_seconds == 15.0


async def test_a_heartbeat_repeats_the_last_state(watching, alice, job, monkeypatch):
    monkeypatch.setattr(TaskConsumer, "heartbeat_seconds", 0.1)
    socket = await watching(job.pk, alice)
    first = await socket.receive_json_from(5)
    beats = [await socket.receive_json_from(5) for _ in range(3)]
    for beat in beats:
        assert set(beat) == FIELDS
        assert beat == first | {"type": "heartbeat", "sent_at": beat["sent_at"]}
    assert len({beat["sent_at"] for beat in beats}) == 3
    await away(services.run_job, str(job.pk))
    rest = await frames_of(socket)
    assert [f["sequence"] for f in rest if f["type"] == "update"] == [1, 2, 3, 4, 5]


async def test_strangers_and_visitors_are_accepted_and_closed_with_1008(watching, alice, job):
    bob = await away(lambda: User.objects.create_user("bob@example.com", username="Bob"))
    for who, job_id in [
        (AnonymousUser(), job.pk),
        (bob, job.pk),
        (alice, uuid4()),
        (alice, "no-id"),
    ]:
        socket = await watching(job_id, who)
        assert await socket.receive_output(5) == {"type": "websocket.close", "code": 1008}


async def test_a_job_that_is_gone_is_nobodys(watching, alice, job, monkeypatch):
    monkeypatch.setattr(TaskConsumer, "heartbeat_seconds", 0.1)
    socket = await watching(job.pk, alice)
    await socket.receive_json_from(5)
    await away(Job.objects.all().delete)
    assert await code_of(socket) == 1008


async def test_whatever_is_sent_is_answered_with_an_error_and_in_the_end_a_close(
    watching, alice, job
):
    socket = await watching(job.pk, alice)
    await socket.receive_json_from(5)
    for text in ("{", "[" * 100_000, '{"type": "hello"}', "x" * 70_000, '"\ud800"'):
        await socket.send_to(text_data=text)
        assert (await socket.receive_json_from(5))["type"] == "error"
    await socket.send_to(bytes_data=b"\0\xff")
    assert (await socket.receive_json_from(5))["code"] == "unknown_type"
    for _ in range(20):
        await socket.send_to(text_data="x")
    assert await code_of(socket) == 1008


async def test_without_redis_the_updates_come_by_themselves(watching, alice, job, settings):
    settings.REDIS_URL = "unix:///nowhere/at/all.sock"
    live._client.cache_clear()
    try:
        socket = await watching(job.pk, alice)
        assert (await socket.receive_json_from(5))["sequence"] == 0
        await away(services.run_job, str(job.pk))
        assert [f["sequence"] for f in await frames_of(socket)] == [1, 2, 3, 4, 5]
    finally:
        live._client.cache_clear()


async def test_a_database_that_goes_away_closes_with_1011(watching, alice, job, monkeypatch):
    monkeypatch.setattr(TaskConsumer, "look_seconds", 0.1)
    socket = await watching(job.pk, alice)
    await socket.receive_json_from(5)
    rename = "ALTER TABLE jobs_jobupdate RENAME TO jobs_elsewhere"
    await away(execute, rename)
    try:
        assert await code_of(socket) == 1011
    finally:
        await away(execute, "ALTER TABLE jobs_elsewhere RENAME TO jobs_jobupdate")


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
