"""SVG elements as escaped, safe strings. Pure."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def element(name: str, *children: str, **attributes: object) -> SafeString:
    """Return `<name …>children</name>`; an underscore at an attribute's end is dropped, one
    within it becomes a hyphen. Children that are not safe are escaped, values always.
    """
    pairs = format_html_join(
        "",
        ' {}="{}"',
        ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()),
    )
    return format_html("<{0}{1}>{2}</{0}>", SafeString(name), pairs, join(*children))


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
    return format_html_join("", "{}", ((part,) for part in parts))


def number(value: float) -> str:
    """Return a coordinate without needless digits, the same in every locale."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(content: str, x: float, y: float, *, anchor: str = "start", css: str) -> SafeString:
    return element("text", content, x=number(x), y=number(y), text_anchor=anchor, class_=css)
