"""Covers and the portrait: files that rows name, into the archive, back out of it, and away."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage

from accounts.models import User
from accounts.portraits import SQUARE, put_portrait
from nexus.account_data.archive import Archive
from nexus.lib.errors import DomainError
from nexus.lib.picture_files import name_of_size
from nexus.lib.pictures import Frame, as_jpeg
from stories.covers import LARGEST, SIZES, bring_cover
from stories.models import Story

if TYPE_CHECKING:
    from nexus.account_data.comeback import Comeback

PORTRAIT = "pictures/portrait.jpg"
COVERS = "pictures/covers"


def stored_names(owner: User) -> list[str]:
    """Return the names of all pictures of one writer, the smaller ones included."""
    covers = Story.objects.filter(owner=owner).exclude(cover="").values_list("cover", flat=True)
    names = [one for cover in covers for one in (*(name_of_size(cover, s) for s in SIZES), cover)]
    return [*names, str(owner.portrait.name)] if owner.portrait else names


def write_pictures(archive: Archive, owner: User) -> None:
    """Put the portrait and each story's cover into the archive, as they were drawn by us."""
    if owner.portrait:
        _copy(archive, PORTRAIT, str(owner.portrait.name))
    stories = Story.objects.visible_to(owner).exclude(cover="").order_by("created_at", "pk")
    for story_id, name in list(stories.values_list("pk", "cover")):
        _copy(archive, f"{COVERS}/{story_id}.jpg", name)


def _copy(archive: Archive, path: str, name: str) -> None:
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        return
    with file:
        archive.add_file(path, file)


def restore_pictures(into: Comeback) -> None:
    """Make the archive's pictures those of the account again; what is no picture stays out."""
    portrait = _drawn_anew(into, PORTRAIT, SQUARE)
    if portrait and not into.owner.portrait:
        put_portrait(into.owner, portrait)
    for (model, old), new in list(into.ids.items()):
        if model is Story and (picture := _drawn_anew(into, f"{COVERS}/{old}.jpg", LARGEST)):
            bring_cover(new, picture)


def _drawn_anew(into: Comeback, path: str, frame: Frame) -> bytes:
    if path not in into.archive:
        return b""
    try:
        return as_jpeg(io.BytesIO(into.archive.file(path)), frame)
    except DomainError:
        return b""
