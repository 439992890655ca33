"""A zip written front to back, with a manifest of what is in it. Knows nothing of stories."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.text import slugify

MANIFEST = "manifest.json"
# What a manifest says of its zip; the format moves when an older Nexus could not read it.
KIND, FORMAT = "nexus-archive", 2
SLUG_LENGTH = 60
PIECE = 1024 * 1024
# A spreadsheet takes a cell that begins with one of these for a formula, and may run it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Entry:
    """One file while it is written: text goes in, its size and digest are kept."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, text: str) -> int:
        # A lone surrogate, which UTF-8 has no bytes for, must not cost a writer her archive.
        self.write_bytes(text.encode("utf-8", "replace"))
        return len(text)

    def write_bytes(self, raw: bytes) -> None:
        self._digest.update(raw)
        self.size += len(raw)
        self._target.write(raw)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Archive:
    """Writes one file after the other, each straight to its place; only the manifest is kept."""

    def __init__(self, target: IO[bytes], *, at: datetime) -> None:
        self._zip = ZipFile(target, "w", ZIP_DEFLATED)
        self._at = at
        self.files: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, int] = {}

    @contextmanager
    def entry(self, path: str) -> Iterator[Entry]:
        """Open a file of the zip; ValueError when the path is taken or could leave its folder."""
        if path in self.files or path.startswith("/") or ".." in path.split("/"):
            raise ValueError(f"No file can be written at {path}")
        info = ZipInfo(path, date_time=self._at.timetuple()[:6])
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
        with self._zip.open(info, "w") as target:
            entry = Entry(target)
            yield entry
        self.files[path] = {"sha256": entry.sha256, "bytes": entry.size}

    def add_json(self, path: str, value: object) -> None:
        with self.entry(path) as entry:
            entry.write(dump(value, indent=2) + "\n")

    def add_json_list(self, path: str, rows: Iterable[object]) -> None:
        """Write rows as they come, one to a line; the file as a whole is a JSON array."""
        with self.entry(path) as entry:
            count = 0
            for count, row in enumerate(rows, start=1):
                entry.write(("[\n" if count == 1 else ",\n") + dump(row))
            entry.write("\n]\n" if count else "[]\n")
        self.rows[path] = count

    def add_file(self, path: str, source: IO[bytes]) -> None:
        """Copy a stored file, such as a picture."""
        with self.entry(path) as entry:
            while piece := source.read(PIECE):
                entry.write_bytes(piece)

    def add_csv(self, path: str, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        with self.entry(path) as entry:
            writer = csv.writer(entry)
            writer.writerow(names)
            writer.writerows([cell(row[name]) for name in names] for row in rows)

    def close(self, about: Mapping[str, Any]) -> None:
        """Write the manifest, which names every file but itself, and end the zip."""
        about = {"kind": KIND, "format": FORMAT, **about, "rows": self.rows}
        files = [{"path": path, **facts} for path, facts in sorted(self.files.items())]
        with io.TextIOWrapper(self._zip.open(MANIFEST, "w"), "utf-8") as manifest:
            manifest.write(dump({**about, "files": files}, indent=2) + "\n")
        self._zip.close()


class ExactEncoder(DjangoJSONEncoder):
    """Times to the microsecond: the statistics of an archive that comes back are the same."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def cell(value: Any) -> str:
    """Return a value for a CSV; text that a spreadsheet would run gets a quote before it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return str(value)


def dump(value: object, *, indent: int | None = None) -> str:
    return json.dumps(value, cls=ExactEncoder, ensure_ascii=False, indent=indent)


def file_name(number: int, title: str, *, fallback: str) -> str:
    """Return “007-the-storm”: plain ASCII, safe on every disk, unique by its number."""
    slug = slugify(title)[:SLUG_LENGTH].strip("-_") or fallback
    return f"{number:03d}-{slug}"
