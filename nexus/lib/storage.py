"""The studio's files: uploads, exports and pictures, in a folder or in a bucket.

Whatever goes wrong with either comes out as an OSError. A bucket's is a StorageFault, which says in
a sentence what the host must mend. Nothing here is on the way of saving text.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from nexus.lib.errors import Busy

RETRY_AFTER = 60


class StorageFault(OSError):
    """The bucket did not do it; the words are for the host, and hold no key and no file's name."""

    def __init__(self, sentence: str, *, is_full: bool = False) -> None:
        super().__init__(sentence)
        self.is_full = is_full


def check_storage() -> str:
    """Return what is wrong with the bucket, "" when files can be kept or are in a folder."""
    checked = getattr(default_storage, "check", None)
    if checked is None:
        return ""
    try:
        checked()
    except StorageFault as fault:
        return str(fault)
    return ""


@contextmanager
def refusing_faults() -> Iterator[None]:
    """Answer a request whose file could not be kept or fetched: 503, in words for the writer.

    A file that is not there is no fault: FileNotFoundError goes through.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Busy(
            said(error), code="storage_unavailable", extra={"retry_after": RETRY_AFTER}
        ) from error


def said(error: OSError) -> str:
    """Say for a writer that files cannot be kept just now."""
    is_full = getattr(error, "is_full", False) or error.errno in {errno.ENOSPC, errno.EDQUOT}
    if is_full:
        return _(
            "There is no room for files any more; the host of this studio must make some. Your text"
            " is safe and is saved as ever."
        )
    return _(
        "Files cannot be kept or fetched just now. Your text is safe and is saved as ever; please"
        " try this again in a few minutes."
    )
