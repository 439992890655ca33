"""A zip written front to back, the same bytes for the same book."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo


class Bundle:
    """Open it as a context; at its end the zip is whole."""

    def __init__(self, target: IO[bytes], *, at: datetime) -> None:
        self._zip = ZipFile(target, "w", ZIP_DEFLATED)
        self._at = at.timetuple()[:6]

    def add(self, path: str, text: str, *, is_stored: bool = False) -> None:
        with self.opened(path, is_stored=is_stored) as write:
            write.write(text.encode("utf-8", "replace"))

    def add_picture(self, path: str, raw: bytes) -> None:
        """Put a JPEG in, which nothing would make smaller."""
        with self.opened(path, is_stored=True) as write:
            write.write(raw)

    @contextmanager
    def opened(self, path: str, *, is_stored: bool = False) -> Iterator[IO[bytes]]:
        info = ZipInfo(path, date_time=self._at)
        info.compress_type = ZIP_STORED if is_stored else ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self._zip.open(info, "w") as target:
            yield target

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()
