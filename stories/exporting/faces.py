"""The three faces a book can be set in, as each kind of file names them."""

from __future__ import annotations

CSS = {
    "book": "Georgia, 'Iowan Old Style', serif",
    "classic": "'Times New Roman', Times, serif",
    "typewriter": "'Courier New', Courier, monospace",
}
WORD = {"book": "Georgia", "classic": "Times New Roman", "typewriter": "Courier New"}
# These come with the typesetter, so that a page looks the same on every machine.
TYPESET = {
    "book": "Libertinus Serif",
    "classic": "New Computer Modern",
    "typewriter": "DejaVu Sans Mono",
}
