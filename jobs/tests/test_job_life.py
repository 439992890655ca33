"""A job runs once, tells how far it is, stops when asked, and is never lost."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import services, tasks
from jobs.models import Job
from jobs.work import JobRefused, register_work
from nexus.lib.errors import Conflict

pytestmark = pytest.mark.django_db
Status = Job.Status
done = []


@register_work("test.echo", label="Echo", unit="%(step)s of %(steps)s steps")
def echo(run):
    for step in range(1, 4):
        run.progress(step, 3)
    done.append(str(run.job.pk))
    return {"said": run.job.parameters.get("say", "")}


@register_work("test.refuse", label="Refuse")
def refuse(run):
    raise JobRefused("This is not a book.")


@register_work("test.break", label="Break")
def break_down(run):
    raise RuntimeError("a bug")


@register_work("test.stop", label="Stop")
def stopped_half_way(run):
    services.cancel_job(run.job, at=timezone.now())
    run.progress(1, 2)
    raise AssertionError("went on after it was stopped")


@pytest.fixture(autouse=True)
def _nothing_done():
    done.clear()


def make_job(owner, kind="test.echo", **values):
    return services.enqueue_job(owner, kind=kind, **values)


def stale(job, status=Status.RUNNING, **values):
    Job.objects.filter(pk=job.pk).update(
        status=status, updated_at=timezone.now() - timedelta(minutes=5), **values
    )


def test_runs_and_keeps_the_result(alice):
    job = make_job(alice, parameters={"say": "hello"})
    assert (job.status, job.percent) == (Status.QUEUED, 0)
    services.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.percent, job.result) == (Status.DONE, 100, {"said": "hello"})
    assert job.started_at and job.finished_at >= job.started_at


def test_every_change_raises_the_sequence(alice):
    job = make_job(alice)
    services.run_job(str(job.pk))
    before, job.sequence = job.sequence, Job.objects.get(pk=job.pk).sequence
    assert job.sequence == before + 5  # claimed, three steps, done


def test_a_second_delivery_does_nothing(alice):
    job = make_job(alice)
    services.run_job(str(job.pk))
    services.run_job(str(job.pk))
    assert done == [str(job.pk)]


def test_a_running_job_cannot_be_taken_twice(alice):
    job = make_job(alice)
    Job.objects.update(status=Status.RUNNING)
    services.run_job(str(job.pk))
    assert done == []


def test_a_deleted_job_is_no_error(alice):
    job = make_job(alice)
    Job.objects.all().delete()
    services.run_job(str(job.pk))


def test_a_refusal_says_why(alice):
    job = make_job(alice, "test.refuse")
    services.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, "This is not a book.")
    assert job.finished_at and job.attempts == 1


def test_an_unexpected_error_is_tried_again_and_then_given_up(alice):
    job = make_job(alice, "test.break")
    for attempt in range(1, services.MAX_ATTEMPTS + 1):
        with pytest.raises(RuntimeError):
            services.run_job(str(job.pk))
        goes_on = services.give_up_or_retry(str(job.pk))
        assert goes_on == (attempt < services.MAX_ATTEMPTS)
    job.refresh_from_db()
    assert job.status == Status.DEAD
    assert "several tries" in job.error and "bug" not in job.error


def test_a_task_that_broke_sends_the_job_again(alice, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.run, "apply_async", lambda **options: sent.append(options))
    job = make_job(alice, "test.break")
    tasks.run.apply(args=[str(job.pk)])
    job.refresh_from_db()
    assert job.status == Status.QUEUED
    assert sent == [{"args": [str(job.pk)], "countdown": tasks.RETRY_SECONDS}]


def test_a_waiting_job_is_stopped_at_once(alice):
    job = services.cancel_job(make_job(alice), at=timezone.now())
    assert job.status == Status.CANCELLED
    services.run_job(str(job.pk))
    assert done == []


def test_a_running_job_stops_at_its_next_step(alice):
    job = make_job(alice, "test.stop")
    services.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.result) == (Status.CANCELLED, None)


@pytest.mark.parametrize("status", Job.ENDED)
def test_what_has_ended_cannot_be_stopped(alice, status):
    job = make_job(alice)
    Job.objects.update(status=status)
    with pytest.raises(Conflict):
        services.cancel_job(job, at=timezone.now())


@pytest.mark.parametrize("status", Job.RETRYABLE)
def test_a_failed_job_can_run_again(alice, status):
    job = make_job(alice)
    Job.objects.update(status=status, attempts=3, error="no", cancel_requested_at=timezone.now())
    job = services.retry_job(job)
    assert (job.status, job.attempts, job.error) == (Status.QUEUED, 0, "")
    services.run_job(str(job.pk))
    assert done == [str(job.pk)]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.DONE])
def test_only_a_failed_job_can_run_again(alice, status):
    job = make_job(alice)
    Job.objects.update(status=status)
    with pytest.raises(Conflict):
        services.retry_job(job)


def test_a_job_of_a_killed_worker_is_sent_again(alice):
    job = make_job(alice)
    stale(job, attempts=1, step=1, steps=3)
    assert services.requeue_lost(at=timezone.now()) == 1
    services.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Status.DONE, 2)


def test_a_job_that_killed_three_workers_is_declared_dead(alice):
    job = make_job(alice)
    stale(job, attempts=services.MAX_ATTEMPTS)
    assert services.requeue_lost(at=timezone.now()) == 0
    job.refresh_from_db()
    assert job.status == Status.DEAD


def test_a_job_the_broker_lost_is_sent_again(alice):
    stale(make_job(alice), status=Status.QUEUED)
    assert services.requeue_lost(at=timezone.now()) == 1


def test_a_job_at_work_is_left_alone(alice):
    make_job(alice)
    Job.objects.update(status=Status.RUNNING)
    assert services.requeue_lost(at=timezone.now()) == 0


def test_the_steps_never_exceed_their_number(alice):
    job = make_job(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(step=2, steps=1)
    services.note_progress(job, 5, 3)
    assert (job.step, job.steps, job.percent) == (3, 3, 99)


def test_progress_is_written_once_a_percent(alice, django_assert_max_num_queries):
    job = make_job(alice)
    with django_assert_max_num_queries(2 * 102):
        for step in range(10_000):
            services.note_progress(job, step, 10_000)


@pytest.mark.parametrize(("days", "kept"), [(6, True), (8, False)])
def test_uploads_nobody_came_back_for_are_forgotten(alice, days, kept):
    job = make_job(alice, upload=ContentFile(b"a book", name="book"))
    storage, name = job.upload.storage, job.upload.name
    then = timezone.now() - timedelta(days=days)
    Job.objects.filter(pk=job.pk).update(status=Status.DONE, updated_at=then)
    services.discard_old_uploads(at=timezone.now())
    job.refresh_from_db()
    assert (storage.exists(name), bool(job.upload)) == (kept, kept)


def test_the_upload_of_a_waiting_job_is_kept(alice):
    job = make_job(alice, upload=ContentFile(b"a book", name="book"))
    stale(job, status=Status.QUEUED)
    Job.objects.update(updated_at=timezone.now() - timedelta(days=30))
    assert services.discard_old_uploads(at=timezone.now()) == 0
    job.refresh_from_db()
    assert job.upload.storage.exists(job.upload.name)
