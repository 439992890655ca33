"""A writer watches her own jobs; for a stranger they do not exist."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import quotas
from jobs.models import Job
from jobs.services import enqueue_job, run_job
from jobs.tests import test_job_life  # noqa: F401 - registers the kinds used here
from jobs.work import JobRefused, Shown, register_work

pytestmark = pytest.mark.django_db
Status = Job.Status


@register_work("test.file", label="File", show=lambda job: Shown(result_url="/take/it"))
def make_file(run):
    return {}


@pytest.fixture
def job(alice):
    return enqueue_job(alice, kind="test.echo", title="emma.epub")


def test_the_list_shows_own_jobs_newest_first(as_alice, job, alice, bob):
    newer = enqueue_job(alice, kind="test.echo", title="persuasion.epub")
    enqueue_job(bob, kind="test.echo", title="secret.epub")
    answer = as_alice.get("/jobs/")
    assert [card.id for card in answer.context["jobs"]] == [str(newer.pk), str(job.pk)]
    assert b"emma.epub" in answer.content and b"secret.epub" not in answer.content


def test_the_list_costs_the_same_for_many_jobs(as_alice, alice, django_assert_num_queries):
    for count in (1, 20):
        Job.objects.all().delete()
        for _ in range(count):
            enqueue_job(alice, kind="test.echo")
        with django_assert_num_queries(3):  # who, how many, which
            as_alice.get("/jobs/")


def test_an_empty_list_is_a_page(as_alice):
    assert as_alice.get("/jobs/").status_code == 200


def test_a_running_job_says_how_far_it_is(as_alice, job):
    Job.objects.update(status=Status.RUNNING, step=12, steps=61)
    page = as_alice.get(f"/jobs/{job.pk}/")
    assert "12 of 61 steps" in page.content.decode()
    assert page.context["job"].can_cancel and not page.context["job"].can_retry


def test_work_without_a_unit_says_how_far_it_is_in_percent(as_alice, alice):
    job = enqueue_job(alice, kind="test.file")
    for step, steps, said in ((0, 0, "0%"), (12, 61, "19%")):
        Job.objects.update(status=Status.RUNNING, step=step, steps=steps)
        assert f">{said}</span>" in as_alice.get(f"/jobs/{job.pk}/").content.decode()


@pytest.mark.parametrize(
    ("status", "can_cancel", "can_retry"),
    [
        (Status.QUEUED, True, False),
        (Status.RUNNING, True, False),
        (Status.DONE, False, False),
        (Status.FAILED, False, True),
        (Status.DEAD, False, True),
        (Status.CANCELLED, False, True),
    ],
)
def test_each_state_offers_what_can_be_done(as_alice, job, status, can_cancel, can_retry):
    Job.objects.update(status=status, error="Not a book." if status == Status.FAILED else "")
    page = as_alice.get(f"/jobs/{job.pk}/")
    shown = page.context["job"]
    assert (shown.can_cancel, shown.can_retry) == (can_cancel, can_retry)
    assert (f"/jobs/{job.pk}/cancel/" in page.content.decode()) == can_cancel
    assert (f"/jobs/{job.pk}/retry/" in page.content.decode()) == can_retry
    assert shown.sentence
    if status == Status.FAILED:
        assert shown.sentence == "Not a book."


def test_htmx_gets_the_moving_part_alone(as_alice, job):
    part = as_alice.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content
    assert b'id="job"' in part and b"<html" not in part


def test_a_job_of_a_kind_that_is_gone_still_has_its_page(as_alice, job):
    Job.objects.update(kind="old.kind", status=Status.DONE)
    assert as_alice.get(f"/jobs/{job.pk}/").status_code == 200
    assert as_alice.get("/jobs/").status_code == 200


def test_stop_and_try_again(as_alice, job):
    assert as_alice.post(f"/jobs/{job.pk}/cancel/").url == f"/jobs/{job.pk}/"
    assert Job.objects.get().status == Status.CANCELLED
    as_alice.post(f"/jobs/{job.pk}/retry/")
    assert Job.objects.get().status == Status.QUEUED


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_what_cannot_be_done_is_said(as_alice, job, verb):
    Job.objects.update(status=Status.DONE, finished_at=timezone.now())
    page = as_alice.post(f"/jobs/{job.pk}/{verb}/", follow=True)
    assert [str(message) for message in page.context["messages"]]
    assert Job.objects.get().status == Status.DONE


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_verbs_are_only_posted(as_alice, job, verb):
    assert as_alice.get(f"/jobs/{job.pk}/{verb}/").status_code == 405


def test_for_a_stranger_there_is_no_job(as_bob, job):
    assert as_bob.get(f"/jobs/{job.pk}/").status_code == 404
    for verb in ("cancel", "retry"):
        assert as_bob.post(f"/jobs/{job.pk}/{verb}/").status_code == 404
    assert Job.objects.get().status == Status.QUEUED


def test_a_visitor_is_sent_to_sign_in(client, job):
    for path in ("/jobs/", f"/jobs/{job.pk}/"):
        assert client.get(path).url.startswith("/accounts/login/")


def test_the_list_offers_what_can_be_done_and_comes_back_to_itself(as_alice, job):
    page = as_alice.get("/jobs/").content.decode()
    assert f"/jobs/{job.pk}/cancel/" in page and f"/jobs/{job.pk}/retry/" not in page
    assert as_alice.post(f"/jobs/{job.pk}/cancel/", {"from": "list"}).url == "/jobs/"
    page = as_alice.get("/jobs/").content.decode()
    assert f"/jobs/{job.pk}/retry/" in page and f"/jobs/{job.pk}/cancel/" not in page
    assert as_alice.post(f"/jobs/{job.pk}/retry/", {"from": "list"}).url == "/jobs/"


def test_the_list_hands_out_files_while_they_are_kept(as_alice, job):
    made = {"status": Status.DONE, "kind": "test.file", "upload": "exports/x.epub"}
    Job.objects.update(**made, finished_at=timezone.now())
    page = as_alice.get("/jobs/").content.decode()
    assert 'href="/take/it"' in page and "EPUB" in page
    Job.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert 'href="/take/it"' not in as_alice.get("/jobs/").content.decode()


@pytest.mark.parametrize("is_over", [False, True])
def test_without_a_script_the_pages_look_again_while_work_goes_on(as_alice, job, is_over):
    if is_over:
        Job.objects.update(status=Status.DONE)
    for path in ("/jobs/", f"/jobs/{job.pk}/"):
        page = as_alice.get(path).content.decode()
        assert ('http-equiv="refresh"' in page) != is_over
        assert ("hx-trigger" in page) != is_over


def test_a_pause_before_another_try_is_said(as_alice, job):
    Job.objects.update(retry_at=timezone.now())
    assert "tried again by itself" in as_alice.get(f"/jobs/{job.pk}/").content.decode()


def test_too_much_under_way_is_said_where_it_is_asked_for(as_alice, alice, job, monkeypatch):
    Job.objects.update(status=Status.FAILED)
    enqueue_job(alice, kind="test.echo")
    monkeypatch.setattr(quotas, "MAX_IN_HAND", 1)
    page = as_alice.post(f"/jobs/{job.pk}/retry/", follow=True)
    assert "let some finish" in page.content.decode()
    answer = as_alice.post(f"/api/v1/jobs/{job.pk}/retry")
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) == quotas.WAIT_SECONDS


@register_work("test.refuse", label="Refuse", instead=("jobs:list", "Choose another"))
def refuse(run):
    raise JobRefused("This is not a book.")


@pytest.mark.parametrize(("status", "is_shown"), [(Status.FAILED, True), (Status.DEAD, False)])
def test_a_refusal_leads_to_where_the_wish_can_be_made_anew(as_alice, alice, status, is_shown):
    job = enqueue_job(alice, kind="test.refuse")
    run_job(str(job.pk))
    Job.objects.update(status=status)
    page = as_alice.get(f"/jobs/{job.pk}/")
    button = '<a class="button button--primary" href="/jobs/">Choose another</a>'
    assert (button in page.content.decode()) == is_shown
    assert "This is not a book." in page.content.decode() and page.context["job"].can_retry
