"""Schema HTML made ready for pages and e-books."""

from __future__ import annotations

import re
from html import escape

from stories.exporting.book import Chapter
from stories.text import clean_html
from stories.text.blocks import passages

_HEADING = re.compile(r"(</?h)([2-4])(?=>)")
_VOID = re.compile(r"<(br|hr)>")
DEEPEST = 6


def body_of(chapter: Chapter, *, deeper: int = 0) -> str:
    """Return a chapter's text, cleaned once more, without block ids, headings moved down."""
    html = "".join(passage.plain for passage in passages(clean_html(chapter.content)))
    return moved_down(html, deeper) if deeper else html


def moved_down(html: str, levels: int) -> str:
    def lower(match: re.Match[str]) -> str:
        return f"{match[1]}{min(int(match[2]) + levels, DEEPEST)}"

    return _HEADING.sub(lower, html)


def as_xhtml(html: str) -> str:
    """Close what XML wants closed; schema HTML is well formed but for that."""
    return _VOID.sub(r"<\1/>", html).replace("&nbsp;", "&#160;")


def said(text: str) -> str:
    """Escape text for an element or an attribute."""
    return escape(text)
