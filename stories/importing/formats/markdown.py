"""One Markdown file, CommonMark with strike-through, tables, foot notes and a front matter."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.blocks import NOTE_CLOSE, NOTE_OPEN, Block, Losses
from stories.importing.book import ImportRefused, Progress
from stories.importing.encoding import decode
from stories.importing.footnotes import Footnotes
from stories.importing.markup import parse_html
from stories.importing.textfile import read_bytes
from stories.importing.tree import TreeReader, block_html

MAX_MARKDOWN = 8 * 1024 * 1024
# Lines, and a third of the signs that may mean something: what reading takes time by. A novel of
# 250,000 words comes to some 40,000, wrapped by hand to 60,000.
MAX_WEIGHT = 150_000
_SIGNS = "*_`~[<"
OVERWROUGHT = "This file holds far more lines and signs than a book, so it was not read."
_FRONT = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_DEFINITION = re.compile(r"^\[\^([^\]\s]{1,60})\]:[ \t]*(.*(?:\n(?:[ ]{2,}|\t).+)*)", re.MULTILINE)
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")
_FIELD = re.compile(
    r"^(title|author|lang|language|part|book):[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE
)
# An empty heading is no heading: writers type "#" alone for a scene break.
_LONE_HASH = re.compile(r"^[ ]{0,3}#{1,3}[ \t]*$", re.MULTILINE)


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    raw = read_bytes(path)
    if len(raw) > MAX_MARKDOWN:
        raise ImportRefused(
            "This file holds more than 8 MB of Markdown, more than Nexus imports at once."
        )
    text = decode(raw)
    if weight_of(text) > MAX_WEIGHT:
        raise ImportRefused(OVERWROUGHT)
    manuscript = Manuscript("markdown")
    split_blocks(manuscript, blocks_of(text, manuscript, _FILE), split)
    return manuscript


def weight_of(text: str) -> int:
    """Return how much work a text is, in lines."""
    return text.count("\n") + text.count("\r") + sum(text.count(sign) for sign in _SIGNS) // 3


def blocks_of(text: str, manuscript: Manuscript, file: str) -> list[Block]:
    """Return the blocks of one file; its facts and notes go to the manuscript."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace(NOTE_OPEN, "").replace(NOTE_CLOSE, "")
    text = _without_front_matter(text, manuscript)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    text = _without_notes(text, manuscript, parser, file)
    root = parse_html(parser.render(_LONE_HASH.sub("* * *", text)))
    # Parsing markup removes non-characters, so the references travel as links until here.
    reader = TreeReader({}, manuscript.footnotes, manuscript.losses)
    return reader.read(root, file)


def facts_of(text: str) -> dict[str, str]:
    """Return what a front matter says, by the names of its fields in lower case; mostly nothing."""
    match = _FRONT.match(text.removeprefix("\ufeff"))
    return _facts(match[1]) if match else {}


_FILE = "page"


def _without_front_matter(text: str, manuscript: Manuscript) -> str:
    match = _FRONT.match(text)
    if match is None or not _FIELD.search(match[1]):
        return text
    fields = _facts(match[1])
    manuscript.title = fields.get("title", "")
    manuscript.author = fields.get("author", "")
    manuscript.language = fields.get("lang") or fields.get("language") or ""
    return text[match.end() :]


def _facts(front: str) -> dict[str, str]:
    return {name.lower(): _unquoted(given.strip()) for name, given in _FIELD.findall(front)}


def _unquoted(given: str) -> str:
    """Read a scalar: in double quotes as JSON has it, which is how YAML escapes, too."""
    if given.startswith('"'):
        with suppress(ValueError):
            return str(json.loads(given))
    return given.strip("\"'")


def _without_notes(text: str, manuscript: Manuscript, parser: MarkdownIt, file: str) -> str:
    notes = manuscript.footnotes
    for name, body in _DEFINITION.findall(text):
        key = f"{file}#{name}"
        notes.keys.add(key)
        page = parse_html(parser.render(re.sub(r"\n[ \t]+", "\n", body)) or "<p></p>")
        blocks = TreeReader({}, Footnotes(), Losses()).read(page, file)
        notes.texts[key] = [block_html(block) for block in blocks if block.is_text]
    if not notes.keys:
        return text

    def link(match: re.Match[str]) -> str:
        known = f"{file}#{match[1]}" in notes.keys
        return f'<a href="#{escape(match[1])}">*</a>' if known else match[0]

    return _REFERENCE.sub(link, _DEFINITION.sub("", text))
