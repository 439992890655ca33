"""The pages of a writer's series: begin, name, fill, put in order, take apart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nexus.lib.errors import DomainError
from nexus.lib.wording import hue_of
from stories.models import Series, Story, Volume
from stories.series import Shelf, shelves_of
from stories.series_forms import SeriesBookForm, SeriesForm, SeriesMoveForm
from stories.services import shelves
from stories.views import add_refusal, own

page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@page
def series_list(request: HttpRequest) -> HttpResponse:
    """All series of the writer; a new one is begun here."""
    form = SeriesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            series = shelves.create_series(
                request.user,  # type: ignore[arg-type]
                title=form.cleaned_data["title"],
                at=timezone.now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(series)
    found = Series.objects.visible_to(request.user).by_title()  # type: ignore[arg-type]
    context = {"form": form, "shelves": [_line(shelf) for shelf in shelves_of(found)]}
    status = 422 if form.is_bound else 200
    return render(request, "stories/series_list.html", context, status=status)


@login_required
@require_safe
def series_detail(request: HttpRequest, series_id: UUID) -> HttpResponse:
    return _page(request, own(Series, request, series_id))


@login_required
@require_POST
def series_rename(request: HttpRequest, series_id: UUID) -> HttpResponse:
    series = own(Series, request, series_id)
    form = SeriesForm(request.POST)
    if form.is_valid():
        title = form.cleaned_data["title"]
        try:
            shelves.rename_series(series, title=title, at=timezone.now())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(series)
    return _page(request, series, rename_form=form)


@login_required
@require_POST
def series_add(request: HttpRequest, series_id: UUID) -> HttpResponse:
    """Put a story into a series as its last book."""
    series = own(Series, request, series_id)
    story = _chosen_story(request)
    if story is None:
        messages.error(request, _("Please choose a story."))
    else:
        try:
            shelves.place_story(story, series)
        except DomainError as refusal:
            messages.error(request, refusal.detail)
    return redirect(f"{series.get_absolute_url()}#books")


@login_required
@require_POST
def series_move(request: HttpRequest, series_id: UUID) -> HttpResponse:
    """Move a book one place up or down; at either end nothing happens."""
    series = own(Series, request, series_id)
    form = SeriesMoveForm(request.POST)
    if not form.is_valid():
        return redirect(series)
    story_id, direction = form.cleaned_data["story"], form.cleaned_data["direction"]
    shelves.move_book(series, story_id, by=-1 if direction == "up" else 1, at=timezone.now())
    return redirect(f"{series.get_absolute_url()}?moved={story_id}&to={direction}#books")


@login_required
@require_POST
def series_remove(request: HttpRequest, series_id: UUID) -> HttpResponse:
    """Let a book stand for itself again."""
    series = own(Series, request, series_id)
    story = _chosen_story(request)
    if story is not None and Volume.objects.filter(series=series, story=story).exists():
        shelves.take_out(story)
        said = _("“%(title)s” stands for itself now.") % {"title": story.title}
        messages.success(request, said)
    return redirect(f"{series.get_absolute_url()}#books")


@login_required
@require_POST
def series_dissolve(request: HttpRequest, series_id: UUID) -> HttpResponse:
    series = own(Series, request, series_id)
    shelves.dissolve_series(series)
    said = _("The series “%(title)s” is dissolved. Its stories are all in the library.")
    messages.success(request, said % {"title": series.title})
    return redirect("stories:series_list")


def _chosen_story(request: HttpRequest) -> Story | None:
    """Return the writer's own story that was chosen, or None."""
    form = SeriesBookForm(request.POST)
    if not form.is_valid():
        return None
    own = Story.objects.visible_to(request.user).live()  # type: ignore[arg-type]
    return own.filter(pk=form.cleaned_data["story"]).first()


def _page(
    request: HttpRequest, series: Series, *, rename_form: SeriesForm | None = None
) -> HttpResponse:
    shelf = shelves_of(Series.objects.filter(pk=series.pk))[0]
    others = Story.objects.visible_to(request.user).live().order_by("title_key")  # type: ignore[arg-type]
    alone = others.filter(volume__isnull=True)
    context = {
        **_line(shelf),
        "series": series,
        "books": _books(shelf, request.GET.get("moved", ""), request.GET.get("to", "")),
        "choices": [(str(pk), title) for pk, title in alone.values_list("pk", "title")],
        "rename_form": rename_form or SeriesForm(initial={"title": series.title}),
        "is_refused": rename_form is not None,
    }
    status = 422 if rename_form is not None else 200
    return render(request, "stories/series.html", context, status=status)


def _line(shelf: Shelf) -> dict[str, Any]:
    count = len(shelf.books)
    return {
        "id": str(shelf.id),
        "title": shelf.title,
        "count": ngettext("%(n)s book", "%(n)s books", count) % {"n": f"{count:,}"},
        "words": shelf.word_count,
        "titles": [book.title for book in shelf.books],
    }


def _books(shelf: Shelf, moved: str, to: str) -> list[dict[str, Any]]:
    """Return the rows; of the book moved just now, the button pressed has the focus again."""
    last = len(shelf.books)
    rows = []
    for book in shelf.books:
        is_first, is_last = book.position == 1, book.position == last
        focus = to if str(book.id) == moved else ""
        if focus and is_first != is_last:
            focus = "down" if is_first else "up" if is_last else focus
        rows.append(
            {
                "id": str(book.id),
                "number": book.position,
                "title": book.title,
                "hue": hue_of(book.title),
                "words": book.word_count,
                "status": str(Story.Status(book.status).label),
                "is_first": is_first,
                "is_last": is_last,
                "focus": focus,
            }
        )
    return rows
