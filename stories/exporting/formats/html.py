"""One HTML file, whole by itself: no script, no picture, nobody is asked for anything."""

from __future__ import annotations

from typing import IO

from stories.exporting import faces, words
from stories.exporting.book import Book, Chapter, Tick
from stories.exporting.direction import dir_of, directed
from stories.exporting.markup import body_of, said

# Belt and braces: the prose is cleaned, and the page itself forbids whatever is not written in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """\
:root { color-scheme: light dark; }
body { margin: 0; font: 1.125rem/1.65 %s; background: Canvas; color: CanvasText; }
main { max-width: 36rem; margin: 0 auto; padding: 3rem 1.25rem 6rem; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; text-align: center; margin: 3rem 0 1.5rem; }
.byline { text-align: center; }
nav ol { list-style: none; padding: 0; }
p { margin: 0; text-indent: 1.5em; }
h1 + p, h2 + p, h3 + p, h4 + p, h5 + p, h6 + p, hr + p, li > p, .byline { text-indent: 0; }
blockquote { margin: 1em 2em; }
hr { border: 0; margin: 1.5em 0; text-align: center; }
hr::before { content: "* * *"; }
.small-caps { font-variant-caps: small-caps; }
@media print { section { break-before: page; } main { max-width: none; } }
"""


def write(book: Book, target: IO[bytes], tick: Tick) -> None:
    level = 3 if book.has_parts else 2
    _put(target, _head(book))
    for chapter in book.chapters:
        _put(target, _chapter(chapter, level))
        tick()
    _put(target, f"{_note(book)}</main>\n</body>\n</html>\n")


def _head(book: Book) -> str:
    author = said(book.author)
    front = f"<header>\n<h1{dir_of(book.title)}>{said(book.title)}</h1>\n"
    front += f'<p class="byline">{author}</p>\n</header>\n' if author else "</header>\n"
    return (
        f'<!doctype html>\n<html lang="{said(book.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f'<meta name="author" content="{author}">\n'
        f"<title>{said(book.title)}</title>\n<style>\n{STYLE % faces.CSS[book.look.font]}</style>\n"
        f"</head>\n<body>\n<main>\n{front + _contents(book) if book.look.front_matter else ''}"
    )


def _contents(book: Book) -> str:
    rows = []
    for chapter in book.chapters:
        rows.append(f"<li><b>{said(chapter.part)}</b></li>\n" if chapter.part else "")
        rows.append(f'<li><a href="#c{chapter.number}">{said(chapter.title)}</a></li>\n')
    title = said(words.contents(book.language))
    return (
        f'<nav role="doc-toc" aria-label="{title}">\n<h2>{title}</h2>\n'
        f"<ol>\n{''.join(rows)}</ol>\n</nav>\n"
    )


def _chapter(chapter: Chapter, level: int) -> str:
    part = (
        f'<h2 class="part"{dir_of(chapter.part)}>{said(chapter.part)}</h2>\n'
        if chapter.part
        else ""
    )
    number = chapter.number
    return (
        f'{part}<section role="doc-chapter" id="c{number}" aria-labelledby="t{number}">\n'
        f'<h{level} id="t{number}"{dir_of(chapter.title)}>{said(chapter.title)}</h{level}>\n'
        f"{directed(body_of(chapter, deeper=level - 1))}\n</section>\n"
    )


def _note(book: Book) -> str:
    if not book.note:
        return ""
    paragraphs = "".join(f"<p{dir_of(text)}>{said(text)}</p>\n" for text in book.note_paragraphs)
    title = said(words.authors_note(book.language))
    return f'<section role="doc-afterword">\n<h2>{title}</h2>\n{paragraphs}</section>\n'


def _put(target: IO[bytes], text: str) -> None:
    target.write(text.encode("utf-8", "replace"))
