"""HTML that is read from a disk: whole by itself, without a script, asking nobody for anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from django.utils.html import escape
from django.utils.translation import gettext as _

STYLE = Path(__file__).with_name("leaves.css")
# Belt and braces: the prose is cleaned, and the page itself forbids whatever is not written in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def head(title: str, *, up: str = "") -> str:
    """Begin a page; `up` leads to the index, as a relative address."""
    way_back = f'<nav><a href="{escape(up)}">{escape(_("All your work"))}</a></nav>\n' if up else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f"{way_back}<main>\n<h1>{escape(title)}</h1>\n"
    )


def foot() -> str:
    return "</main>\n</body>\n</html>\n"


def heading(text: str, *, level: int = 2, anchor: str = "", css: str = "") -> str:
    marks = f' id="{escape(anchor)}"' if anchor else ""
    marks += f' class="{escape(css)}"' if css else ""
    return f"<h{level}{marks}>{escape(text)}</h{level}>\n"


def note(*sentences: str) -> str:
    """Return one quiet line of facts."""
    said = " · ".join(escape(sentence) for sentence in sentences if sentence)
    return f'<p class="note">{said}</p>\n' if said else ""


def aside(title: str, text: str, *facts: str) -> str:
    """Return words that stand beside the text, their lines kept."""
    return f"<aside>\n{note(title, *facts)}<pre>{escape(text)}</pre>\n</aside>\n"


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose first column names the rows, and whose others are numbers."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    lines = (
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>\n"
        for first, *cells in rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(lines)}</tbody></table>\n"


def fold(html: str, *summary: str) -> str:
    """Return clean prose that is folded away until its line is opened."""
    said = " · ".join(escape(sentence) for sentence in summary if sentence)
    return f"<details><summary>{said}</summary>\n<section>\n{html}\n</section></details>\n"


def link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def links(found: Iterable[str]) -> str:
    """Return a list of what `link` made."""
    items = "".join(f"<li>{one}</li>\n" for one in found)
    return f"<ul>\n{items}</ul>\n" if items else ""


@cache
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")
