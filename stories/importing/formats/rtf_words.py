"""What the control words of RTF mean, as far as a story needs them."""

from __future__ import annotations

from collections.abc import Mapping

from stories.importing.encoding import known_codec

# Written instead of a letter. "tab" is a space: tabs only indent.
LETTERS: Mapping[str, str] = {
    "tab": " ", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": "\u2003", "enspace": "\u2002",
    "qmspace": "\u2005", "zwj": "\u200d", "zwnj": "\u200c", "ltrmark": "\u200e",
    "rtlmark": "\u200f",
}  # fmt: skip
SIGNS: Mapping[str, str] = {"~": "\u00a0", "_": "\u2011", "-": "\u00ad", "\t": " "}
# Signs that a backslash makes plain text of.
LITERAL = frozenset("\\{}")
MARKS: Mapping[str, str] = {
    "i": "em", "b": "strong", "strike": "s", "striked": "s", "scaps": "small-caps",
    **dict.fromkeys(
        ("ul", "uld", "uldash", "uldashd", "uldashdd", "uldb", "ulhwave", "ulldash", "ulth",
         "ulthd", "ulthdash", "ulthdashd", "ulthdashdd", "ulthldash", "ululdbwave", "ulw",
         "ulwave"), "u",
    ),
}  # fmt: skip
# Groups whose text is not the story's. Groups that begin with \* and are not known go, too.
SKIPPED = frozenset((
    "colortbl", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr",
    "footerf", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "pict", "object",
    "nonshppict", "annotation", "atnid", "atnauthor", "atndate", "atnref", "atntime", "atnparent",
    "atnicn", "xe", "tc", "tcn", "rxe", "txe", "bkmkstart", "bkmkend", "do", "shpinst", "pntext",
    "NeXTGraphic", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "filetbl",
    "template", "private", "comment", "doccomm", "operator", "keywords", "subject", "company",
    "category", "manager", "falt", "panose",
))  # fmt: skip
# Groups that begin with \* and are read all the same.
STARRED = frozenset(("fldinst", "footnote"))
# Of these the writer is told.
LOST: Mapping[str, str] = {
    "pict": "picture", "shppict": "picture", "NeXTGraphic": "picture", "object": "media",
    "annotation": "comment",
}  # fmt: skip
CODE_PAGES: Mapping[str, str] = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
# The code page that the charset of a font stands for.
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437",
}  # fmt: skip
_PAGES = {936: "gb18030", 10000: "mac_roman", 65001: "utf-8"}


def codec_of_charset(charset: int) -> str | None:
    """Return the encoding of a font's charset; None for the document's own."""
    return _CHARSETS.get(charset)


def codec_of_page(page: int) -> str | None:
    """Return the encoding of a Windows code page; None for one that is not known."""
    return known_codec(_PAGES.get(page, f"cp{page}"))
