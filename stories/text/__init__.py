"""Chapter text in all its forms: schema HTML (what is stored), plain text, Markdown. No Django."""

from stories.text.clean import clean_content, clean_html
from stories.text.identity import with_ids
from stories.text.markdown import from_markdown, to_markdown
from stories.text.plain import excerpt, from_plain, to_text
from stories.text.schema import MARK_ORDER, content_hash

__all__ = [
    "MARK_ORDER",
    "clean_content",
    "clean_html",
    "content_hash",
    "excerpt",
    "from_markdown",
    "from_plain",
    "to_markdown",
    "to_text",
    "with_ids",
]
