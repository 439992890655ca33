"""Any two versions of a chapter, word by word, in one page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nexus.lib.errors import NotFound
from stories import history
from stories.comparing import Gap, Piece, folded
from stories.counting import count_words
from stories.history_pages import moment
from stories.models import Chapter
from stories.views import own_chapter


@login_required
@require_safe
def compare_versions(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Show how the older of two versions (`from`, `to`: an id or a revision) became the newer."""
    chapter = own_chapter(request, chapter_id)
    refs = request.GET.get("from", ""), request.GET.get("to", "")
    if not all(refs):
        return redirect("stories:history", chapter_id)
    first, second = (_snapshot(chapter, ref) for ref in refs)
    older, newer = sorted((first, second), key=lambda text: text.saved_at)
    pieces = history.differences(older, newer)
    is_whole = request.GET.get("all") == "1"
    context = {
        "chapter": chapter,
        "older": _described(chapter, older),
        "newer": _described(chapter, newer),
        "is_whole": is_whole,
        "is_same": older.hash == newer.hash,
        "taken_out": _words_of(pieces, "delete"),
        "added": _words_of(pieces, "insert"),
        "compared": marked(pieces if is_whole else folded(pieces)),
    }
    return render(request, "stories/compare.html", context)


def marked(pieces: Iterable[Piece | Gap]) -> SafeString:
    """Write a comparison as HTML; by hand, since a template takes seconds for 20,000 pieces."""
    labels = {"delete": ("del", _("taken out:")), "insert": ("ins", _("added:"))}
    written = ['<p class="past past--compared">']
    for piece in pieces:
        if isinstance(piece, Gap):
            sentence = _("… %(words)s words unchanged") % {"words": number_format(piece.words)}
            written.append(f'</p><p class="past__fold">{escape(sentence)}</p>')
            written.append('<p class="past past--compared">')
        elif piece.op == "equal":
            written.append(escape(piece.text))
        else:
            tag, label = labels[piece.op]
            heard = f'<span class="unseen">[{escape(label)} </span>'
            end = '<span class="unseen">] </span>'
            written.append(f"<{tag}>{heard}{escape(piece.text)}{end}</{tag}>")
    written.append("</p>")
    # Every text in it went through `escape`.
    return mark_safe("".join(written).replace('<p class="past past--compared"></p>', ""))  # noqa: S308


def _words_of(pieces: Iterable[Piece], op: str) -> int:
    return count_words(" ".join(piece.text for piece in pieces if piece.op == op))


def _snapshot(chapter: Chapter, ref: str) -> history.Snapshot:
    try:
        return history.snapshot(chapter, ref)
    except NotFound as error:
        raise Http404 from error


def _described(chapter: Chapter, text: history.Snapshot) -> dict[str, object]:
    is_head = text.id is None and text.revision == chapter.content_revision
    return {
        "id": text.id,
        "ref": str(text.id or text.revision),
        "title": text.name or (_("As it is now") if is_head else moment(text.saved_at)),
        "when": moment(text.saved_at),
        "words": text.word_count,
        "is_head": is_head,
    }
