"""The process that sets pages: it ends when told to, and a broken page is an error and no file."""

import io
import tempfile
from contextlib import contextmanager

import pytest

from jobs.work import JobCancelled
from stories.exporting.formats import pdf


@contextmanager
def as_file(text):
    with tempfile.TemporaryFile() as file:
        file.write(text)
        file.seek(0)
        yield file


def test_the_process_that_sets_pages_ends_with_whoever_waits_for_it():
    endless = b"#for a in range(99999) { for b in range(99999) { let c = a + b } }"
    started, target = [], io.BytesIO()

    def stop():
        started.append(True)
        raise JobCancelled

    with as_file(endless) as source, pytest.raises(JobCancelled):
        pdf.set_pages(source, target, stop)
    assert (started, target.getvalue()) == ([True], b"")


def test_what_cannot_be_set_is_an_error_and_no_file():
    target = io.BytesIO()
    with as_file(b"#panic()") as source, pytest.raises(RuntimeError, match="panic"):
        pdf.set_pages(source, target, lambda: None)
    assert target.getvalue() == b""
