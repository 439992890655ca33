"""A chapter that was changed elsewhere, without a script: both texts joined, and what to keep.

The page carries the writer's text and the base it was written on, so that every answer is joined
anew with the chapter as it is then; a choice counts only for the head it was made about.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from nexus.lib.errors import Stale
from stories.forms import ChapterTextForm
from stories.history import Reunion, base_text, keep_conflict_copy, reunite
from stories.merging import Part
from stories.models import Chapter, ChapterVersion
from stories.saving import parse_base, save_content
from stories.services.chapters import create_chapter
from stories.text import from_markdown, to_markdown, top_blocks, with_ids

# Unchanged paragraphs shown on either side of a change.
CONTEXT = 1
PICKS = ("mine", "theirs", "both")


def content_of(form: ChapterTextForm, current: Chapter) -> str:
    """Return the form's text with the block ids of the text it was written on."""
    base = base_text(current, parse_base(form.cleaned_data["base"]))
    content = from_markdown(form.cleaned_data["text"].replace("\r\n", "\n"))
    return with_ids(content, current.content if base is None else base)


@transaction.atomic
def choose(
    request: HttpRequest, current: Chapter, form: ChapterTextForm, mine: str
) -> tuple[Chapter, str]:
    """Do what the writer chose of `mine` and the head; return what to show next, and to tell her.

    Both texts are kept whatever it is. Stale when the head is not the one she was shown.
    """
    if form.cleaned_data["head"] != current.etag:
        raise Stale(_("This chapter was changed once more. Here is everything together."))
    by: Any = request.user
    at = timezone.now()
    choice = form.cleaned_data["choice"]
    if choice == "chapter":
        title = _free_title(current)
        shown = create_chapter(
            current.story, by=by, title=title, content=mine, source="form", at=at
        )
        said = _("Your text is a chapter of its own now.")
    elif choice == "theirs":
        shown, said = current, _("Kept as it is. Your other text is in the history.")
    else:
        _save(request, current, form, mine)
        shown, said = current, _("Saved. Both texts are in the history.")
    for content in (current.content, mine):
        keep_conflict_copy(current, content=content, by=by, at=at)
    return shown, said


def _free_title(current: Chapter) -> str:
    title = _("%(title)s (my text)") % {"title": current.title[:240]}
    live = Chapter.objects.live().filter(story=current.story_id)
    taken = {known.lower() for known in live.values_list("title", flat=True)}
    numbered = (title if number == 1 else f"{title} {number}" for number in count(1))
    return next(free for free in numbered if free.lower() not in taken)


def _save(request: HttpRequest, current: Chapter, form: ChapterTextForm, mine: str) -> None:
    content = mine
    if form.cleaned_data["choice"] == "merged":
        merge = _reunion(form, current, mine).merge
        content = merge.html(_picks(request, merge.clashes))
    save_content(
        current.pk,
        by=request.user,  # type: ignore[arg-type]
        content=content,
        base=parse_base(form.cleaned_data["head"]),
        source="form",
        at=timezone.now(),
        keep=ChapterVersion.Reason.CONFLICT,
    )


def conflict_context(current: Chapter, form: ChapterTextForm, mine: str) -> dict[str, Any]:
    """Describe `mine` and the head, joined, for `stories/_chapter_conflict.html`."""
    reunion = _reunion(form, current, mine)
    return {
        "base": form.cleaned_data["base"],
        "head": current.etag,
        "mine": form.cleaned_data["text"],
        "theirs": to_markdown(current.content, is_proved=False),
        "clashes": reunion.merge.clashes,
        "is_base_known": reunion.is_base_known,
        "stretches": list(_stretches(reunion.merge.parts)),
        "has_chosen": bool(form.cleaned_data["choice"]),
    }


def _reunion(form: ChapterTextForm, current: Chapter, mine: str) -> Reunion:
    base = parse_base(form.cleaned_data["base"])
    return reunite(current, content=mine, base=base, base_content=None)


def _picks(request: HttpRequest, clashes: int) -> list[str]:
    picked = [request.POST.get(f"clash-{number}", "") for number in range(clashes)]
    return [pick if pick in PICKS else "both" for pick in picked]


def _stretches(parts: tuple[Part, ...]) -> Iterator[dict[str, Any]]:
    number = 0
    for place, part in enumerate(parts):
        if part.kind == "same":
            yield from _unchanged(part, is_first=place == 0, is_last=place == len(parts) - 1)
        elif part.kind == "clash":
            sides = {"mine": _safe(part.mine), "theirs": _safe(part.theirs)}
            yield {"kind": "clash", "name": f"clash-{number}", "number": number + 1, **sides}
            number += 1
        else:
            yield {"kind": part.kind, "html": _safe(part.html)}


def _unchanged(part: Part, *, is_first: bool, is_last: bool) -> Iterator[dict[str, Any]]:
    """Fold an unchanged stretch to its ends beside a change."""
    blocks = top_blocks(part.html)
    before, after = 0 if is_first else CONTEXT, 0 if is_last else CONTEXT
    hidden = len(blocks) - before - after
    if hidden <= 1:
        yield _same(blocks)
        return
    if before:
        yield _same(blocks[:before])
    yield {"kind": "fold", "hidden": hidden}
    if after:
        yield _same(blocks[-after:])


def _same(blocks: list[str]) -> dict[str, Any]:
    return {"kind": "same", "html": _safe("".join(blocks))}


def _safe(html: str) -> SafeString:
    # Blocks of the two texts that `reunite` cleaned.
    return mark_safe(html)  # noqa: S308
