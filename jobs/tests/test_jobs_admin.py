"""Staff see that work failed, whose and why, and try it again; not what it is about."""

import pytest
from django.core.files.base import ContentFile

from jobs.models import Job
from jobs.services import enqueue_job
from jobs.tests import test_job_life  # noqa: F401 - registers the kinds used here

pytestmark = pytest.mark.django_db
TITLE, ERROR = "canarytitle", "canaryerror"


@pytest.fixture
def dead(alice):
    job = enqueue_job(alice, kind="test.echo", title=TITLE, upload=ContentFile(b"x", name="x"))
    reason = "OSError 28 No space left on device, jobs/files.py:120 keep_file"
    Job.objects.update(status=Job.Status.DEAD, error=ERROR, reason=reason, attempts=4)
    job.refresh_from_db()
    return job


def test_a_dead_job_is_found_with_its_owner_and_reason_and_without_its_title(
    as_carol, alice, bob, dead
):
    enqueue_job(bob, kind="test.echo")
    for path in ("?status__exact=dead", f"{dead.pk}/change/"):
        page = as_carol.get(f"/admin/jobs/job/{path}").content.decode()
        assert alice.email in page and "No space left" in page
        assert TITLE not in page and ERROR not in page and bob.email not in page


def test_a_dead_job_is_tried_again_from_the_beginning(as_carol, dead):
    form = {"action": "retry", "_selected_action": str(dead.pk)}
    as_carol.post("/admin/jobs/job/", form)
    dead.refresh_from_db()
    assert (dead.status, dead.attempts, dead.reason, dead.error) == ("queued", 0, "", "")


def test_a_job_that_staff_delete_takes_its_file_along(as_carol, dead):
    as_carol.post(f"/admin/jobs/job/{dead.pk}/delete/", {"post": "yes"})
    assert not Job.objects.exists()
    assert not dead.upload.storage.exists(dead.upload.name)


def test_the_writer_reads_a_sentence_and_never_the_reason(as_alice, dead):
    answers = [f"/jobs/{dead.pk}/", "/jobs/", f"/api/v1/jobs/{dead.pk}", "/api/v1/jobs"]
    for path in answers:
        said = as_alice.get(path).content.decode()
        assert ERROR in said and "No space" not in said
