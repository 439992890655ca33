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
# Python's own ways to write text down: no book is in them, and some take very long.
_TRICKS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
# Enough to tell encodings apart; the detector's time grows with what it is given.
_SAMPLE = 60_000
_MARKS = "“”‘’„‚«»‹›–—…·°§¡¿\u00a0"
_WESTERN = "àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿß"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ"
_LETTERS = tuple(
    (name, frozenset(letters + _MARKS))
    for name, letters in (
        ("cp1252", _WESTERN),
        ("mac_roman", _WESTERN),
        ("cp1250", "ąćęłńóśźżáäčďéěëíľĺňôŕřšťúůýžöüőűşţăâîß"),
        ("iso8859_2", "ąćęłńóśźżáäčďéěëíľĺňôŕřšťúůýžöüőűşţăâîß"),
        ("cp1254", "çğıöşüâî"),
        ("cp1251", _CYRILLIC),
        ("koi8_r", _CYRILLIC),
        ("cp1253", "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"),
    )
)
# Scripts of their own: words in them are not sprinkled with Latin letters.
_OWN_SCRIPT = {"cp1251", "koi8_r", "cp1253"}
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
    name = known_codec(match[1].decode("ascii"))
    # A declaration that could be read byte by byte is not in a two-byte encoding, whatever it says.
    return None if name and name.startswith(("utf-16", "utf-32")) else name


def known_codec(name: str) -> str | None:
    """Return Python's name for an encoding of text; None when there is none, or it is a trick."""
    try:
        found = codecs.lookup(name).name
        b"text".decode(found)  # an encoding of no text is refused only when there is some
    except LookupError:
        return None
    except UnicodeError:
        return None
    return None if found in _TRICKS else found


def _guessed(raw: bytes) -> str:
    if raw[:4000].count(0) > 40:
        return _wide(raw)
    # The letters beyond ASCII decide, so sample from the first of them on.
    first = next((at for at, byte in enumerate(raw) if byte > 127), 0)
    start = max(0, first - 2_000)
    return raw.decode(_likely(raw[start : start + _SAMPLE]), errors="replace")


def _likely(sample: bytes) -> str:
    """Weigh the encodings of one byte a letter by the letters prose uses; else ask a detector.

    The detector alone takes French for Baltic, and mixes up encodings that hold the same letters in
    swapped cases. Between equals the earlier in the list wins.
    """
    scores = {name: _score(sample, name, letters) for name, letters in _LETTERS}
    name = max(scores, key=scores.__getitem__)
    if scores[name] >= 0.9:
        return name
    for japanese in ("shift_jis", "euc_jp"):
        text = sample.decode(japanese, errors="ignore")
        if sum("\u3040" <= character <= "\u30ff" for character in text) > len(text) * 0.2:
            return japanese
    best = from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


def _score(sample: bytes, name: str, letters: frozenset[str]) -> float:
    """Return which share of the signs beyond ASCII is to be expected; capitals count half."""
    text = sample.decode(name, errors="replace")
    beyond = [sign for sign in text if sign > "\x7f"]
    usual = sum(sign in letters for sign in beyond)
    capitals = sum(sign.lower() in letters and sign not in letters for sign in beyond)
    if name in _OWN_SCRIPT and len(beyond) < sum(sign.isalpha() for sign in text) / 2:
        return 0
    return (usual + capitals / 2) / max(1, len(beyond))


def _wide(raw: bytes) -> str:
    little = raw[1:4000:2].count(0) > raw[0:4000:2].count(0)
    return _decoded(raw[: len(raw) // 2 * 2], "utf-16-le" if little else "utf-16-be")
