"""Open a zip nobody vouches for.

Nothing is ever written to disk. Every number the archive claims about itself is checked before
it is believed, and what is really inflated is counted again, because the claims may lie.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stories.importing.book import ImportRefused

MB = 1024 * 1024
MAX_FILE = 200 * MB
MAX_TOTAL = 300 * MB
# A Scrivener project has five files a scene, and macOS puts a shadow beside each in a zip.
MAX_ENTRIES = 30_000
MAX_TEXT_ENTRY = 20 * MB
MAX_TEXT_TOTAL = 60 * MB
# Prose deflates about 3:1 and repeated markup about 30:1; 200:1 on more than a megabyte is a bomb.
MAX_RATIO = 200
RATIO_FLOOR = MB
MAX_DIRECTORY = MAX_ENTRIES * 400

# End of central directory: only the number of entries and the size of their table are of interest.
_END = struct.Struct("<10xHL6x")
_END_MAGIC = b"PK\x05\x06"
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DRIVE = re.compile(r"[A-Za-z]:")

BOMB = "This file unpacks to far more than a book holds, so it was not opened."
DAMAGED = "This file is damaged or incomplete. Please save or download it again and retry."
ENCRYPTED = "This file is protected by a password or copy protection, so its text cannot be read."
UNSAFE_NAME = "This file holds names that point outside of itself, so it was not opened."


class Archive:
    """A checked zip, read by name, never extracted."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._by_name = {info.filename: info for info in file.infolist()}
        self._read = 0

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    @property
    def names(self) -> list[str]:
        return list(self._by_name)

    def size_of(self, name: str) -> int:
        """Return what an entry claims to hold, in bytes; 0 without such an entry."""
        info = self._by_name.get(name)
        return info.file_size if info else 0

    def read(self, name: str) -> bytes:
        """Return one entry; refuse when it, or all read so far, outgrows what text can be."""
        info = self._by_name.get(name)
        if info is None:
            raise ImportRefused(DAMAGED)
        if info.file_size > MAX_TEXT_ENTRY:
            raise ImportRefused(BOMB)
        try:
            with self._file.open(info) as stream:
                content = stream.read(MAX_TEXT_ENTRY + 1)
        except RuntimeError as error:
            raise ImportRefused(ENCRYPTED) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise ImportRefused(DAMAGED) from error
        self._read += len(content)
        if len(content) > MAX_TEXT_ENTRY or self._read > MAX_TEXT_TOTAL:
            raise ImportRefused(BOMB)
        return content


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    _check_directory_size(path)
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise ImportRefused(DAMAGED) from error
    with file:
        _check_entries(file.infolist())
        yield Archive(file)


def _check_directory_size(path: Path) -> None:
    """Refuse a huge table of contents before zipfile builds an object for each of its rows."""
    size = path.stat().st_size
    if size > MAX_FILE:
        raise ImportRefused("This file is larger than 200 MB, more than Nexus imports.")
    with path.open("rb") as stream:
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise ImportRefused(DAMAGED)
    entries, directory = _END.unpack(tail[at : at + _END.size])
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY:
        raise ImportRefused(
            f"This file holds more than {MAX_ENTRIES:,} entries; a book has a few hundred."
        )


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise ImportRefused(
            f"This file holds more than {MAX_ENTRIES:,} entries; a book has a few hundred."
        )
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise ImportRefused(BOMB)
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise ImportRefused(ENCRYPTED)
    if _is_unsafe(entry):
        raise ImportRefused(UNSAFE_NAME)
    if entry.compress_type not in _METHODS:
        raise ImportRefused("This file is packed in a way Nexus does not read.")
    if entry.file_size > RATIO_FLOOR and entry.file_size > MAX_RATIO * entry.compress_size:
        raise ImportRefused(BOMB)


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    # orig_filename still holds what zipfile tidied away, such as a NUL and what follows it.
    name = entry.orig_filename.replace("\\", "/")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return True
    return (
        name.startswith("/") or bool(_DRIVE.match(name)) or ".." in name.split("/") or "\0" in name
    )
