"""Pictures of ours in the storage, each under a name nobody can guess, shown to their owner alone.

A picture never changes under its name: a new one gets a new name, so that whatever a browser keeps
of it stays right. Smaller ones lie beside it and can be made again from it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from nexus.lib.storage import refusing_faults

# How long a picture that no row names may be one whose row is just being written.
FRESH = timedelta(days=1)
# A year. Private: no proxy keeps it. With `Vary: Cookie` nobody finds it who signs in next.
KEPT_BY_BROWSERS = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
logger = structlog.get_logger("nexus.pictures")


def keep_picture(folder: str, data: bytes) -> str:
    """Store a JPEG of ours and return its name; OSError when it cannot be kept."""
    return default_storage.save(f"{folder}/{secrets.token_hex(16)}.jpg", ContentFile(data))


def version_of(name: str) -> str:
    """Return what tells a picture from the one before and after it, for its address."""
    return PurePosixPath(name).stem


def name_of_size(name: str, size: str) -> str:
    """Return the name of a smaller picture beside the one of this name."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-{size}.webp"))


def keep_size(name: str, size: str, data: bytes) -> None:
    """Store a smaller picture; when another worker was faster, one of the two stays."""
    wanted = name_of_size(name, size)
    kept = default_storage.save(wanted, ContentFile(data))
    if kept != wanted:
        default_storage.delete(kept)


def read_picture(name: str) -> bytes:
    """Return a stored picture; FileNotFoundError when there is none, OSError when it is away."""
    with default_storage.open(name) as file:
        return file.read()


def discard_pictures(names: Iterable[str], sizes: Iterable[str] = ()) -> None:
    """Delete pictures and what lies beside them; what fails now is swept up one night."""
    try:
        for name in filter(None, names):
            for one in (*(name_of_size(name, size) for size in sizes), name):
                default_storage.delete(one)
    except OSError as error:
        logger.warning("picture_left", cause=type(error).__name__)


def sweep(folder: str, named: Iterable[str], *, at: datetime) -> int:
    """Delete what lies in a folder and belongs to no picture that a row names; return how many."""
    versions = {version_of(name) for name in named}
    try:
        _folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    count = 0
    for file in files:
        path = f"{folder}/{file}"
        is_named = version_of(file).partition("-")[0] in versions
        if not is_named and default_storage.get_modified_time(path) < at - FRESH:
            default_storage.delete(path)
            count += 1
    return count


def serve_picture(request: HttpRequest, name: str, *, is_lasting: bool = True) -> HttpResponseBase:
    """Answer with a stored picture, to whoever the caller has found to own it.

    A browser keeps it where the address names this very picture, as `?v=`, and it is the one that
    was wanted (`is_lasting`); otherwise it asks again each time. FileNotFoundError when there
    is none, Busy while it cannot be fetched.
    """
    stem = PurePosixPath(name).stem
    etag = f'"{stem}"'
    is_lasting = is_lasting and request.GET.get("v") == stem.partition("-")[0]
    unchanged: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    response = _whole(name) if unchanged is None else unchanged
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = KEPT_BY_BROWSERS if is_lasting else ASK_AGAIN
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def _whole(name: str) -> FileResponse:
    with refusing_faults():
        file = default_storage.open(name)
    # However slowly it is looked at: none of the few connections waits for its end.
    if not connection.in_atomic_block:
        connection.close()
    kind = "image/webp" if name.endswith(".webp") else "image/jpeg"
    shown = f"picture{PurePosixPath(name).suffix}"
    return FileResponse(file, as_attachment=True, filename=shown, content_type=kind)
