"""The writer's portrait: uploaded, drawn anew, shown to herself and to nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import IO

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts import limits
from accounts.models import User
from nexus.lib.effects import after_commit
from nexus.lib.errors import NotFound
from nexus.lib.picture_files import discard_pictures, keep_picture, serve_picture, sweep
from nexus.lib.pictures import Frame, as_jpeg
from nexus.lib.storage import refusing_faults

FOLDER = "portraits"
# Square, and small enough to serve the header as well as its own page, on fine screens too.
SQUARE = Frame(256, 256, fills=True)


def set_portrait(user: User, *, file: IO[bytes]) -> None:
    """Make an uploaded picture the portrait.

    Raises Invalid or TooLarge for what is no picture for it, TooMany after too many of them, Busy
    when it cannot be kept. Then the portrait is as it was.
    """
    limits.picture(user.pk)
    picture = as_jpeg(file, SQUARE)
    with refusing_faults():
        put_portrait(user, picture)


def put_portrait(user: User, picture: bytes) -> None:
    """Make a JPEG of ours the portrait; OSError when it cannot be kept."""
    name = keep_picture(FOLDER, picture)
    try:
        _exchange(user, name)
    except BaseException:
        discard_pictures([name])
        raise


def remove_portrait(user: User) -> None:
    _exchange(user, "")


@transaction.atomic
def _exchange(user: User, name: str) -> None:
    before = User.objects.select_for_update(no_key=True).get(pk=user.pk).portrait.name
    User.objects.filter(pk=user.pk).update(portrait=name)
    user.portrait = name
    if before:
        after_commit(discard_pictures, [before])


def serve_portrait(request: HttpRequest, user: User) -> HttpResponseBase:
    """Answer with the asking writer's own portrait; NotFound when she has none."""
    missing = NotFound(_("There is no portrait yet."), code="no_portrait")
    if not user.portrait:
        raise missing
    try:
        return serve_picture(request, str(user.portrait.name))
    except FileNotFoundError as error:
        raise missing from error


def sweep_portraits(*, at: datetime) -> int:
    """Delete portraits that are nobody's any more."""
    return sweep(
        FOLDER, User.objects.exclude(portrait="").values_list("portrait", flat=True), at=at
    )
