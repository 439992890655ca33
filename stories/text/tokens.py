"""Cut HTML into tags and visible text, in linear time, forgiving what browsers forgive.

A tree-building parser is avoided on purpose: the HTML standard makes it repeat unclosed
formatting in every later paragraph, so that a small hostile text grows without bound.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Possessive throughout: an attribute list is read once, whatever it holds.
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')|=)*+)>""")
_ATTRIBUTE = re.compile(
    r"""([^\s=/"'>][^\s=/>]*+)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s>]++)))?"""
)
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>|.*)", re.DOTALL)
_BOGUS_COMMENT = re.compile(r"<(?:[!?]|/[^a-zA-Z])[^>]*+>?")
_ATTRIBUTE_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;)")

_SPACING_CONTROLS = re.compile(r"[\x0b\x0c\x85]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

# Nothing inside these is shown; in the second group the text is shown, but holds no tags.
_HIDDEN = {"script", "style", "template", "iframe", "noembed", "noframes"}
_TEXT_ONLY = {"title", "textarea", "xmp"}


@dataclass(slots=True)
class Tag:
    """A start or end tag, its name in lower case, its attributes not yet read."""

    name: str
    is_end: bool
    source: str

    def attributes(self) -> dict[str, str]:
        """Read the attributes; of two with one name the first counts, as in browsers."""
        found: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(self.source):
            found.setdefault(name.lower(), _unescape_attribute(double or single or bare))
        return found


def drop_invisible(text: str) -> str:
    """Drop what no reader sees and no database keeps: controls, NUL, lone surrogates, BOM."""
    if not _INVISIBLE.search(text):
        return text
    return _INVISIBLE.sub("", _SPACING_CONTROLS.sub(" ", text))


def tokens(raw: str) -> Iterator[Tag | str]:
    """Yield tags, and text with its character references resolved."""
    raw = drop_invisible(raw.replace("\r\n", "\n").replace("\r", "\n"))
    at = 0
    while (opening := raw.find("<", at)) >= 0:
        if opening > at:
            yield _unescape(raw[at:opening])
        if not (tag := _TAG.match(raw, opening)):
            text, at = _not_a_tag(raw, opening)
            yield text
            continue
        at = tag.end()
        name = tag[2].lower()
        yield Tag(name, bool(tag[1]), tag[3])
        if not tag[1] and not tag[3].endswith("/") and (name in _HIDDEN or name in _TEXT_ONLY):
            end = _end_of(name, raw, at)
            if name in _TEXT_ONLY:
                yield _unescape(raw[at:end])
            at = end
    if at < len(raw):
        yield _unescape(raw[at:])


def _not_a_tag(raw: str, opening: int) -> tuple[str, int]:
    """Skip a comment; a tag that never ends makes the rest text, or words would be lost."""
    following = raw[opening + 1 : opening + 3]
    if raw.startswith("<!--", opening):
        comment = _COMMENT.match(raw, opening)
    else:
        comment = _BOGUS_COMMENT.match(raw, opening)
    if comment:
        return "", comment.end()
    if following[:1].isascii() and following.lstrip("/")[:1].isalpha():
        return _unescape(raw[opening:]), len(raw)
    return "<", opening + 1


def _end_of(name: str, raw: str, at: int) -> int:
    end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(raw, at)
    return end.start() if end else len(raw)


def _unescape(text: str) -> str:
    return drop_invisible(html.unescape(text)) if "&" in text else text


def _unescape_attribute(value: str) -> str:
    """Resolve references in an attribute, where a bare ``&copy=`` of a query stays as it is."""
    return drop_invisible(
        _ATTRIBUTE_REFERENCE.sub(lambda reference: html.unescape(reference[0]), value)
    )
