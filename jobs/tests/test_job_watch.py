"""While a job works it gives signs of life, and hears within two seconds that it is not wanted."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs import services, watch
from jobs.models import Job, JobUpdate
from jobs.work import JobCancelled, register_work

pytestmark = pytest.mark.django_db(transaction=True)
Status = Job.Status
begun, done = threading.Event(), []


@register_work("test.silent", label="Silent")
def work_in_silence(run):
    """Work in one long transaction without a word, as the writing of a book does."""
    with transaction.atomic():
        Job.objects.filter(pk=run.job.pk).exists()
        begun.set()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            run.check()
            if Job.objects.get(pk=run.job.pk).alive_at:
                return {"alive": True}
            time.sleep(0.02)
    return {"alive": False}


@register_work("test.once", label="Once")
def work_once(run):
    done.append(run.job.pk)
    time.sleep(0.2)
    return {}


@pytest.fixture
def start():
    """Run jobs as workers do, in threads of their own."""
    threads = []

    def run(job):
        try:
            services.run_job(str(job.pk))
        finally:
            connection.close()

    def begin(job):
        begun.clear()
        threads.append(threading.Thread(target=run, args=[job]))
        threads[-1].start()
        return threads[-1]

    yield begin
    for thread in threads:
        thread.join()


def ended(job):
    job.refresh_from_db()
    return job.status


def test_a_silent_step_is_stopped_within_two_seconds(alice, start):
    job = services.enqueue_job(alice, kind="test.silent")
    thread = start(job)
    begun.wait(60)
    services.cancel_job(job, at=timezone.now())
    # Undisturbed it would go on for ten seconds, and be done.
    thread.join(60)
    assert watch.LOOK_SECONDS < 2 and ended(job) == Status.CANCELLED


def test_a_silent_step_gives_signs_of_life(alice, start, monkeypatch):
    monkeypatch.setattr(watch, "BEAT_SECONDS", 0.0)
    job = services.enqueue_job(alice, kind="test.silent")
    start(job).join()
    assert ended(job) == Status.DONE and job.result == {"alive": True}


def test_an_attempt_that_was_thought_lost_ends_by_itself_and_its_successor_goes_on(alice, start):
    job = services.enqueue_job(alice, kind="test.silent")
    thread = start(job)
    begun.wait(60)
    Job.objects.update(updated_at=timezone.now() - timedelta(minutes=5))
    assert services.requeue_lost(at=timezone.now()) == 1
    thread.join(60)
    assert ended(job) == Status.QUEUED
    assert job.reason == services.LOST


def test_work_that_is_stuck_gives_no_more_signs_of_life(alice, monkeypatch):
    monkeypatch.setattr(watch, "BEAT_SECONDS", 0.0)
    monkeypatch.setattr(watch, "LONGEST_SECONDS", 0.0)
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.01)
    job = services.enqueue_job(alice, kind="test.once")
    services.run_job(str(job.pk))
    job.refresh_from_db()
    assert job.alive_at is None


def test_the_same_delivery_at_once_and_afterwards_works_once(alice, start):
    done.clear()
    job = services.enqueue_job(alice, kind="test.once")
    for thread in [start(job) for _ in range(4)]:
        thread.join()
    services.run_job(str(job.pk))
    assert done == [job.pk] and ended(job) == Status.DONE
    kept = JobUpdate.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(kept) == [0, 1, 2]


def test_a_check_costs_nothing_while_all_is_well(alice, django_assert_num_queries):
    job = services.enqueue_job(alice, kind="test.once")
    with watch.Watch(job) as watching, django_assert_num_queries(0):
        for _ in range(1000):
            watching.check()


def test_a_watch_says_so_when_its_job_is_not_its_own_any_more(alice, monkeypatch):
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.01)
    job = services.enqueue_job(alice, kind="test.once")
    with watch.Watch(job) as watching, pytest.raises(JobCancelled):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            watching.check()
            time.sleep(0.01)
