"""The parts of a Word document around its text: styles, lists, links, properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname, join, normpath

from stories.importing.archive import Archive
from stories.importing.encoding import decode
from stories.importing.formats.named_styles import CODES, HEADING, PLAIN, Style
from stories.importing.looks import Marks
from stories.importing.markup import MAX_STREAM, Element, local_name, parse_xml, prepared
from stories.importing.streaming import blocks_inside, elements_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R_ID = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_TOGGLES = {"i": "em", "b": "strong", "strike": "s", "dstrike": "s", "smallCaps": "small-caps"}
# The outline level of what is no heading.
BODY_LEVEL = 9


@dataclass
class Parts:
    """Everything `document.xml` refers to."""

    main: str
    styles: dict[str, Style] = field(default_factory=dict)
    lists: dict[tuple[str, int], str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    title: str = ""
    author: str = ""
    language: str = ""


def read_parts(archive: Archive) -> Parts:
    targets = _relationships(archive, "_rels/.rels")
    main = targets.get("officeDocument", "word/document.xml").lstrip("/")
    parts = Parts(main if main in archive else "word/document.xml")
    folder = dirname(parts.main)
    related = join(folder, "_rels", f"{basename(parts.main)}.rels")
    _read_links(parts, archive, related)
    names = {
        kind: normpath(join(folder, target)).lstrip("/")
        for kind, target in _relationships(archive, related).items()
    }
    styles = names.get("styles", "word/styles.xml")
    if styles in archive:
        parts.styles = _styles(parse_part(archive, styles))
    numbering = names.get("numbering", "word/numbering.xml")
    if numbering in archive:
        parts.lists = _lists(parse_part(archive, numbering))
    _read_properties(parts, archive)
    return parts


def parse_part(archive: Archive, name: str) -> Element:
    """Parse a part; the "strict" flavour of the format differs only in its name space."""
    raw = archive.read(name)
    return parse_xml(raw.replace(_STRICT.encode(), _TRANSITIONAL.encode()))


def body_of(archive: Archive, name: str) -> Iterator[Element]:
    """Yield what stands in the body, forgetting each element once the next is asked for."""
    text = prepared(decode(archive.read(name), markup=True), MAX_STREAM)
    tags = tuple(W + tag for tag in ("p", "tbl", "sdt", "customXml", "ins"))
    elements = elements_of(text.replace(_STRICT, _TRANSITIONAL), tags)
    del text
    yield from blocks_inside({W + "body"}, elements)


def value(parent: Element | None, name: str) -> str | None:
    """Return the `w:val` of a child, "" when it has none, None without such a child."""
    child = parent.find(W + name) if parent is not None else None
    return None if child is None else child.get(W + "val", "")


def is_on(parent: Element, name: str) -> bool | None:
    found = value(parent, name)
    return None if found is None else found not in ("0", "false", "off", "none")


def marks_of(properties: Element | None, inherited: Marks) -> Marks:
    """Apply run properties; a toggle may switch off what the style switched on."""
    if properties is None:
        return inherited
    marks = set(inherited)
    for name, mark in _TOGGLES.items():
        switched = is_on(properties, name)
        if switched is not None:
            marks = marks | {mark} if switched else marks - {mark}
    underlined = value(properties, "u")
    if underlined is not None:
        marks = marks - {"u"} if underlined in ("none", "") else marks | {"u"}
    return frozenset(marks)


def depth_of(text: str) -> int:
    """Read a level, 0 to 9; a level that is no such number counts as body text."""
    return int(text) if len(text) == 1 and text.isdecimal() else BODY_LEVEL


def link_id(element: Element) -> str:
    return next((element.get(name, "") for name in _R_ID if element.get(name)), "")


def _relationships(archive: Archive, path: str) -> dict[str, str]:
    """Return kind → target, for targets inside the file."""
    if path not in archive:
        return {}
    return {
        element.get("Type", "").rpartition("/")[2]: element.get("Target", "")
        for element in parse_xml(archive.read(path))
        if element.get("TargetMode") != "External"
    }


def _read_links(parts: Parts, archive: Archive, path: str) -> None:
    if path in archive:
        for element in parse_xml(archive.read(path)):
            if element.get("TargetMode") == "External":
                parts.links[element.get("Id", "")] = element.get("Target", "")


def _styles(root: Element) -> dict[str, Style]:
    elements = {e.get(W + "styleId", ""): e for e in root.iter(W + "style")}
    done: dict[str, Style] = {}
    for identifier in elements:
        _style(identifier, elements, done, 0)
    return done


def _style(
    identifier: str, elements: Mapping[str, Element], done: dict[str, Style], depth: int
) -> Style:
    if identifier in done or identifier not in elements or depth > 12:
        return done.get(identifier, PLAIN)
    element = elements[identifier]
    base = _style(value(element, "basedOn") or "", elements, done, depth + 1)
    name = (value(element, "name") or "").lower()
    level = base.level
    outline = value(element.find(W + "pPr"), "outlineLvl")
    if match := HEADING.fullmatch(name):
        level = int(match[1])
    elif outline is not None:
        level = depth_of(outline) + 1 if depth_of(outline) < BODY_LEVEL else 0
    if base.is_quote and not level:
        name = base.name
    is_code = name in CODES and element.get(W + "type") == "character"
    marks = base.marks | {"code"} if is_code else base.marks
    style = Style(name, level, marks_of(element.find(W + "rPr"), marks))
    done[identifier] = style
    return style


def _lists(root: Element) -> dict[tuple[str, int], str]:
    """Return (list, depth) → "ul" or "ol"."""
    kinds: dict[str, dict[int, str]] = {}
    for abstract in root.iter(W + "abstractNum"):
        levels = kinds.setdefault(abstract.get(W + "abstractNumId", ""), {})
        for level in abstract.findall(W + "lvl"):
            depth = level.get(W + "ilvl", "0")
            kind = value(level, "numFmt")
            if kind != "none":
                levels[depth_of(depth)] = "ul" if kind == "bullet" else "ol"
    return {
        (number.get(W + "numId", ""), depth): kind
        for number in root.iter(W + "num")
        for depth, kind in kinds.get(value(number, "abstractNumId") or "", {}).items()
    }


def _read_properties(parts: Parts, archive: Archive) -> None:
    if "docProps/core.xml" not in archive:
        return
    for element in parse_xml(archive.read("docProps/core.xml")):
        text = (element.text or "").strip()
        match local_name(element):
            case "title":
                parts.title = text
            case "creator":
                parts.author = text
            case "language":
                parts.language = text
