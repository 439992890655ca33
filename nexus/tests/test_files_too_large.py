"""What is too large to come in is said before it is sent, and with the way round."""

import pytest

from jobs.models import Job
from jobs.services import enqueue_job
from nexus.account_data.exports import KIND
from nexus.lib.errors import TooLarge
from stories import imports

pytestmark = pytest.mark.django_db


def test_the_page_names_the_bound_and_the_way_round_before_anything_is_sent(as_alice):
    page = as_alice.get("/import/").content.decode()
    assert "up to 50 MB" in page and f'data-most="{50 * 1024 * 1024}"' in page
    assert f'data-too-large="{imports.too_large()}"' in page
    assert "larger archive of Nexus comes back through whoever looks after this studio" in page


def test_a_larger_file_is_refused_with_the_same_words(alice):
    with pytest.raises(TooLarge, match="whoever looks after this studio"):
        imports.start_import(alice, file=_Huge(), filename="all.zip", story=None)


class _Huge:
    size = imports.MAX_FILE_BYTES + 1


@pytest.mark.parametrize(("size", "is_said"), [(50, False), (51, True)])
def test_an_archive_that_could_not_be_uploaded_again_says_so(as_alice, alice, size, is_said):
    job = enqueue_job(alice, kind=KIND)
    Job.objects.filter(pk=job.pk).update(upload="exports/x.zip", result={"bytes": size * 2**20})
    Job.objects.filter(pk=job.pk).update(status=Job.Status.DONE, finished_at=job.created_at)
    page = as_alice.get(f"/jobs/{job.pk}/").content.decode()
    assert "Everything of yours is in one file" in page
    assert ("larger than what Import takes" in page) == is_said
