"""Read from style sheets which classes mean emphasis: many e-books mark italics only there."""

from __future__ import annotations

import re
from collections.abc import Mapping

Marks = frozenset[str]
NO_MARKS: Marks = frozenset()

_CLASS = re.compile(r"(?:p|span|i|b|em|strong|small|font|div)?\.([\w-]{1,80})")
MAX_SHEET = 1_000_000


def marks_of_style(style: str) -> Marks:
    """Return the marks a list of CSS declarations asks for."""
    marks = set()
    for declaration in style.lower().split(";"):
        name, _, value = declaration.partition(":")
        mark = _mark(name.strip(), value.replace("!important", "").strip())
        if mark:
            marks.add(mark)
    return frozenset(marks)


def marks_of_sheet(sheet: str) -> dict[str, Marks]:
    """Return class name → marks, for selectors that are a single class."""
    found: dict[str, Marks] = {}
    for rule in _without_comments(sheet[:MAX_SHEET]).split("}"):
        selectors, brace, declarations = rule.rpartition("{")
        if not brace or len(selectors) > 2_000 or selectors.lstrip().startswith("@"):
            continue
        marks = marks_of_style(declarations[:2_000])
        for selector in selectors.split(",") if marks else ():
            match = _CLASS.fullmatch(selector.strip())
            if match:
                found[match[1]] = found.get(match[1], NO_MARKS) | marks
    return found


def marks_of_element(attributes: Mapping[str, str], sheet: Mapping[str, Marks]) -> Marks:
    marks = NO_MARKS
    for name in attributes.get("class", "").split():
        if name.lower() in ("small-caps", "smallcaps", "smcap", "sc"):
            marks |= {"small-caps"}
        marks |= sheet.get(name, NO_MARKS)
    style = attributes.get("style")
    return marks | marks_of_style(style[:2_000]) if style else marks


def _mark(name: str, value: str) -> str | None:
    if name == "font-style" and value in ("italic", "oblique"):
        return "em"
    if name == "font-weight" and value in ("bold", "bolder", "600", "700", "800", "900"):
        return "strong"
    if name in ("font-variant", "font-variant-caps") and "small-caps" in value:
        return "small-caps"
    if name in ("text-decoration", "text-decoration-line"):
        return _decoration(value)
    return None


def _decoration(value: str) -> str | None:
    if "line-through" in value:
        return "s"
    return "u" if "underline" in value else None


def _without_comments(sheet: str) -> str:
    first, *rest = sheet.split("/*")
    return first + "".join(part.partition("*/")[2] for part in rest)
