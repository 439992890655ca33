"""A small book, and the pages by which it comes in."""

from django.core.files.uploadedfile import SimpleUploadedFile

from jobs import services
from jobs.models import Job
from stories.models import Chapter

BOOK = "# One\n\nFour words stand here.\n\n# Two\n\nAnd *five* more of them.\n\n# Three\n\nEnd.\n"


def upload(client, content=BOOK, name="salt-road.md", **fields):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    answer = client.post("/import/", {"file": file, **fields})
    assert answer.status_code == 302, answer.context["form"].errors
    return Job.objects.get(pk=answer.url.strip("/").split("/")[1])


def read(client, *args, **fields):
    job = upload(client, *args, **fields)
    services.run_job(str(job.pk))
    job.refresh_from_db()
    return job


def apply(client, job, **fields):
    fields = {"title": "The Salt Road", "chapters": ["0", "1", "2"]} | fields
    answer = client.post(f"/import/{job.pk}/apply/", fields)
    writing = Job.objects.get(pk=answer.url.strip("/").split("/")[1])
    services.run_job(str(writing.pk))
    writing.refresh_from_db()
    return writing


def titles():
    return list(Chapter.objects.in_order().values_list("title", flat=True))
