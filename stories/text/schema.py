"""The editor's schema: what a chapter's HTML may hold and how it is written down.

The text of a chapter is the exact string that ProseMirror's DOMSerializer and ``innerHTML`` give
for the same document, because editor and server compare hashes of their own serialisations.
"""

import hashlib
import re
from dataclasses import dataclass, field

import nh3

TEXT_BLOCKS = ("p", "h2", "h3", "h4")
LISTS = ("ul", "ol")
CONTAINERS = ("blockquote", *LISTS, "li")
BLOCKS = (*TEXT_BLOCKS, *CONTAINERS, "hr")

# Outermost first. The editor's schema must declare its marks in this very order, because
# ProseMirror nests marks by their rank.
MARK_ORDER = ("a", "strong", "em", "u", "s", "small-caps", "code")

SMALL_CAPS = '<span class="small-caps">'
BLOCK_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
# Containers within containers; deeper ones are flattened into the innermost.
MAX_DEPTH = 100

BREAK = "\n"  # a run's text when the run is a hard break; other runs hold no line feed

Marks = tuple[str, ...]  # opening tags in MARK_ORDER
Run = tuple[str, Marks]

_SANITISER = nh3.Cleaner(
    tags={*BLOCKS, "br", "strong", "em", "u", "s", "code", "a", "span"},
    attributes={"a": {"href"}, **{tag: {"data-b"} for tag in BLOCKS}},
    allowed_classes={"span": {"small-caps"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)
_CLOSE = {SMALL_CAPS: "</span>"}


@dataclass(slots=True)
class Block:
    """A node of the document: text blocks hold runs, containers hold blocks."""

    tag: str
    block_id: str | None = None
    blocks: list["Block"] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def sanitise(html: str) -> str:
    """Let nothing but the allow-list pass: the security boundary. Leaves schema HTML as it is."""
    return _SANITISER.clean(html)


def content_hash(html: str) -> str:
    """Return the sha256 of the HTML as lower-case hex; its first 8 digits go into the ETag."""
    return hashlib.sha256(html.encode()).hexdigest()


def escape(text: str) -> str:
    """Escape text and attribute values as ``innerHTML`` does; tags are never built otherwise."""
    return (
        text.replace("&", "&amp;")
        .replace("\xa0", "&nbsp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
    )


def link_tag(href: str) -> str:
    """Return the opening tag of a link to an address that ``link_address`` has let pass."""
    return f'<a href="{escape(href)}">'


def close_tag(opening: str) -> str:
    """Return the end tag of a mark's opening tag."""
    if opening.startswith("<a "):
        return "</a>"
    return _CLOSE.get(opening) or f"</{opening[1:]}"


def serialise(blocks: list[Block]) -> str:
    """Write blocks as schema HTML."""
    return "".join(map(_block_html, blocks))


def _block_html(block: Block) -> str:
    identity = f' data-b="{block.block_id}"' if block.block_id else ""
    if block.tag == "hr":
        return f"<hr{identity}>"
    inner = inline_html(block.runs) if block.tag in TEXT_BLOCKS else serialise(block.blocks)
    return f"<{block.tag}{identity}>{inner}</{block.tag}>"


def inline_html(runs: list[Run]) -> str:
    """Write runs as ProseMirror does: marks that a run shares with the one before stay open."""
    out: list[str] = []
    active: Marks = ()
    for text, marks in runs:
        keep = shared_prefix(active, marks)
        out.extend(close_tag(mark) for mark in reversed(active[keep:]))
        out.extend(marks[keep:])
        out.append("<br>" if text == BREAK else escape(text))
        active = marks
    out.extend(close_tag(mark) for mark in reversed(active))
    return "".join(out)


def shared_prefix(left: Marks, right: Marks) -> int:
    """Return how many marks, from the outermost, two runs have in common."""
    shared = 0
    while shared < min(len(left), len(right)) and left[shared] == right[shared]:
        shared += 1
    return shared
