"""OpenDocument texts, as LibreOffice and its kin write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from stories.importing.archive import DAMAGED, ENCRYPTED, Archive, open_archive
from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.book import ImportRefused, Progress
from stories.importing.encoding import decode
from stories.importing.formats.odt_body import BodyReader
from stories.importing.formats.odt_styles import DRAW, OFFICE, TABLE, TEXT, Styles
from stories.importing.markup import MAX_STREAM, Element, local_name, parse_xml, prepared
from stories.importing.streaming import blocks_inside, elements_of

_FLOW = {OFFICE + "text", TEXT + "section"}
_INDEXES = (
    "table-of-content",
    "alphabetical-index",
    "bibliography",
    "illustration-index",
    "object-index",
    "table-index",
    "user-index",
)
_PIECES = (
    *(TEXT + name for name in ("p", "h", "list", "numbered-paragraph", "tracked-changes")),
    *(TEXT + name for name in _INDEXES),
    TABLE + "table",
    DRAW + "frame",
)
_STYLE_GROUPS = (OFFICE + "automatic-styles", OFFICE + "styles")


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    with open_archive(path) as archive:
        _refuse_locked(archive)
        if "content.xml" not in archive:
            raise ImportRefused(DAMAGED)
        manuscript = Manuscript("odt")
        _read_facts(archive, manuscript)
        styles = _styles(archive)
        reader = BodyReader(styles, manuscript.footnotes, manuscript.losses)
        blocks = reader.read(_flow(archive, styles))
    manuscript.title = manuscript.title or reader.title
    if reader.contents:
        manuscript.omit("Contents", "Contents", reader.contents)
    split_blocks(manuscript, blocks, split)
    return manuscript


def _refuse_locked(archive: Archive) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in archive and b"encryption-data" in archive.read(manifest):
        raise ImportRefused(ENCRYPTED)


def _styles(archive: Archive) -> Styles:
    styles = Styles()
    if "styles.xml" in archive:
        for group in parse_xml(archive.read("styles.xml")):
            # The automatic styles of this file belong to page heads and feet, and their names
            # are used again for others in the text.
            if group.tag == OFFICE + "styles":
                styles.add(group)
    return styles


def _flow(archive: Archive, styles: Styles) -> Iterator[Element]:
    """Yield what stands in the text, forgetting each element once the next is asked for."""
    text = prepared(decode(archive.read("content.xml"), markup=True), MAX_STREAM)
    elements = elements_of(text, (*_PIECES, *_STYLE_GROUPS))
    del text
    yield from blocks_inside(_FLOW, _without_styles(elements, styles))


def _without_styles(elements: Iterable[Element], styles: Styles) -> Iterator[Element]:
    """Keep the groups of styles, which stand before the text, and let all else pass."""
    for element in elements:
        if element.tag in _STYLE_GROUPS:
            styles.add(element)
        else:
            yield element


def _read_facts(archive: Archive, manuscript: Manuscript) -> None:
    if "meta.xml" not in archive:
        return
    for element in parse_xml(archive.read("meta.xml")).iter():
        text = (element.text or "").strip()
        match local_name(element):
            case "title":
                manuscript.title = text
            case "initial-creator":
                manuscript.author = text
            case "creator":
                manuscript.author = manuscript.author or text
            case "language":
                manuscript.language = text
