"""The API of jobs, with every refusal."""

from uuid import uuid4

import pytest

from jobs.models import Job
from jobs.services import enqueue_job
from jobs.tests import test_job_life  # noqa: F401 - registers the kinds used here

pytestmark = pytest.mark.django_db
Status = Job.Status


@pytest.fixture
def job(alice):
    return enqueue_job(alice, kind="test.echo", title="emma.epub")


def test_the_list_has_own_jobs_in_pages(as_alice, alice, bob):
    jobs = [str(enqueue_job(alice, kind="test.echo").pk) for _ in range(5)]
    enqueue_job(bob, kind="test.echo")
    seen, cursor = [], ""
    while cursor is not None:
        page = as_alice.get("/api/v1/jobs", {"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += [job["id"] for job in page.json()["jobs"]]
        cursor = page.json()["next_cursor"]
    assert seen == jobs[::-1]


def test_the_list_costs_the_same_for_many_jobs(as_alice, alice, django_assert_num_queries):
    for count in (1, 10):
        for _ in range(count):
            enqueue_job(alice, kind="test.echo")
        with django_assert_num_queries(2):
            as_alice.get("/api/v1/jobs/")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor="])
def test_a_bad_query_is_422(as_alice, query):
    assert as_alice.get(f"/api/v1/jobs?{query}").status_code == 422


def test_one_job(as_alice, job):
    Job.objects.update(status=Status.RUNNING, step=1, steps=4)
    body = as_alice.get(f"/api/v1/jobs/{job.pk}").json()
    assert (body["id"], body["status"], body["progress"]) == (str(job.pk), "running", 25)
    assert (body["kind"], body["title"], body["result"]) == ("test.echo", "emma.epub", None)
    assert "parameters" not in body and "upload" not in body


def test_cancel_then_retry_then_conflict(as_alice, job):
    assert as_alice.post(f"/api/v1/jobs/{job.pk}/cancel").json()["status"] == "cancelled"
    assert as_alice.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 409
    assert as_alice.post(f"/api/v1/jobs/{job.pk}/retry").json()["status"] == "queued"
    answer = as_alice.post(f"/api/v1/jobs/{job.pk}/retry/")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ended")


@pytest.mark.parametrize(("method", "verb"), [("get", ""), ("post", "/cancel"), ("post", "/retry")])
def test_foreign_403_unknown_404_visitor_403(client, as_bob, as_alice, job, method, verb):
    assert getattr(as_bob, method)(f"/api/v1/jobs/{job.pk}{verb}").status_code == 403
    assert getattr(as_alice, method)(f"/api/v1/jobs/{uuid4()}{verb}").status_code == 404
    assert getattr(as_alice, method)(f"/api/v1/jobs/no-id{verb}").status_code == 404
    answer = getattr(client, method)(f"/api/v1/jobs/{job.pk}{verb}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_authenticated")


def test_another_method_is_405(as_alice, job):
    assert as_alice.delete(f"/api/v1/jobs/{job.pk}").status_code == 405
    assert as_alice.get(f"/api/v1/jobs/{job.pk}/cancel").status_code == 405
