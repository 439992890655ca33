"""What to find in a book and what to put in its place, and what that would change.

Only prose is looked at, never titles. Nothing here writes: see `stories.services.replacing`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from nexus.lib.errors import Invalid
from stories.finding import Found, find, pattern_of, replace
from stories.models import Chapter, Story

MAX_FIND = 200
MAX_REPLACEMENT = 1_000
# Characters of context on each side of a hit.
CONTEXT = 60
# Control characters (line feeds and tabs are such), lone surrogates, and what prose never keeps.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Wanted:
    """Literal words, what to put in their place ("" takes them out), and what counts as the same.

    Made by `wanted`, which checks them.
    """

    find: str
    replacement: str
    match_case: bool = False
    whole_words: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return pattern_of(self.find, match_case=self.match_case, whole_words=self.whole_words)

    def hits(self, content: str) -> list[Found]:
        return find(content, self.pattern, self.replacement)

    def put_into(self, content: str, *, leave_out: frozenset[int]) -> tuple[str, int]:
        return replace(content, self.pattern, self.replacement, leave_out=leave_out)


@dataclass(frozen=True)
class ChapterHits:
    """The hits in one chapter, whose prose is not kept beside them."""

    chapter: Chapter
    hits: Sequence[Found]


def wanted(
    *, find: str, replacement: str = "", match_case: bool = False, whole_words: bool = False
) -> Wanted:
    """Return what is wanted; Invalid when the words are none, too long, or more than one line."""
    if not find:
        raise Invalid.field("find", _("Please say what to find."), code="blank")
    return Wanted(
        find=_one_line(find, field="find", longest=MAX_FIND),
        replacement=_one_line(replacement, field="replacement", longest=MAX_REPLACEMENT),
        match_case=match_case,
        whole_words=whole_words,
    )


def hits_in_story(story: Story, asked: Wanted) -> list[ChapterHits]:
    """Return the chapters that would change, in order, each with every hit in it."""
    rows = Chapter.objects.filter(story=story).live().in_order().exclude(text="").defer("text")
    found = []
    for chapter in rows.iterator(chunk_size=50):
        hits = asked.hits(chapter.content)
        if hits:
            chapter.content = ""
            found.append(ChapterHits(chapter, hits))
    return found


def around(hit: Found) -> tuple[str, str]:
    """Return what stands before and after a hit in its paragraph, cut between words."""
    text = hit.text.replace("\n", " ")
    before, after = text[: hit.start], text[hit.end :]
    if len(before) > CONTEXT:
        cut = before[-CONTEXT:]
        before = "…" + (cut.partition(" ")[2] or cut)
    if len(after) > CONTEXT:
        cut = after[:CONTEXT]
        after = (cut.rpartition(" ")[0] or cut) + "…"
    return before, after


def _one_line(raw: str, *, field: str, longest: int) -> str:
    text = unicodedata.normalize("NFC", raw)
    if _UNPRINTABLE.search(text):
        message = _("Please keep it to one line, without invisible control characters.")
        raise Invalid.field(field, message)
    if len(text) > longest:
        message = _("Please keep it to %(max)d characters.") % {"max": longest}
        raise Invalid.field(field, message, code="max_length")
    return text
