"""The pages of the search, and what the palette shows. All of them are asked by GET.

A search can be kept as an address; what was looked for stays out of the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from nexus.lib.errors import Invalid
from stories.models import Story
from stories.searching.answer import Answer, Hit, Place, search
from stories.searching.inside import MOST_SHOWN, find_in_story
from stories.searching.links import passage_url, url_of
from stories.searching.paging import cursor_of, read_place
from stories.searching.palette import suggestions
from stories.searching.question import LONGEST
from stories.views import own_story

SHELVES = 12


@dataclass
class Section:
    """Hits that stand together because they are in one story."""

    story: Story
    hits: list[dict[str, Any]] = field(default_factory=list)


@login_required
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Everything the writer has, best first, by story."""
    raw = request.GET.get("q", "")
    story = _chosen_story(request)
    found = search(request.user, raw, story=story, behind=_behind(request))  # type: ignore[arg-type]
    context = {
        "asked": raw.replace("\0", "").strip()[:LONGEST],
        "found": found,
        "story": story,
        "sections": _sections(found),
        "shelves": _shelves(found, raw, story),
        "sentence": _sentence(found),
        "all_query": urlencode({"q": raw}),
        "story_query": urlencode({"q": raw, "story": story.pk if story else ""}),
        "next_query": _next_query(found, raw, story),
        "is_first": "cursor" not in request.GET,
    }
    return render(request, "search/search.html", context)


@login_required
@require_safe
def story_search(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Every place in one book where the words stand just so, in reading order."""
    story = own_story(request, story_id)
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    match_case, whole_words = "case" in request.GET, "whole" in request.GET
    found = find_in_story(story, words, match_case=match_case, whole_words=whole_words)
    context = {
        "story": story,
        "asked": words,
        "all_query": urlencode({"q": words}),
        "match_case": match_case,
        "whole_words": whole_words,
        "found": found,
        "most": MOST_SHOWN,
        "chapters": [
            {
                "chapter": one.chapter,
                "count": one.count,
                "hits": [
                    {"passage": passage, "url": passage_url(one.chapter, passage)}
                    for passage in one.passages
                ],
            }
            for one in found.chapters
        ],
    }
    return render(request, "search/inside.html", context)


@login_required
@require_safe
def palette(request: HttpRequest) -> JsonResponse:
    """What the palette offers for what is typed so far."""
    raw = request.GET.get("q", "")[:LONGEST]
    return JsonResponse({"items": suggestions(request.user, raw)})  # type: ignore[arg-type]


@login_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The list of keys, for whoever has no script to open the sheet."""
    return render(request, "search/keys.html")


def _chosen_story(request: HttpRequest) -> Story | None:
    """Return the story to look in; any other id is nobody's business and means all."""
    try:
        story_id = UUID(request.GET.get("story", ""))
    except ValueError:
        return None
    return Story.objects.visible_to(request.user).live().filter(pk=story_id).first()  # type: ignore[arg-type]


def _behind(request: HttpRequest) -> Place | None:
    """Return where the page before ended; an address made up begins anew."""
    try:
        return read_place(request.GET["cursor"]) if "cursor" in request.GET else None
    except Invalid:
        return None


def _sections(found: Answer) -> list[Section]:
    """Group the hits by story, the story of the best hit first."""
    sections: dict[UUID, Section] = {}
    for hit in found.hits:
        section = sections.setdefault(hit.story.pk, Section(hit.story))
        section.hits.append({"hit": hit, "url": _url(hit)})
    return list(sections.values())


def _url(hit: Hit) -> str:
    if hit.chapter is None:
        return hit.story.get_absolute_url()
    if hit.in_notes:
        return reverse("stories:notes", args=[hit.chapter.pk])
    return passage_url(hit.chapter, hit.passage) if hit.passage else url_of(hit.chapter)


def _shelves(found: Answer, raw: str, story: Story | None) -> list[dict[str, Any]]:
    """Return the stories to narrow the search to: those with most hits."""
    return [
        {
            "title": shelf.title,
            "hits": shelf.hits,
            "query": urlencode({"q": raw, "story": shelf.id}),
            "is_current": story is not None and shelf.id == story.pk,
        }
        for shelf in found.shelves[:SHELVES]
    ]


def _next_query(found: Answer, raw: str, story: Story | None) -> str:
    if found.following is None:
        return ""
    query = {"q": raw, "cursor": cursor_of(found.following) or ""}
    if story is not None:
        query["story"] = str(story.pk)
    return urlencode(query)


def _sentence(found: Answer) -> str:
    sentence = ngettext("%(count)s result", "%(count)s results", found.total)
    return sentence % {"count": f"{found.total:,}"}
