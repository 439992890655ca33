"""Bytes, code pages and escapes of RTF to letters."""

from __future__ import annotations

from stories.importing.formats.rtf_words import codec_of_charset, codec_of_page
from stories.importing.markup import FORBIDDEN

# No writer lets more than a few signs stand in for one letter.
MAX_STAND_IN = 16


class Letters:
    """Gathers the bytes of running text until something else comes, then decodes them at once.

    Half of a letter of two bytes may be written plainly and the other half in hexadecimal.
    """

    def __init__(self) -> None:
        self.codec = "cp1252"
        self.first_font = 0
        self._fonts: dict[int, str] = {}
        self._raw: list[str] = []
        self._to_skip = 0
        self._high = 0

    def take(self, raw: str) -> None:
        """Add bytes (as Latin-1), but for those that stand in for a letter given by number."""
        if self._to_skip:
            skipped = min(self._to_skip, len(raw))
            self._to_skip -= skipped
            raw = raw[skipped:]
        if raw:
            self._raw.append(raw)

    def passes_sign(self) -> bool:
        """Say whether a control sign stands in for a letter, and count it."""
        if self._to_skip:
            self._to_skip -= 1
            return True
        return False

    def flush(self, font: int) -> str:
        """Return the text gathered so far; nothing stands in for a letter beyond this point."""
        self._to_skip = 0
        if not self._raw:
            return ""
        raw, self._raw = "".join(self._raw).encode("latin-1"), []
        codec = self._fonts.get(font if font >= 0 else self.first_font, self.codec)
        return FORBIDDEN.sub("", raw.decode(codec, errors="replace"))

    def numbered(self, number: int, stand_in: int) -> str:
        """Return the letter of a UTF-16 unit, "" for the first half of one."""
        unit = number & 0xFFFF
        self._to_skip = stand_in
        high, self._high = self._high, 0
        if 0xD800 <= unit < 0xDC00:
            self._high = unit
            return ""
        if 0xDC00 <= unit < 0xE000:
            return chr(0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00) if high else ""
        return FORBIDDEN.sub("", chr(unit))

    def set_page(self, page: int) -> None:
        self.codec = codec_of_page(page) or self.codec

    def set_font(self, font: int, *, charset: int | None = None, page: int | None = None) -> None:
        """Note down the encoding of a font of the font table."""
        codec = codec_of_charset(charset) if charset is not None else codec_of_page(page or 0)
        if codec:
            self._fonts[font] = codec
