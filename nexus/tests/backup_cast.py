"""What the tests of backups have to back up."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from jobs.models import Job
from stories.models import Chapter, Story


def write_something(owner):
    """Write a story with a chapter, a stored file that a job names and one that nobody names.

    Return the job.
    """
    story = Story.objects.create(owner=owner, title="The lighthouse")
    Chapter.objects.create(story=story, title="One", position=0)
    job = Job(owner=owner, kind="account_export", status=Job.Status.DONE)
    job.upload.save("book.epub", ContentFile(b"\0a book" * 1000))
    default_storage.save("exports/orphan.zip", ContentFile(b"nobody's"))
    return job
