"""Find foot notes, so that each can be moved to the end of the chapter that refers to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from stories.importing.markup import Element, local_name

EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_NOTE_TYPES = {"footnote", "endnote", "rearnote", "note", "doc-footnote", "doc-endnote"}
_LIST_TYPES = {"footnotes", "endnotes", "rearnotes", "doc-endnotes"}
_BACK = re.compile(r"[\[(]?[\d*†‡↑↩⤴^]{0,5}[\])]?[.:]?\ufe0e?")


@dataclass
class Footnotes:
    """Keys are `file#id`. `keys` is filled by a first look, `texts` while reading."""

    keys: set[str] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def look_over(self, root: Element, file: str) -> None:
        """Note down which elements of this page, or of others, are notes."""
        for element in root.iter():
            kinds = types_of(element)
            if "noteref" in kinds or "doc-noteref" in kinds or _is_reference(element):
                self.keys.add(resolve(file, element.get("href", "")))
            elif element.get("id") and (kinds & _NOTE_TYPES or _is_listed(element)):
                self.keys.add(f"{file}#{element.get('id')}")

    def key_of(self, element: Element, file: str) -> str | None:
        """Return the key if this element is a note: by its own id or that of its first child."""
        first = element[0] if len(element) else element
        holds_number = local_name(first) in ("a", "span", "sup")
        for candidate in (element, first) if holds_number else (element,):
            identifier = candidate.get("id") or candidate.get("name")
            if identifier and f"{file}#{identifier}" in self.keys:
                return f"{file}#{identifier}"
        return None

    def target_of(self, link: Element, file: str) -> str | None:
        href = link.get("href", "")
        key = resolve(file, href) if "#" in href else ""
        return key if key in self.keys else None


def may_have_notes(raw: bytes) -> bool:
    return any(word in raw for word in (b"noteref", b"footnote", b"endnote", b"rearnote"))


def types_of(element: Element) -> set[str]:
    kinds = element.get(EPUB_TYPE) or element.get("epub:type", "")
    return set(f"{kinds} {element.get('role', '')}".split())


def is_note_list(element: Element) -> bool:
    classes = element.get("class", "").split()
    return bool(types_of(element) & _LIST_TYPES) or "footnotes" in classes or "endnotes" in classes


def is_back_link(link: Element) -> bool:
    """Tell the arrow or number that leads from a note back to the text."""
    if "#" not in link.get("href", ""):
        return False
    if types_of(link) & {"backlink", "doc-backlink"} or "footnote-back" in link.get("class", ""):
        return True
    text = "".join(link.itertext()).strip()
    return len(text) < 8 and _BACK.fullmatch(text) is not None


def resolve(file: str, href: str) -> str:
    """Make a link of one file into `path#id` within the book."""
    path, _, fragment = href.partition("#")
    whole = normpath(join(dirname(file), unquote(path))) if path else file
    return f"{whole}#{unquote(fragment)}" if fragment else whole


def _is_reference(element: Element) -> bool:
    return (
        local_name(element) == "a"
        and "footnote-ref" in element.get("class", "").split()
        and "#" in element.get("href", "")
    )


def _is_listed(element: Element) -> bool:
    if local_name(element) not in ("li", "aside", "dd"):
        return False
    parent = element.getparent()
    for _ in range(3):
        if parent is None:
            return False
        if is_note_list(parent):
            return True
        parent = parent.getparent()
    return False
