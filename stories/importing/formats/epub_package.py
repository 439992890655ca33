"""The skeleton of an EPUB 2 or 3: its name, its pages, their order and their titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from stories.importing.archive import ENCRYPTED, Archive
from stories.importing.book import ImportRefused
from stories.importing.footnotes import resolve, types_of
from stories.importing.markup import Element, local_name, parse_page, parse_xml

NO_PACKAGE = "This EPUB has no readable package document, so its chapters cannot be found."
_PAGE_TYPES = {
    "application/xhtml+xml",
    "text/html",
    "application/x-dtbook+xml",
    "text/x-oeb1-document",
}
_FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_MAX_NAV_DEPTH = 12


@dataclass
class NavEntry:
    title: str
    target: str
    types: set[str] = field(default_factory=set)
    children: list[NavEntry] = field(default_factory=list)


@dataclass
class Package:
    title: str = ""
    author: str = ""
    language: str = ""
    spine: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    guide: dict[str, str] = field(default_factory=dict)
    nav: list[NavEntry] = field(default_factory=list)
    missing: int = 0
    cover: str = ""


def read_package(archive: Archive) -> Package:
    path = _package_path(archive)
    _refuse_protected(archive)
    root = parse_xml(archive.read(path))
    package = Package()
    _read_metadata(package, root)
    items = _manifest(root, path)
    _read_spine(package, root, items, archive)
    _read_guide(package, root, path)
    _read_nav(package, root, items, archive)
    package.cover = _cover(root, items)
    return package


def _package_path(archive: Archive) -> str:
    if "META-INF/container.xml" in archive:
        container = parse_xml(archive.read("META-INF/container.xml"))
        for element in container.iter():
            path = element.get("full-path", "")
            if local_name(element) == "rootfile" and path in archive:
                return path
    path = next((name for name in archive.names if name.lower().endswith(".opf")), "")
    if not path:
        raise ImportRefused(NO_PACKAGE)
    return path


def _refuse_protected(archive: Archive) -> None:
    """Obscured fonts are common and harmless; anything else encrypted means the text is locked."""
    if "META-INF/encryption.xml" not in archive:
        return
    for element in parse_xml(archive.read("META-INF/encryption.xml")).iter():
        is_method = local_name(element) == "encryptionmethod"
        if is_method and element.get("Algorithm", "") not in _FONT_OBFUSCATION:
            raise ImportRefused(ENCRYPTED)


def _read_metadata(package: Package, root: Element) -> None:
    authors = []
    for element in root.iter("{http://purl.org/dc/elements/1.1/}*"):
        name, text = local_name(element), " ".join("".join(element.itertext()).split())
        if name == "title" and not package.title:
            package.title = text
        elif name == "creator" and text:
            authors.append(text)
        elif name == "language" and not package.language:
            package.language = text
    package.author = ", ".join(authors[:3])


def _manifest(root: Element, path: str) -> dict[str, tuple[str, str, str]]:
    """Return id → (path in the archive, media type, properties)."""
    items = {}
    for element in root.iter():
        if local_name(element) == "item" and element.get("href"):
            target = resolve(path, element.get("href", ""))
            kind = (element.get("media-type") or "").lower()
            items[element.get("id", "")] = (target, kind, element.get("properties") or "")
    return items


def _cover(root: Element, items: dict[str, tuple[str, str, str]]) -> str:
    """Return the path of the cover's picture as EPUB 3, or else as EPUB 2 names it; "" without."""
    for path, kind, properties in items.values():
        if "cover-image" in properties.split() and kind.startswith("image/"):
            return path
    named = (one.get("content", "") for one in root.iter() if one.get("name") == "cover")
    found = (items[name] for name in named if name in items)
    return next((path for path, kind, _ in found if kind.startswith("image/")), "")


def _read_spine(
    package: Package, root: Element, items: dict[str, tuple[str, str, str]], archive: Archive
) -> None:
    seen: set[str] = set()
    for element in root.iter():
        if local_name(element) != "itemref":
            continue
        path, kind, _ = items.get(element.get("idref", ""), ("", "", ""))
        if kind not in _PAGE_TYPES or path in seen:
            continue
        seen.add(path)
        if path not in archive:
            package.missing += 1
        elif element.get("linear") == "no":
            package.aside.append(path)
        else:
            package.spine.append(path)
    sheets = (path for path, kind, _ in items.values() if kind == "text/css")
    package.sheets = [path for path in sheets if path in archive]
    if not package.spine:
        raise ImportRefused("This EPUB lists no pages to read.")


def _read_guide(package: Package, root: Element, path: str) -> None:
    for element in root.iter():
        if local_name(element) == "reference" and element.get("href"):
            target = resolve(path, element.get("href", "")).partition("#")[0]
            package.guide.setdefault(target, (element.get("type") or "").lower())


def _read_nav(
    package: Package, root: Element, items: dict[str, tuple[str, str, str]], archive: Archive
) -> None:
    for path, _, properties in items.values():
        if "nav" in properties.split() and path in archive:
            page = parse_page(archive.read(path))
            package.nav = _nav_document(page, path)
            _read_landmarks(package, page, path)
            if path in package.spine:
                package.guide[path] = "toc"
    if package.nav:
        return
    for path, kind, _ in items.values():
        if kind == "application/x-dtbncx+xml" and path in archive:
            package.nav = _ncx(parse_xml(archive.read(path)), path)
            return


def _nav_document(page: Element, path: str) -> list[NavEntry]:
    navs = [element for element in page.iter() if local_name(element) == "nav"]
    nav = next(
        (nav for nav in navs if types_of(nav) & {"toc", "doc-toc"}), navs[0] if navs else None
    )
    if nav is None:
        return []
    lists = (child for child in nav.iter() if local_name(child) == "ol")
    first = next(lists, None)
    return list(_nav_items(first, path, 0)) if first is not None else []


def _nav_items(ordered: Element, path: str, depth: int) -> Iterator[NavEntry]:
    for item in ordered:
        if local_name(item) != "li":
            continue
        entry = NavEntry("", "")
        for child in item:
            name = local_name(child)
            if name in ("a", "span") and not entry.title:
                entry.title = " ".join("".join(child.itertext()).split())
                entry.types = types_of(child)
                entry.target = resolve(path, child.get("href", "")) if child.get("href") else ""
            elif name == "ol" and depth < _MAX_NAV_DEPTH:
                entry.children = list(_nav_items(child, path, depth + 1))
        yield entry


def _read_landmarks(package: Package, page: Element, path: str) -> None:
    for nav in page.iter():
        if local_name(nav) != "nav" or "landmarks" not in types_of(nav):
            continue
        for link in nav.iter():
            kinds = types_of(link) & {"cover", "titlepage", "copyright-page", "imprint", "colophon"}
            if link.get("href") and kinds:
                target = resolve(path, link.get("href", "")).partition("#")[0]
                package.guide.setdefault(target, sorted(kinds)[0])


def _ncx(root: Element, path: str) -> list[NavEntry]:
    navmap = next((element for element in root.iter() if local_name(element) == "navmap"), None)
    return list(_ncx_points(navmap, path, 0)) if navmap is not None else []


def _ncx_points(parent: Element, path: str, depth: int) -> Iterator[NavEntry]:
    for point in parent:
        if local_name(point) != "navpoint":
            continue
        label = next((e for e in point if local_name(e) == "navlabel"), etree.Element("navlabel"))
        content = next((e for e in point if local_name(e) == "content"), etree.Element("content"))
        source = content.get("src", "")
        children = list(_ncx_points(point, path, depth + 1)) if depth < _MAX_NAV_DEPTH else []
        title = " ".join("".join(label.itertext()).split())
        yield NavEntry(title, resolve(path, source) if source else "", set(), children)


def stem_of(path: str) -> str:
    return re.sub(r"[-_]+", " ", path.rpartition("/")[2].rpartition(".")[0]).strip()
