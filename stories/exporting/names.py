"""Names of files that every disk takes."""

from __future__ import annotations

import re
import unicodedata

SLUG_LENGTH = 60
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return plain ASCII letters, digits and hyphens, "" when none are left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _OTHER.sub("-", plain.lower()).strip("-")[:SLUG_LENGTH].strip("-")


def file_name(title: str, *, number: int, digits: int, fallback: str) -> str:
    """Return “07-the-storm”, unique by its number."""
    return f"{number:0{digits}d}-{slug(title) or fallback}"
