"""Parse XML and HTML that may be hostile or merely untidy.

The document type is cut off before a parser sees it. So no entity can be declared, expanded or
fetched: neither bombs nor reading of outside files exist, whatever the parser's own switches do.
"""

from __future__ import annotations

import html.entities
import re
from typing import Final, TypeAlias

from lxml import etree
from lxml import html as lxml_html

from stories.importing.book import ImportRefused
from stories.importing.encoding import decode

Element: TypeAlias = etree._Element

# How often "<" may stand in a part that becomes a tree in memory, and in one read piece by piece.
# A long novel with a look of its own for every third word has half of that.
MAX_TREE, MAX_STREAM = 800_000, 2_000_000
# Nothing in a file may name another file or an address, or grow by what it declares.
HARMLESS: Final[dict[str, bool]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
OVERWROUGHT = "This file holds far more markup than text, so it was not read."
BROKEN = "A part of this file is not well formed and cannot be read."
ENTITIES = "This file declares XML entities, which a book does not need and attacks use."

_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,2000}>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_SELF_CLOSED = re.compile(
    r"<(title|script|style|textarea|iframe|a|span|div|p|i|b|em)(\s[^<>]{0,500})?/>"
)
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}
# Not allowed in XML at all; U+FDD0 and U+FDD1 are kept free as this package's own markers.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0\ufdd1\ufffe\uffff]")


def parse_xml(raw: bytes) -> Element:
    """Parse a control file (package, relationships, document): it must be well formed."""
    text = prepared(decode(raw, markup=True))
    try:
        return etree.fromstring(text, parser=etree.XMLParser(**HARMLESS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ImportRefused(BROKEN) from error


def parse_page(raw: bytes) -> Element:
    """Parse a chapter: as XHTML when it is, as HTML when it is not."""
    text = prepared(decode(raw, markup=True))
    if not text.strip():
        return etree.Element("html")
    try:
        return etree.fromstring(text, parser=etree.XMLParser(**HARMLESS))
    except (etree.XMLSyntaxError, ValueError):
        return parse_html(text)


def parse_html(text: str) -> Element:
    text = prepared(text)
    text = _SELF_CLOSED.sub(r"<\1\2></\1>", text)
    parser = lxml_html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return etree.Element("html")
    return root


def local_name(element: Element) -> str:
    """Return the tag without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def prepared(text: str, most: int = MAX_TREE) -> str:
    """Make text safe to parse: no document type, only numbered entities, no forbidden signs.

    Raises ImportRefused for declared entities, and where "<" stands more than `most` times.
    """
    if "<!ENTITY" in text:
        raise ImportRefused(ENTITIES)
    if text.count("<") > most:
        raise ImportRefused(OVERWROUGHT)
    text = FORBIDDEN.sub("", text.removeprefix("\ufeff"))
    text = _XML_DECLARATION.sub("", text, count=1)
    text = _DOCTYPE.sub("", text, count=1)
    return _ENTITY.sub(_named_entity, text)


def _named_entity(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_OWN:
        return match[0]
    character = html.entities.html5.get(name + ";")
    if character is None:
        return "&amp;" + name + ";"
    return "".join(f"&#{ord(point)};" for point in character)
