"""What the demo's writer keeps beside her chapters: synopses, working notes, comments.

They are read from `margins.toml`, and written as of when each chapter was last written in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from stories.anchors import Reading
from stories.models import Chapter
from stories.services.comments import add_comment
from stories.services.notes import write_notes

FILE = Path(__file__).parent / "margins.toml"


@dataclass(frozen=True)
class Remark:
    """A comment, and the words of the chapter that it stands at."""

    quote: str
    text: str


@dataclass(frozen=True)
class Margin:
    """What is kept beside the chapter of this title."""

    title: str
    synopsis: str = ""
    notes: str = ""
    remarks: tuple[Remark, ...] = ()


def read_margins(file: Path = FILE) -> list[Margin]:
    found = tomllib.loads(file.read_text("utf-8"))
    return [
        Margin(
            title=chapter["title"],
            synopsis=chapter.get("synopsis", ""),
            notes=chapter.get("notes", "").strip(),
            remarks=tuple(Remark(**remark) for remark in chapter.get("comments", ())),
        )
        for chapter in found["chapters"]
    ]


def write_margins(chapter_ids: Iterable[UUID], margins: Iterable[Margin]) -> None:
    """Write them beside those of the chapters that have one."""
    of_title = {margin.title: margin for margin in margins}
    own = Chapter.objects.filter(pk__in=list(chapter_ids), title__in=of_title)
    for chapter in own.order_by("updated_at"):
        margin, at = of_title[chapter.title], chapter.updated_at
        write_notes(chapter, synopsis=margin.synopsis, notes=margin.notes, at=at)
        reading = Reading(chapter.content)
        for remark in margin.remarks:
            start = reading.text.index(remark.quote)
            anchor = reading.anchor(start, start + len(remark.quote))
            add_comment(chapter, text=remark.text, anchor=anchor, at=at)
