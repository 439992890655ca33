"""Bytes of unknown origin to text."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from stories.importing.book import ImportRefused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
# Enough to tell encodings apart; the detector's time grows with what it is given.
_SAMPLE = 60_000
UNREADABLE = (
    "The text of this file is in an encoding Nexus could not recognise. UTF-8 always works."
)


def decode(raw: bytes, *, markup: bool = False) -> str:
    """Return the text of `raw`: byte order mark, then declaration, then UTF-8, then a guess."""
    for bom, name in _BOMS:
        if raw.startswith(bom):
            return _decoded(raw, name)
    declared = _declared(raw[:2048]) if markup else None
    for name in filter(None, (declared, "utf-8")):
        try:
            return raw.decode(name).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return _guessed(raw)


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        raise ImportRefused(UNREADABLE) from error


def _declared(head: bytes) -> str | None:
    match = _DECLARED.search(head) or _META.search(head)
    if match is None:
        return None
    name = match[1].decode("ascii").lower()
    try:
        b"".decode(name)
    except LookupError:
        return None
    # A declaration that could be read byte by byte is not in a two-byte encoding, whatever it says.
    return None if name.startswith(("utf-16", "utf-32")) else name


def _guessed(raw: bytes) -> str:
    if raw[:4000].count(0) > 40:
        return _wide(raw)
    # The letters beyond ASCII decide, so sample from the first of them on.
    first = next((at for at, byte in enumerate(raw) if byte > 127), 0)
    start = max(0, first - 2_000)
    best = from_bytes(raw[start : start + _SAMPLE]).best()
    name = best.encoding if best is not None else "cp1252"
    if name in ("ascii", "utf_8") or name.startswith(("cp125", "latin")):
        name = name if name.startswith("cp125") and name != "cp1250" else "cp1252"
    return raw.decode(name, errors="replace")


def _wide(raw: bytes) -> str:
    little = raw[1:4000:2].count(0) > raw[0:4000:2].count(0)
    return _decoded(raw[: len(raw) // 2 * 2], "utf-16-le" if little else "utf-16-be")
