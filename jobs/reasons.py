"""Why work broke, for staff: the kind of failure and where, never a word of anybody's.

What an exception says may quote a title, a row or a file, so its message is left out; told are only
its class, the place in Nexus, and the codes that Postgres and the system gave.
"""

from __future__ import annotations

import os
from pathlib import Path
from traceback import walk_tb

from django.conf import settings

from nexus.lib.storage import StorageFault

LENGTH = 300
LONGEST_CHAIN = 3


def safe_reason(error: BaseException) -> str:
    """Return at most 300 characters: `OSError 13 Permission denied, jobs/files.py:80 open`."""
    told, at = _name(error), _place(error)
    cause, seen = error.__cause__, 1
    while cause is not None and seen < LONGEST_CHAIN:
        told += f" from {_name(cause)}"
        cause, seen = cause.__cause__, seen + 1
    return f"{told}, {at}"[:LENGTH] if at else told[:LENGTH]


def _name(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, StorageFault):
        # Its words are made for the host, and quote nothing.
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.errno:
        return f"{name} {error.errno} {os.strerror(error.errno)}"
    state = getattr(error, "sqlstate", None)
    return f"{name} {state}" if isinstance(state, str) else name


def _place(error: BaseException) -> str:
    """Return the innermost line of an app that the error went through, not of what is around it."""
    base, found = Path(settings.BASE_DIR), ""
    for frame, line in walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        is_ours = path.is_relative_to(base) and ".venv" not in path.parts
        if is_ours and path.parent != base / "nexus":
            found = f"{path.relative_to(base)}:{line} {frame.f_code.co_name}"
    return found
