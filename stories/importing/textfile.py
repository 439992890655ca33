"""Files that are text from end to end."""

from __future__ import annotations

from pathlib import Path

from stories.importing.book import ImportRefused

# About three million words; the longest novels have one and a half.
MAX_TEXT = 20 * 1024 * 1024


def read_bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_TEXT:
        raise ImportRefused(
            "This file holds more than 20 MB of text, more than Nexus imports at once."
        )
    return path.read_bytes()
