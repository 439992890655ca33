"""Turn whatever arrives into schema HTML without eating a visible word."""

import re

from stories.text.builder import parse
from stories.text.plain import from_plain
from stories.text.schema import TEXT_BLOCKS, sanitise, serialise

# One text run exactly as the serialiser writes it.
_TEXT = r"(?:[^<>&\x00-\x1f\x7f-\xa0\ud800-\udfff\ufeff\ufffe\uffff]++|&(?:amp|lt|gt|nbsp);)"
_ID = r'(?: data-b="[A-Za-z0-9_-]{1,32}")?'
# Spelt out per tag: a group captured in a possessive repeat makes Python 3.11 raise SystemError.
# A mark that ends and begins again at once would have been written as one.
_RUN = rf"(?:{_TEXT}|<br>)++"
_INLINE = "|".join(
    [
        _TEXT,
        "<br>",
        *(rf"<{tag}>{_RUN}</{tag}>(?!<{tag}>)" for tag in ("em", "strong", "u", "s", "code")),
        rf"<strong><em>{_RUN}</em></strong>(?!<strong>)",
        rf'<span class="small-caps">{_RUN}</span>(?!<span)',
    ]
)
_FLAT = "|".join(rf"<{tag}{_ID}>(?:{_INLINE})*+</{tag}>" for tag in TEXT_BLOCKS) + rf"|<hr{_ID}>"
# Nearly every chapter an editor sends: recognised instead of rebuilt, it is cleaned four times as
# fast. Lists, links and richer marks take the long way.
_PLAIN_CHAPTER = re.compile(rf"(?:{_FLAT}|<blockquote{_ID}>(?:{_FLAT})++</blockquote>)*+")
_BLOCK_IDS = re.compile(r' data-b="([^"]+)"')

_EMPTY_CHAPTER = re.compile(rf"<p{_ID}></p>")

_OUR_TAGS = re.compile(
    r"</?(?:p|h[1-6]|blockquote|ul|ol|li|hr|br|strong|b|em|i|u|s|strike|del|ins|code|a|span|div"
    r"|pre|table|section|article|body|html)(?:\s[^<>]*+)?/?>",
    re.IGNORECASE,
)


def clean_html(raw: str) -> str:
    """Return the HTML as the editor's schema writes it.

    Unchanged when it already is so. Spaces are kept as typed; line feeds and tabs are layout of
    the source and collapse as in a browser. A block id that is malformed, or that an earlier
    block of the chapter bears, is dropped. An empty chapter is the empty string, as the editor
    writes it.
    """
    if _EMPTY_CHAPTER.fullmatch(raw):
        return ""
    if _is_plain_chapter(raw):
        return sanitise(raw)
    html = serialise(parse(raw))
    return "" if _EMPTY_CHAPTER.fullmatch(html) else sanitise(html)


def clean_content(raw: str) -> str:
    """Return schema HTML for HTML or for plain text, told apart by any tag of prose."""
    return clean_html(raw) if _OUR_TAGS.search(raw) else from_plain(raw)


def _is_plain_chapter(raw: str) -> bool:
    if not _PLAIN_CHAPTER.fullmatch(raw):
        return False
    block_ids = _BLOCK_IDS.findall(raw)
    return len(block_ids) == len(set(block_ids))
