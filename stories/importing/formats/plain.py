"""Plain text, from a typewriter-style file of 1995 to one line per paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.blocks import BLANK, BREAK, PAGE, Block, is_ornament, paragraph, text_heading
from stories.importing.book import ImportRefused, Progress
from stories.importing.encoding import decode
from stories.importing.headings import (
    MAX_TITLE,
    is_all_caps,
    is_part_line,
    is_strict_chapter_line,
    is_strict_part_line,
    number_of,
)
from stories.importing.splitting import numbered_run
from stories.importing.textfile import read_bytes

_RULE = re.compile(r"[-_=*~]{5,200}")
_UNDERLINE = re.compile(r"(={3,200}|-{3,200})")
_EMPHASIS = re.compile(r"(?<![\w_])_(?=[^\s_])([^_\n]{1,500}?)(?<=[^\s_])_(?![\w_])")
_FIELD = re.compile(r"^(Title|Author|Language):[ \t]*(\S.*)$", re.MULTILINE)
_NUMBERED = re.compile(r"([IVXLC]{1,8}|\d{1,3})[.:)]\s+\S")
# Text wrapped by hand: most lines are about as long as the longest usual one.
_WRAP_MIN, _WRAP_MAX = 45, 100
MAX_LINES = 400_000
# Nobody underlines further than a line of a typewriter.
MAX_UNDERLINE = 60


@dataclass(frozen=True)
class _Group:
    """Lines between blank lines. `gap` is how many blank lines stood above."""

    lines: tuple[str, ...]
    gap: int
    page: bool = False

    @property
    def text(self) -> str:
        return " ".join(line.strip() for line in self.lines)


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    text = decode(read_bytes(path)).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\x00-\x08\x0b\x0e-\x1f\ufdd0\ufdd1]", "", text)
    if text.count("\n") > MAX_LINES:
        raise ImportRefused(
            f"This file has more than {MAX_LINES:,} lines, more than Nexus imports at once."
        )
    manuscript = Manuscript("plain")
    _read_fields(text[:3_000], manuscript)
    split_blocks(manuscript, _blocks(text), split)
    return manuscript


def _read_fields(head: str, manuscript: Manuscript) -> None:
    if "Project Gutenberg" in head:
        fields = dict(_FIELD.findall(head))
        manuscript.title = fields.get("Title", "")
        manuscript.author = fields.get("Author", "")


def _blocks(text: str) -> list[Block]:
    lines = text.split("\n")
    wrapped = _is_wrapped(lines)
    groups = list(_groups(lines, wrapped))
    levels = _heading_levels(groups)
    rules_split = not levels and not any(group.page for group in groups)
    return list(_written(groups, levels, wrapped, rules_split))


def _is_wrapped(lines: list[str]) -> bool:
    """Tell hard-wrapped text, by the share of paragraph lines close to the usual width."""
    inner = [len(line) for line, after in pairwise(lines) if line.strip() and after.strip()]
    if len(inner) < 3:
        return False
    near = sum(_WRAP_MIN <= length <= _WRAP_MAX for length in inner)
    return near >= len(inner) * 0.5 and max(sorted(inner)[: max(1, len(inner) * 99 // 100)]) <= 120


def _groups(lines: list[str], wrapped: bool) -> Iterator[_Group]:
    """Yield paragraphs: runs of lines when wrapped, else single lines."""
    held: list[str] = []
    gap, held_gap, page = 0, 0, False
    for line in [*lines, ""]:
        starts_page = "\f" in line
        line = line.replace("\f", " ").expandtabs(4).rstrip()
        ends = not line.strip() or starts_page or not wrapped or _is_indented_start(line, held)
        ends = ends and not _underlines(line, held)
        if held and ends:
            yield _Group(tuple(held), held_gap, page)
            held, gap, page = [], 0, False
        page = page or starts_page
        if not line.strip():
            gap += 1
            continue
        if not held:
            held_gap = gap
        held.append(line)
        gap = 0


def _underlines(line: str, held: list[str]) -> bool:
    """Tell a rule below one line, about as long as it: that line is a title."""
    if len(held) != 1 or not _UNDERLINE.fullmatch(line.strip()):
        return False
    return abs(len(line.strip()) - min(len(held[0].strip()), MAX_UNDERLINE)) <= 4


def _is_indented_start(line: str, held: list[str]) -> bool:
    """In wrapped text without blank lines an indented line begins a paragraph."""
    return bool(held) and line.startswith("  ") and not held[-1].startswith("  ")


def _heading_levels(groups: list[_Group]) -> dict[int, int]:
    """Return which groups are headings (1 part, 2 chapter), by the surest sign the text shows."""
    short = [
        (at, group)
        for at, group in enumerate(groups)
        if (len(group.lines) <= 3 and len(group.text) <= 120) or _is_underlined(group)
    ]
    underlined = {at: group.lines[1].strip()[0] for at, group in short if _is_underlined(group)}
    if "-" in underlined.values():
        return {at: 1 if sign == "=" else 2 for at, sign in underlined.items()}
    chapters = [at for at, group in short if _is_chapter(group)]
    numbered = [at for at, group in short if _is_numbered_title(group)]
    candidates = (
        chapters,
        numbered_run((at, group.text) for at, group in short),
        numbered_run((at, _number(group)) for at, group in short if at in set(numbered)),
        [at for at, group in short if is_all_caps(group.text) and (group.gap or not at)],
        list(underlined),
    )
    found = next((places for places in candidates if len(places) >= 2), [])
    if not found and len(chapters) == 1:
        found = chapters
    if not found:
        return {}
    parts = {at: 1 for at, group in short if is_strict_part_line(group.lines[0].strip())}
    return {at: 2 for at in found if not is_part_line(groups[at].text)} | parts


def _is_chapter(group: _Group) -> bool:
    """A chapter line, perhaps with its name below; not two of them, which is a list of contents."""
    first, *rest = (line.strip() for line in group.lines)
    return is_strict_chapter_line(first) and not any(is_strict_chapter_line(line) for line in rest)


def _is_numbered_title(group: _Group) -> bool:
    return (
        len(group.lines) == 1 and len(group.text) < 70 and _NUMBERED.match(group.text) is not None
    )


def _number(group: _Group) -> str:
    match = _NUMBERED.match(group.text)
    return match[1] if match and number_of(match[1]) is not None else ""


def _is_underlined(group: _Group) -> bool:
    title, *rule = group.lines
    is_title = len(rule) == 1 and len(title) <= MAX_TITLE
    return is_title and _UNDERLINE.fullmatch(rule[0].strip()) is not None


def _written(
    groups: list[_Group], levels: dict[int, int], wrapped: bool, rules_split: bool
) -> Iterator[Block]:
    for at, group in enumerate(groups):
        if group.page:
            yield PAGE
        else:
            yield from [BLANK] * min(group.gap - 1 if wrapped else group.gap, 5)
        if at in levels:
            yield text_heading(_heading_text(group), levels[at])
        elif rules_split and _RULE.fullmatch(group.text):
            yield PAGE
        elif is_ornament(group.text) or _RULE.fullmatch(group.text):
            yield BREAK
        else:
            yield _paragraph(group, wrapped)


def _heading_text(group: _Group) -> str:
    lines = [line.strip() for line in group.lines if not _UNDERLINE.fullmatch(line.strip())]
    first, *rest = lines or [group.text]
    if not rest:
        return first
    return f"{first.rstrip('.: ')}: {' '.join(rest)}"


def _paragraph(group: _Group, wrapped: bool) -> Block:
    html = escape(_verse_or_prose(group, wrapped), quote=False).replace("\n", "<br>")
    return paragraph(_EMPHASIS.sub(r"<em>\1</em>", html))


def _verse_or_prose(group: _Group, wrapped: bool) -> str:
    """Keep the lines of verse, letters and addresses: short ones, all indented."""
    lines = [line.strip() for line in group.lines]
    is_verse = wrapped and len(lines) > 1 and all(line.startswith("  ") for line in group.lines)
    if is_verse and max(len(line) for line in lines) < 60:
        return "\n".join(lines)
    return re.sub(r"[ \t]+", " ", " ".join(lines))
