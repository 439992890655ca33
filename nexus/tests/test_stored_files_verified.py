"""`manage.py verify` asks the storage for each file that a row names."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from jobs.models import Job
from nexus.backups.checking import stored_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(alice, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    job = Job(owner=alice, kind="account.export", status=Job.Status.DONE)
    job.upload.save("book.epub", ContentFile(b"a book"))
    return job


def test_files_that_are_there_are_counted(job):
    found = stored_files()
    assert (found.checked, found.wrong) == (1, 0)


def test_one_that_is_gone_is_named_and_ends_the_command_with_1(job):
    job.upload.storage.delete(job.upload.name)
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("verify", stdout=out)
    assert refusal.value.returncode == 1
    assert "files: there where a row names them" in out.getvalue()
    assert job.upload.name in out.getvalue()


def test_one_whose_row_goes_while_it_is_looked_for_is_not_missing(job, monkeypatch):
    class Going:
        @staticmethod
        def exists(name):
            Job.objects.all().delete()
            return False

    monkeypatch.setattr("nexus.backups.checking.default_storage", Going)
    assert stored_files().wrong == 0
