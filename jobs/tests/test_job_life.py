"""A job runs once, tells how far it is, stops when asked, and is never lost."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from jobs import quotas, services, tasks
from jobs.models import Job, JobUpdate
from jobs.reasons import safe_reason
from jobs.work import JobCancelled, JobRefused, register_work
from nexus.lib.errors import Conflict, TooMany

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


def pause_is_over(job):
    Job.objects.filter(pk=job.pk).update(retry_at=timezone.now() - timedelta(seconds=1))


def test_an_unexpected_error_is_tried_again_and_then_given_up(alice):
    job = make_job(alice, "test.break")
    for attempt in range(1, services.MAX_ATTEMPTS + 1):
        with pytest.raises(RuntimeError):
            services.run_job(str(job.pk))
        job.refresh_from_db()
        is_last = attempt == services.MAX_ATTEMPTS
        assert job.status == (Status.DEAD if is_last else Status.QUEUED)
        pause_is_over(job)
    assert "several tries" in job.error and "bug" not in job.error
    assert job.finished_at


def test_what_broke_is_not_tried_again_before_its_pause_is_over(alice):
    job = make_job(alice, "test.break")
    before = timezone.now()
    tasks.run.apply(args=[str(job.pk)])
    services.run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Status.QUEUED, 1)
    assert before + services.FIRST_PAUSE / 2 <= job.retry_at
    assert job.retry_at <= timezone.now() + services.FIRST_PAUSE


def test_pauses_double_up_to_a_bound_and_are_never_all_alike():
    for attempts in range(1, 40):
        longest = min(services.FIRST_PAUSE * 2 ** (attempts - 1), services.LONGEST_PAUSE)
        pauses = {services.pause_after(attempts) for _ in range(20)}
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(pauses) > 1


def test_the_clock_sends_what_waits_only_after_its_pause(alice):
    job = make_job(alice, "test.break")
    tasks.run.apply(args=[str(job.pk)])
    later = timezone.now() + timedelta(hours=1)
    Job.objects.update(updated_at=timezone.now() - timedelta(hours=1), retry_at=later)
    assert services.requeue_lost(at=timezone.now()) == 0
    assert services.requeue_lost(at=later + timedelta(minutes=1)) == 1


def test_the_reason_is_kept_for_staff_without_a_word_of_anybodys(alice):
    job = make_job(alice, "test.break")
    tasks.run.apply(args=[str(job.pk)])
    job.refresh_from_db()
    assert job.reason.startswith("RuntimeError, jobs/tests/test_job_life.py:")
    assert job.reason.endswith(" break_down")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "secret", "/a/secret.epub"), "OSError 28 No space left on device"),
        (UnicodeDecodeError("utf-8", b"secret", 0, 1, "secret"), "UnicodeDecodeError"),
        (KeyError("secret"), "KeyError"),
    ],
)
def test_a_reason_quotes_nothing(error, told):
    assert safe_reason(error) == told


def test_a_refusal_of_the_database_is_told_by_its_code(alice):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        User.objects.create_user(alice.email, username="secret")
    reason = safe_reason(refusal.value)
    assert reason.startswith("IntegrityError from UniqueViolation 23505, accounts/")
    assert alice.email not in reason and "secret" not in reason


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


def begun(job):
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, started_at=timezone.now())
    job.refresh_from_db()
    return job


def test_the_steps_never_exceed_their_number(alice):
    job = begun(make_job(alice))
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(step=2, steps=1)
    services.note_progress(job, 5, 3)
    assert (job.step, job.steps, job.percent) == (3, 3, 99)


def test_progress_never_goes_back(alice):
    job = begun(make_job(alice))
    seen = []
    for step, steps in [(0, 4), (2, 4), (1, 4), (1, 61), (40, 61), (0, 9), (9, 9)]:
        services.note_progress(job, step, steps)
        seen.append(job.percent)
    assert seen == [0, 50, 50, 50, 65, 65, 99]


def test_progress_is_written_once_a_percent(alice, django_assert_max_num_queries):
    job = begun(make_job(alice))
    with django_assert_max_num_queries(5 * 102):
        for step in range(10_000):
            services.note_progress(job, step, 10_000)


def test_every_sequence_is_kept_with_what_the_job_was(alice):
    job = make_job(alice)
    services.run_job(str(job.pk))
    kept = JobUpdate.objects.order_by("sequence").values_list("sequence", "status", "step")
    states = [("queued", 0), ("running", 0), ("running", 1), ("running", 2)]
    states += [("running", 3), ("done", 3)]
    assert list(kept) == [(number, *state) for number, state in enumerate(states)]


def test_an_attempt_that_was_thought_lost_changes_nothing_any_more(alice):
    job = begun(make_job(alice))
    stale(job)
    services.requeue_lost(at=timezone.now())
    with pytest.raises(JobCancelled):
        services.note_progress(job, 1, 2)
    services._end(job, Status.DONE, result={"said": "old"})
    job.refresh_from_db()
    assert (job.status, job.result) == (Status.QUEUED, None)


def test_a_stopped_job_is_not_tried_again(alice):
    job = begun(make_job(alice, "test.break"))
    services.cancel_job(job, at=timezone.now())
    stale(job)
    services.requeue_lost(at=timezone.now())
    job.refresh_from_db()
    assert job.status == Status.CANCELLED


def test_a_silent_job_that_lives_is_not_lost(alice):
    job = make_job(alice)
    stale(job, alive_at=timezone.now())
    assert services.requeue_lost(at=timezone.now()) == 0
    Job.objects.update(alive_at=timezone.now() - services.LOST_AFTER * 2)
    assert services.requeue_lost(at=timezone.now()) == 1


@pytest.mark.parametrize(("days", "kept"), [(89, True), (91, False)])
def test_work_that_ended_long_ago_is_forgotten_with_its_file(alice, days, kept):
    job = make_job(alice, upload=ContentFile(b"a book", name="book"))
    waiting = make_job(alice)
    stale(waiting, Status.QUEUED)
    then = timezone.now() - timedelta(days=days)
    Job.objects.filter(pk=job.pk).update(status=Status.DONE)
    Job.objects.update(updated_at=then)
    services.discard_old_jobs(at=timezone.now())
    assert Job.objects.filter(pk=job.pk).exists() == kept
    assert Job.objects.filter(pk=waiting.pk).exists()
    assert job.upload.storage.exists(job.upload.name) == kept


def test_what_a_job_was_is_forgotten_a_week_after_its_end(alice):
    job, waiting = make_job(alice), make_job(alice)
    Job.objects.filter(pk=job.pk).update(status=Status.DONE)
    JobUpdate.objects.update(at=timezone.now() - timedelta(days=8))
    services.discard_old_jobs(at=timezone.now())
    assert list(JobUpdate.objects.values_list("job", flat=True)) == [waiting.pk]


def test_a_writer_has_twenty_pieces_of_work_under_way_at_most(alice, bob):
    ended = make_job(alice)
    services.cancel_job(ended, at=timezone.now())
    for _ in range(quotas.MAX_IN_HAND):
        make_job(alice)
    with pytest.raises(TooMany, match="Twenty"):
        make_job(alice)
    with pytest.raises(TooMany):
        services.retry_job(ended)
    make_job(bob)


def test_the_files_kept_for_a_writer_are_bounded(alice, monkeypatch):
    monkeypatch.setattr(quotas, "MAX_STORED_BYTES", 10)
    first = make_job(alice, upload=ContentFile(b"a book", name="book"))
    with pytest.raises(Conflict) as refusal:
        make_job(alice, upload=ContentFile(b"book two", name="book"))
    assert refusal.value.code == "storage_full"
    services.discard_upload(first)
    make_job(alice, upload=ContentFile(b"book two", name="book"))


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
