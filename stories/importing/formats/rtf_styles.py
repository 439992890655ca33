"""The style sheet of an RTF file: which paragraphs are headings, quotations, contents."""

from __future__ import annotations

from dataclasses import replace

from stories.importing.formats.named_styles import HEADING, PLAIN, Style


class StyleSheet:
    """Styles by number. One is begun, told its words, and kept."""

    def __init__(self) -> None:
        self._styles: dict[int, Style] = {}
        self._number = 0
        self._begun = PLAIN

    def __getitem__(self, number: int) -> Style:
        return self._styles.get(number, PLAIN)

    def begin(self) -> None:
        self._number, self._begun = 0, PLAIN

    def set_number(self, number: int) -> None:
        self._number = number

    def set_base(self, number: int) -> None:
        self._begun = replace(self._begun, level=self._begun.level or self[number].level)

    def set_outline(self, outline: int) -> None:
        self._begun = replace(self._begun, level=level_of(outline))

    def add_mark(self, mark: str) -> None:
        self._begun = replace(self._begun, marks=self._begun.marks | {mark})

    def keep(self, name: str) -> None:
        name = name.partition(";")[0].strip().lower()
        match = HEADING.fullmatch(name)
        level = int(match[1]) if match else self._begun.level
        self._styles[self._number] = replace(self._begun, name=name, level=level)


def level_of(outline: int) -> int:
    """Return the heading level of an outline level, counted from 0; 0 for body text."""
    return outline + 1 if 0 <= outline < 9 else 0
