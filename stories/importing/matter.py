"""Recognise what stands around a story without being part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from stories.importing.blocks import Block
from stories.importing.headings import title_key

_TYPES = {
    "titlepage": "Title page", "halftitlepage": "Half-title page", "imprint": "Imprint",
    "copyright-page": "Copyright page", "colophon": "Colophon", "toc": "Contents",
    "toc-brief": "Contents", "landmarks": "Contents", "page-list": "Contents",
    "loi": "List of illustrations", "lot": "List of tables", "cover": "Cover",
    "dedication": "Dedication", "acknowledgments": "Acknowledgements", "index": "Index",
    "other-credits": "Credits", "contributors": "Credits", "bibliography": "Bibliography",
    "seriespage": "Series page", "title-page": "Title page", "copyright": "Copyright page",
    "acknowledgements": "Acknowledgements", "frontispiece": "Frontispiece", "errata": "Errata",
}  # fmt: skip
_TITLES = {
    "cover": "Cover", "title page": "Title page", "titlepage": "Title page",
    "half title": "Half-title page", "halftitle": "Half-title page",
    "half-title": "Half-title page",
    "copyright": "Copyright page", "copyright page": "Copyright page",
    "copyright notice": "Copyright page",
    "imprint": "Imprint", "colophon": "Colophon", "uncopyright": "Copyright page",
    "contents": "Contents", "table of contents": "Contents", "inhalt": "Contents",
    "inhaltsverzeichnis": "Contents", "table des matières": "Contents", "índice": "Contents",
    "contents.": "Contents", "list of illustrations": "List of illustrations",
    "illustrations": "List of illustrations", "dedication": "Dedication",
    "acknowledgements": "Acknowledgements", "acknowledgments": "Acknowledgements",
    "about the author": "About the author", "about the publisher": "About the publisher",
    "also by this author": "Other books", "also by the author": "Other books",
    "by the same author": "Other books", "transcriber's note": "Transcriber’s note",
    "transcriber’s note": "Transcriber’s note", "transcriber's notes": "Transcriber’s note",
    "transcriber’s notes": "Transcriber’s note",
    "the full project gutenberg license": "Project Gutenberg licence",
    "the full project gutenberg™ license": "Project Gutenberg licence",
}  # fmt: skip
_STEMS = {
    "cover": "Cover", "titlepage": "Title page", "title": "Title page", "title-page": "Title page",
    "copyright": "Copyright page", "toc": "Contents", "nav": "Contents", "colophon": "Colophon",
    "imprint": "Imprint", "uncopyright": "Copyright page", "halftitle": "Half-title page",
    "halftitlepage": "Half-title page", "half-title": "Half-title page", "dedication": "Dedication",
}  # fmt: skip
_START = re.compile(r"\*{3} ?START OF TH(?:E|IS) PROJECT GUTENBERG EBOOK", re.IGNORECASE)
_END = re.compile(r"\*{3} ?END OF TH(?:E|IS) PROJECT GUTENBERG EBOOK", re.IGNORECASE)
GUTENBERG = "Project Gutenberg licence"


def reason_of_types(types: Iterable[str]) -> str | None:
    """Return what a page is, by its declared types; None when it may be story."""
    return next((_TYPES[kind] for kind in types if kind in _TYPES), None)


def reason_of_title(title: str) -> str | None:
    key = title_key(title)
    if key.startswith("also by "):
        return "Other books"
    return _TITLES.get(key)


def reason_of_file(path: str, words: int) -> str | None:
    """Judge by the file's name, only for short pages: `title.xhtml` may hold a whole book."""
    stem = path.rpartition("/")[2].rpartition(".")[0].lower()
    return _STEMS.get(stem) if words < 600 else None


def without_gutenberg(blocks: list[Block]) -> tuple[list[Block], list[Block]]:
    """Split off the licence before the start mark and after the end mark: story, licence."""
    start, end = 0, len(blocks)
    for at, block in enumerate(blocks):
        if len(block.text) > 400 or "***" not in block.text:
            continue
        if _START.search(block.text):
            start = at + 1
        elif _END.search(block.text):
            end = at
            break
    return blocks[start:end], [*blocks[:start], *blocks[end:]]
