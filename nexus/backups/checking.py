"""Is every file there that a row names? The part of `manage.py verify` that asks the storage."""

from __future__ import annotations

from django.core.files.storage import default_storage

from analytics.verify import MOST_EXAMPLES, Finding
from nexus.backups.contents import stored_names


def stored_files() -> Finding:
    """Look for each stored file; one that goes while we look is not missing, for its row goes too.

    Examples are names in the storage, which nobody can guess and which tell nothing of a book.
    """
    names = stored_names()
    missing = {name for name in names if not default_storage.exists(name)}
    if missing:
        missing &= set(stored_names())
    return Finding(
        "files: there where a row names them",
        len(names),
        len(missing),
        tuple(sorted(missing)[:MOST_EXAMPLES]),
    )
