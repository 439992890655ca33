"""The styles of an OpenDocument text: what a style's name means for words and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from stories.importing.formats.named_styles import HEADING, QUOTES
from stories.importing.looks import Marks
from stories.importing.markup import Element, local_name

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE = _ODF + "office:1.0}", _ODF + "text:1.0}", _ODF + "table:1.0}"
DRAW, STYLE = _ODF + "drawing:1.0}", _ODF + "style:1.0}"
FO = _ODF + "xsl-fo-compatible:1.0}"
HREF = "{http://www.w3.org/1999/xlink}href"
# Not a mark that text can bear: it tells that the text is not shown at all.
HIDDEN = "hidden"

_CONTENTS = re.compile(r"(?:contents|toc|user index|index) (?:\d{1,2}|heading)")
_BOLD = {"bold", "600", "700", "800", "900"}
_MAX_PARENTS = 12

Switches = Mapping[str, bool]


@dataclass(frozen=True)
class Style:
    """A style with all that it takes from its parents. `level` is 0 for what is no heading."""

    name: str = ""
    level: int = 0
    switches: Switches = field(default_factory=dict)
    breaks_page: bool = False
    names: frozenset[str] = frozenset()

    @property
    def is_quote(self) -> bool:
        return bool(self.names & QUOTES)

    @property
    def is_contents(self) -> bool:
        return any(_CONTENTS.fullmatch(name) for name in self.names)

    @property
    def is_title(self) -> bool:
        return "title" in self.names

    @property
    def is_rule(self) -> bool:
        return "horizontal line" in self.names

    def marks(self, inherited: Marks) -> Marks:
        """Apply to what surrounds: a style may switch off what its surroundings switched on."""
        if not self.switches:
            return inherited
        on = {mark for mark, is_on in self.switches.items() if is_on}
        off = {mark for mark, is_on in self.switches.items() if not is_on}
        return (inherited | on) - off


PLAIN = Style()


class Styles:
    """All styles of a document, asked for by family and name."""

    def __init__(self) -> None:
        self._elements: dict[tuple[str, str], _Raw] = {}
        self._done: dict[tuple[str, str], Style] = {}
        self._lists: dict[str, dict[int, str]] = {}

    def add(self, group: Iterable[Element]) -> None:
        """Take in the children of a group of styles; what was read later goes before."""
        for element in group:
            name = element.get(STYLE + "name", "")
            if element.tag == STYLE + "style":
                self._elements[element.get(STYLE + "family", ""), name] = _raw(element)
            elif element.tag == TEXT + "list-style":
                self._lists[name] = _levels(element)
        self._done.clear()

    def paragraph(self, element: Element) -> Style:
        return self._style("paragraph", element.get(TEXT + "style-name", ""), 0)

    def span(self, element: Element) -> Style:
        return self._style("text", element.get(TEXT + "style-name", ""), 0)

    def list_kind(self, name: str, depth: int) -> str:
        """Return "ul", "ol" or "" (no sign at all) for a list's items at a depth from 0."""
        return self._lists.get(name, {}).get(depth, "ul")

    def _style(self, family: str, name: str, depth: int) -> Style:
        key = (family, name)
        if key in self._done:
            return self._done[key]
        raw = self._elements.get(key)
        if raw is None or depth > _MAX_PARENTS:
            return PLAIN
        parent = self._style(family, raw.parent, depth + 1)
        names = frozenset({raw.shown}) | parent.names
        level = parent.level if raw.level is None else raw.level
        if match := HEADING.fullmatch(raw.shown):
            level = level or int(match[1])
        switches = {**parent.switches, **raw.switches}
        self._done[key] = Style(raw.shown, level, switches, raw.breaks_page, names)
        return self._done[key]


@dataclass(frozen=True)
class _Raw:
    """One style as it is written, without its parents."""

    shown: str
    parent: str
    level: int | None
    switches: Switches
    breaks_page: bool


def _raw(element: Element) -> _Raw:
    name = element.get(STYLE + "display-name") or element.get(STYLE + "name", "")
    switches: dict[str, bool] = {}
    breaks = False
    for child in element:
        if child.tag == STYLE + "text-properties":
            switches |= _switches(child)
        elif child.tag == STYLE + "paragraph-properties":
            breaks = child.get(FO + "break-before") == "page"
    outline = element.get(STYLE + "default-outline-level")
    return _Raw(
        shown=name.replace("_20_", " ").lower(),
        parent=element.get(STYLE + "parent-style-name", ""),
        level=None if outline is None else level_of(outline),
        switches=switches,
        breaks_page=breaks,
    )


def _switches(properties: Element) -> dict[str, bool]:
    """Return which marks these properties switch on and which they switch off."""
    found: dict[str, bool] = {}
    if slant := properties.get(FO + "font-style"):
        found["em"] = slant in ("italic", "oblique")
    if weight := properties.get(FO + "font-weight"):
        found["strong"] = weight in _BOLD
    if under := properties.get(STYLE + "text-underline-style"):
        found["u"] = under != "none"
    if through := properties.get(STYLE + "text-line-through-style"):
        found["s"] = through != "none"
    if variant := properties.get(FO + "font-variant"):
        found["small-caps"] = variant == "small-caps"
    if shown := properties.get(TEXT + "display"):
        found[HIDDEN] = shown == "none"
    return found


def level_of(text: str) -> int:
    """Read an outline level, 1 to 10; 0 for all else."""
    return int(text) if text.isdecimal() and len(text) <= 2 and int(text) <= 10 else 0


def _levels(element: Element) -> dict[int, str]:
    levels = {}
    for child in element:
        depth = level_of(child.get(TEXT + "level", "")) - 1
        if local_name(child) == "list-level-style-number":
            levels[depth] = "ol" if child.get(STYLE + "num-format") else ""
        else:
            levels[depth] = "ul"
    return levels
