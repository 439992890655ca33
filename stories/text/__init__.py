"""Chapter text in all its forms: schema HTML (what is stored), plain text, Markdown. No Django."""

from stories.text.blocks import block_id, heading_text, top_blocks
from stories.text.clean import clean_content, clean_html
from stories.text.identity import with_ids
from stories.text.markdown import from_markdown, to_markdown
from stories.text.plain import excerpt, from_plain, to_text
from stories.text.schema import MARK_ORDER, content_hash

__all__ = [
    "MARK_ORDER",
    "block_id",
    "clean_content",
    "clean_html",
    "content_hash",
    "excerpt",
    "from_markdown",
    "from_plain",
    "heading_text",
    "to_markdown",
    "to_text",
    "top_blocks",
    "with_ids",
]
