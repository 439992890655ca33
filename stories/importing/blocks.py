"""The common ground of all formats: a book as a row of blocks in the editor's schema."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from typing import Literal

# "page" is a page break or form feed: it may begin a chapter. "anchor" only carries link targets.
Kind = Literal["heading", "text", "break", "blank", "page", "anchor"]

# A novel of 250,000 words has about 15,000 paragraphs.
MAX_BLOCKS = 100_000
TOO_MANY_BLOCKS = f"This file holds more than {MAX_BLOCKS:,} paragraphs, more than a book has."

# A reference to a note inside block HTML: non-characters, removed from all input, frame the key.
NOTE_OPEN, NOTE_CLOSE = "\ufdd0", "\ufdd1"
NOTE_MARK = re.compile(f"{NOTE_OPEN}([^{NOTE_CLOSE}]*){NOTE_CLOSE}")

_ORNAMENT = re.compile(r"[*#~•·⁂❦❧☙◆◇◊✦✧★☆✶✻✽❖∗⁎○●■□§†‡]{1,12}|[-–—―─_=]{3,60}|[—―]")
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `html` is the whole block; for a heading only what stands inside its tag."""

    kind: Kind
    html: str = ""
    text: str = ""
    level: int = 0
    anchors: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.kind == "text"


BREAK = Block("break", "<hr>")
BLANK = Block("blank")
PAGE = Block("page")


@dataclass
class Losses:
    """What a reader had to leave behind, told to the writer afterwards."""

    counts: Counter[str] = field(default_factory=Counter)
    boilerplate: list[str] = field(default_factory=list)

    _WORDS = (
        ("picture", "1 picture was left out.", "{} pictures were left out."),
        (
            "media",
            "1 sound, film or form was left out.",
            "{} sounds, films or forms were left out.",
        ),
        ("table", "1 table became plain paragraphs.", "{} tables became plain paragraphs."),
        ("comment", "1 comment was left out.", "{} comments were left out."),
        ("deletion", "1 tracked deletion was left out.", "{} tracked deletions were left out."),
        (
            "notes",
            "The notes beside 1 chapter were too long and were cut.",
            "The notes beside {} chapters were too long and were cut.",
        ),
        (
            "unread",
            "1 part could not be found in the file.",
            "{} parts could not be found in the file.",
        ),
    )

    def sentences(self) -> list[str]:
        return [
            one if self.counts[key] == 1 else many.format(self.counts[key])
            for key, one, many in self._WORDS
            if self.counts[key]
        ]


def plain(html: str) -> str:
    """Return the text of inline HTML on one line, without references to notes."""
    text = _TAG.sub("", NOTE_MARK.sub("", html.replace("<br>", " ")))
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _SPACE.sub(" ", text.replace("&quot;", '"').replace("&#x27;", "'")).strip()


def paragraph(inline: str, anchors: Iterable[str] = ()) -> Block:
    """Make a paragraph of inline HTML: a scene break if it is an ornament, blank if empty."""
    text = plain(inline)
    kept = tuple(anchors)
    if not text and NOTE_OPEN not in inline:
        return replace(BLANK, anchors=kept)
    if is_ornament(text):
        return replace(BREAK, anchors=kept)
    return Block("text", f"<p>{inline}</p>", text, anchors=kept)


def heading(inline: str, level: int, anchors: Iterable[str] = ()) -> Block:
    text = plain(inline)
    if not text:
        return replace(BLANK, anchors=tuple(anchors))
    return Block("heading", inline, text, level, tuple(anchors))


def text_heading(text: str, level: int) -> Block:
    return Block("heading", escape(text, quote=False), _SPACE.sub(" ", text).strip(), level)


def is_ornament(text: str) -> bool:
    """Tell whether a paragraph is only a printed scene break such as `* * *`, `#` or `⁂`."""
    squeezed = _SPACE.sub("", text) if len(text) < 80 else ""
    return bool(squeezed) and _ORNAMENT.fullmatch(squeezed) is not None


def settle_breaks(blocks: list[Block]) -> list[Block]:
    """Decide which empty paragraphs are scene breaks, and drop every break that parts nothing.

    Where blank paragraphs stand between most others they are only spacing, and a break is a longer
    gap than usual; where they are rare each of them is a break. Anchors outlive a dropped block.
    """
    spacing = _usual_gap(blocks)
    settled: list[Block] = []
    anchors: tuple[str, ...] = ()
    gap, broken = 0, False
    for block in blocks:
        if block.kind in ("blank", "break", "anchor"):
            gap += block.kind == "blank"
            broken = broken or block.kind == "break"
            anchors += block.anchors
            continue
        if settled and block.is_text and settled[-1].is_text and (broken or gap > spacing):
            settled.append(BREAK)
        settled.append(replace(block, anchors=anchors + block.anchors) if anchors else block)
        anchors, gap, broken = (), 0, False
    return settled


def _usual_gap(blocks: list[Block]) -> int:
    gaps: Counter[int] = Counter()
    gap, after_text = 0, False
    for block in blocks:
        if block.kind == "blank":
            gap += 1
            continue
        if block.is_text and after_text:
            gaps[gap] += 1
        gap, after_text = 0, block.is_text
    total = gaps.total()
    if not total or gaps[0] >= total * 0.8:
        return 0
    return gaps.most_common(1)[0][0] or 1
