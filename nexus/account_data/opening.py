"""Open an archive nobody vouches for: is it one of ours, whole and unchanged, and what is in it?

Nothing is unpacked to the disk, and nothing is believed: a list is read row by row, and what comes
out of the zip is counted again, since a zip may lie about its sizes.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _

from nexus.account_data.archive import FORMAT, KIND, MANIFEST
from nexus.account_data.refusal import ArchiveRefused

MB = 1024 * 1024
MOST_ENTRIES = 30_000
MOST_UNPACKED = 2048 * MB
MOST_MANIFEST = 6 * MB
# A chapter takes 5 MB, and JSON may write each of its quotes as two characters.
MOST_ROW = 12 * MB
# What is left of a row without its texts; a million empty lists in it would fill the memory.
MOST_SHAPE = MB // 4
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
MOST_ROWS = 400_000
MOST_FILE = 5 * MB
PIECE = MB
# The end of a zip's table of contents, and where a comment may push it to.
END, END_MAGIC, END_REACHES = struct.Struct("<10xHL6x"), b"PK\x05\x06", 65_557
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True)
class OpenArchive:
    """A zip that says it is an archive of Nexus."""

    zip: zipfile.ZipFile
    manifest: dict[str, Any]

    def check(self, progress: Callable[[int, int], None]) -> None:
        """Compare every file with the manifest; ArchiveRefused for the first that differs.

        `progress` is told in megabytes, of how many.
        """
        listed = self._listed()
        there = {info.filename for info in self.zip.infolist()} - {MANIFEST}
        if there != set(listed) or len(there) + 1 != len(self.zip.infolist()):
            raise ArchiveRefused(
                _("Files are missing from this archive, or were added to it. It is not taken.")
            )
        total = sum(size for _digest, size in listed.values())
        if total > MOST_UNPACKED:
            raise ArchiveRefused(_("This archive unpacks to more than Nexus takes."))
        done = 0
        for path, (digest, size) in listed.items():
            if self._digest(path, size) != digest:
                message = _(
                    "%(file)s is not as it was when this archive was made. It is not taken."
                )
                raise ArchiveRefused(message % {"file": path})
            done += size
            progress(done // MB, total // MB + 1)

    def __contains__(self, path: str) -> bool:
        return path in self.zip.namelist()

    def rows(self, path: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a list one by one; none for a list that is not there."""
        if path not in self:
            return
        with self._reading(path) as stream:
            for number, row in enumerate(_rows(stream), start=1):
                if number > MOST_ROWS:
                    raise ArchiveRefused(_("%s is too long.") % path)
                yield row

    def values(self, path: str) -> dict[str, Any]:
        """Return the one object a file holds; an empty one when the file is not there."""
        if path not in self:
            return {}
        found = _parsed(self.file(path))
        return found if isinstance(found, dict) else {}

    def file(self, path: str) -> bytes:
        """Return a small file whole; ArchiveRefused when it is not there or not small."""
        if path not in self:
            raise ArchiveRefused(_("%s is missing from this archive.") % path)
        with self._reading(path) as stream:
            found = stream.read(MOST_FILE + 1)
        if len(found) > MOST_FILE:
            raise ArchiveRefused(_("%s is too long.") % path)
        return found

    def _listed(self) -> dict[str, tuple[str, int]]:
        try:
            return {
                str(one["path"]): (str(one["sha256"]), int(one["bytes"]))
                for one in self.manifest["files"]
            }
        except (KeyError, TypeError, ValueError) as error:
            raise ArchiveRefused(_("The manifest of this archive is damaged.")) from error

    def _digest(self, path: str, size: int) -> str:
        """Return the SHA-256 of a file, or nothing when it is longer than it says."""
        digest, read = hashlib.sha256(), 0
        with self._reading(path) as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                read += len(piece)
                if read > size:
                    return ""
        return digest.hexdigest()

    @contextmanager
    def _reading(self, path: str) -> Iterator[IO[bytes]]:
        try:
            with self.zip.open(path) as stream:
                yield stream
        except BROKEN as error:
            raise ArchiveRefused(_("%s in this archive is damaged.") % path) from error


def is_archive(file: IO[bytes]) -> bool:
    """Say whether a file is an archive of Nexus, of whichever version."""
    with suppress(ArchiveRefused), open_archive(file):
        return True
    return False


@contextmanager
def open_archive(file: IO[bytes]) -> Iterator[OpenArchive]:
    """Open an archive by its manifest; ArchiveRefused for what is none."""
    _refuse_long_table(file)
    file.seek(0)
    try:
        found = zipfile.ZipFile(file)
    except (*BROKEN, OSError, struct.error) as error:
        raise ArchiveRefused(_("This file is damaged or incomplete.")) from error
    with found:
        yield OpenArchive(found, _manifest(found))
    file.seek(0)


def refuse_other_versions(manifest: dict[str, Any]) -> None:
    """Raise ArchiveRefused for an archive that holds more, or less, than this Nexus reads."""
    form = manifest["format"]
    if form > FORMAT:
        raise ArchiveRefused(
            _("This archive was made by a newer Nexus. Please bring this studio up to date first.")
        )
    if form < FORMAT:
        raise ArchiveRefused(
            _(
                "This archive was made before archives could be brought back whole. Its stories "
                "can be imported one by one: each is in there as story.html."
            )
        )


def _refuse_long_table(file: IO[bytes]) -> None:
    """Look at the length of the table of contents before zipfile makes an object of each row."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_REACHES))
    tail = file.read()
    at = tail.rfind(END_MAGIC)
    if at < 0 or len(tail) - at < END.size:
        raise ArchiveRefused(_("This file is damaged or incomplete."))
    entries, table = END.unpack(tail[at : at + END.size])
    if entries > MOST_ENTRIES or table > MOST_ENTRIES * 400:
        raise ArchiveRefused(_("This file holds more files than an archive does."))


def _manifest(found: zipfile.ZipFile) -> dict[str, Any]:
    try:
        with found.open(MANIFEST) as stream:
            raw = stream.read(MOST_MANIFEST + 1)
    except (KeyError, *BROKEN) as error:
        raise ArchiveRefused(_("This is no archive of Nexus.")) from error
    manifest = _parsed(raw) if len(raw) <= MOST_MANIFEST else None
    if not isinstance(manifest, dict) or not _is_ours(manifest):
        raise ArchiveRefused(_("This is no archive of Nexus."))
    return manifest


def _is_ours(manifest: dict[str, Any]) -> bool:
    """The first format did not say its kind."""
    is_ours = str(manifest.get("made_by", "")).startswith("Nexus ")
    return is_ours and manifest.get("kind", KIND) == KIND and type(manifest.get("format")) is int


def _rows(stream: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Read a JSON array of one object to a line, as `Archive.add_json_list` writes it."""
    first = stream.readline(4)
    if first.strip() == b"[]":
        return
    damaged = ArchiveRefused(_("A list in this archive is not as Nexus writes it."))
    if first.strip() != b"[":
        raise damaged
    while (line := stream.readline(MOST_ROW)).strip() != b"]":
        is_flat = len(line) <= MOST_SHAPE or len(STRING.sub(b"", line)) <= MOST_SHAPE
        row = _parsed(line.strip().removesuffix(b",")) if is_flat else None
        if not isinstance(row, dict):
            raise damaged
        yield row


def _parsed(raw: bytes) -> Any:
    """Return what JSON says, or None for what is none; nesting without end is none either."""
    try:
        return json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")
