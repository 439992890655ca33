"""SVG elements as escaped, safe strings. Pure."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString


def element(name: str, *children: str, **attributes: object) -> SafeString:
    """Return `<name …>children</name>`; an underscore at an attribute's end is dropped, one
    within it becomes a hyphen. Children that are not safe are escaped, values always.
    """
    pairs = "".join(f' {_written(key)}="{_escaped(value)}"' for key, value in attributes.items())
    return SafeString(f"<{name}{pairs}>{join(*children)}</{name}>")


@cache
def _written(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _escaped(value: object) -> str:
    # A year has hundreds of squares of six numbers each.
    if isinstance(value, (int, float)):
        return str(value)
    return value if isinstance(value, SafeString) else escape(str(value))


class Box(NamedTuple):
    """A rectangle and how round its corners are."""

    x: float
    y: float
    width: float
    height: float
    rx: float = 2


def box(title: str, place: Box, *, css: str, data: dict[str, object]) -> SafeString:
    """Return a rectangle with its words: `element` in one go, since a page has a thousand.

    `css` and the names in `data` are ours; `title` and the values are escaped.
    """
    x, y, width, height, rx = map(number, place)
    pairs = "".join([f' data-{name}="{_escaped(value)}"' for name, value in data.items()])
    return SafeString(
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{rx}" class="{css}"{pairs}>'
        f"<title>{escape(title)}</title></rect>"
    )


def picture(
    *children: str, ident: str, title: str, description: str, size: tuple[float, float], css: str
) -> SafeString:
    """Return the whole picture, named and described for those who do not see it."""
    return element(
        "svg",
        element("title", title, id=f"{ident}-name"),
        element("desc", description, id=f"{ident}-desc"),
        *children,
        class_=css,
        viewBox=f"0 0 {number(size[0])} {number(size[1])}",
        role="img",
        aria_labelledby=f"{ident}-name {ident}-desc",
    )


def join(*parts: str) -> SafeString:
    """Return safe parts one after the other, escaping the others."""
    return SafeString(
        "".join([part if isinstance(part, SafeString) else escape(part) for part in parts])
    )


def number(value: float) -> str:
    """Return a coordinate without needless digits, the same in every locale."""
    return str(value) if isinstance(value, int) else f"{value:.2f}".rstrip("0").rstrip(".")


def text(content: str, x: float, y: float, *, anchor: str = "start", css: str) -> SafeString:
    return element("text", content, x=number(x), y=number(y), text_anchor=anchor, class_=css)
