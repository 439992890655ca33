"""Every story as one HTML file and one Markdown file, with all that was kept of its chapters.

Chapters are read one by one, prose included only while it is being written out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from nexus.account_data import leaves
from nexus.account_data.archive import Archive, Entry, file_name
from nexus.account_data.leaving_rows import in_pieces
from stories.models import Chapter, ChapterVersion, Story, Volume
from stories.text import clean_html, to_markdown
from stories.text.inline_markdown import inline_markdown

UP_FROM_STORY, UP_FROM_VERSION = "../../index.html", "../../../index.html"
VERSIONS_AT_A_TIME = 50
Tick = Callable[[], None]


@dataclass(frozen=True)
class Shelved:
    """Where one story stands in the archive, for the index."""

    title: str
    folder: str
    words: int
    chapters: int
    versions: int
    is_trashed: bool


@dataclass
class Bookbinder:
    """Writes the stories of one writer; `tick` is called once for each piece that is done."""

    archive: Archive
    owner: User
    tick: Tick
    shelf: list[Shelved] = field(default_factory=list)

    def bind_all(self) -> list[Shelved]:
        ids = Story.objects.visible_to(self.owner).order_by(
            F("trashed_at").asc(nulls_first=True), "created_at", "pk"
        )
        for number, story_id in enumerate(list(ids.values_list("pk", flat=True)), start=1):
            story = Story.objects.visible_to(self.owner).filter(pk=story_id).first()
            # Purged from the trash since the list was made.
            if story is not None:
                self.shelf.append(self._bind(story, number))
        return self.shelf

    def _bind(self, story: Story, number: int) -> Shelved:
        folder = f"stories/{file_name(number, story.title, fallback='story')}"
        self._write_html(story, folder)
        self._write_markdown(story, folder)
        versions = self._write_versions(story, folder)
        live = [chapter for chapter in _outline(story) if chapter.trashed_at is None]
        return Shelved(
            title=story.title,
            folder=folder,
            words=sum(chapter.word_count for chapter in live),
            chapters=len(live),
            versions=versions,
            is_trashed=story.trashed_at is not None,
        )

    # The whole story

    def _write_html(self, story: Story, folder: str) -> None:
        with self.archive.entry(f"{folder}/story.html") as entry:
            entry.write(leaves.head(story.title, up=UP_FROM_STORY))
            entry.write(leaves.note(*self._said_of(story)))
            if story.synopsis:
                entry.write(leaves.note(story.synopsis))
            entry.write(leaves.note(*_shelved(story)))
            entry.write(_contents(story))
            for chapter, part in self._chapters(story):
                entry.write(leaves.heading(part, css="part") if part else "")
                self._write_section(entry, chapter)
            entry.write(leaves.foot())

    def _write_section(self, entry: Entry, chapter: Chapter) -> None:
        entry.write("<section>\n")
        entry.write(leaves.heading(chapter.title, anchor=str(chapter.pk)))
        if chapter.trashed_at:
            entry.write(leaves.note(_("In the trash")))
        if chapter.synopsis:
            entry.write(leaves.note(chapter.synopsis))
        entry.write(f"{clean_html(chapter.content)}\n</section>\n")
        self._write_margin(entry, chapter)

    def _write_margin(self, entry: Entry, chapter: Chapter) -> None:
        """Write what stands beside the text: the chapter's notes, and comments on passages."""
        if chapter.notes:
            entry.write(leaves.aside(_("Notes"), chapter.notes))
        for comment in chapter.comments.in_order():
            state = _("Resolved") if comment.resolved_at else ""
            entry.write(leaves.aside(_("Comment on “%s”") % comment.quote, comment.text, state))

    def _write_markdown(self, story: Story, folder: str) -> None:
        with self.archive.entry(f"{folder}/story.md") as entry:
            trash = f"*{_('In the trash')}*\n\n"
            entry.write(f"# {_inline(story.title)}\n\n{trash if story.trashed_at else ''}")
            has_parts = story.chapters.exclude(part_title="").exists()
            level = "###" if has_parts else "##"
            for chapter, part in self._chapters(story):
                entry.write(f"## {_inline(part)}\n\n" if part else "")
                entry.write(f"{level} {_inline(chapter.title)}\n\n")
                entry.write(trash if chapter.trashed_at else "")
                entry.write(f"{to_markdown(chapter.content)}\n")

    def _chapters(self, story: Story) -> Iterator[tuple[Chapter, str]]:
        """Give each chapter with its prose, and the heading of the part that begins with it."""
        part_before = ""
        for line in _outline(story):
            chapter = story.chapters.filter(pk=line.pk).first()
            if chapter is not None:
                part = chapter.part_title if chapter.part_title != part_before else ""
                part_before = chapter.part_title
                yield chapter, part
            self.tick()

    # What was kept of it

    def _write_versions(self, story: Story, folder: str) -> int:
        """Write a page of versions for each chapter that has any; return how many there are."""
        count, found = 0, []
        kept = Count("versions")
        for number, chapter in enumerate(_outline(story).annotate(kept=kept), start=1):
            if chapter.kept:
                place = f"versions/{file_name(number, chapter.title, fallback='chapter')}.html"
                self._write_chapter_versions(chapter, f"{folder}/{place}")
                said = f"{chapter.title} ({chapter.kept})"
                found.append(leaves.link(place, said))
                count += chapter.kept
        if found:
            with self.archive.entry(f"{folder}/versions.html") as entry:
                entry.write(leaves.head(_("Versions of %s") % story.title, up=UP_FROM_STORY))
                entry.write(leaves.links(found) + leaves.foot())
        return count

    def _write_chapter_versions(self, chapter: Chapter, path: str) -> None:
        """Write every version of a chapter on one page, oldest first, each folded away.

        Together, since they are so alike: apart, the same words would fill the archive many times.
        """
        rows = ChapterVersion.objects.filter(chapter=chapter).order_by("created_at", "pk")
        with self.archive.entry(path) as entry:
            entry.write(leaves.head(chapter.title, up=UP_FROM_VERSION))
            for version in in_pieces(rows, VERSIONS_AT_A_TIME):
                said = (
                    self._moment(version.saved_at),
                    str(version.get_reason_display()),
                    _words(version.word_count),
                    version.name,
                )
                entry.write(leaves.fold(clean_html(version.content), *said))
                self.tick()
            entry.write(leaves.foot())

    # Words about them

    def _said_of(self, story: Story) -> Iterator[str]:
        yield _("by %s") % self.owner.username
        yield str(story.get_status_display())
        yield story.genre
        yield _("begun %s") % self._moment(story.created_at)
        if story.trashed_at:
            yield _("In the trash since %s") % self._moment(story.trashed_at)

    def _moment(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.owner.time_zone)):%Y-%m-%d %H:%M}"


def pieces_of(owner: User) -> int:
    """Return how many times writing this person's stories will call `tick`, as far as is known."""
    chapters = Chapter.objects.visible_to(owner).count()
    return 2 * (chapters + ChapterVersion.objects.filter(chapter__story__owner=owner).count())


def _outline(story: Story) -> QuerySet[Chapter]:
    """The chapters without prose: those in the story in order, then those in the trash."""
    rows = Chapter.objects.filter(story=story).without_prose()
    return rows.order_by(F("position").asc(nulls_last=True), "trashed_at", "pk")


def _shelved(story: Story) -> Iterator[str]:
    """Say in which series it stands, and by which tags it is found."""
    for volume in Volume.objects.numbered().filter(story=story).select_related("series"):
        number: int = volume.number  # type: ignore[attr-defined]
        yield _("Book %(number)d of %(series)s") % {"number": number, "series": volume.series.title}
    names = story.story_tags.order_by("place").values_list("tag__name", flat=True)
    yield ", ".join(names)


def _contents(story: Story) -> str:
    lines = _outline(story).values_list("pk", "title")
    return leaves.links(leaves.link(f"#{chapter_id}", title) for chapter_id, title in lines)


def _words(count: int) -> str:
    return ngettext("%(count)d word", "%(count)d words", count) % {"count": count}


def _inline(title: str) -> str:
    return inline_markdown([(title, ())])


def as_index_line(story: Shelved) -> dict[str, Any]:
    """Return one line of the manifest's list of stories."""
    return {
        "title": story.title,
        "folder": story.folder,
        "words": story.words,
        "chapters": story.chapters,
        "versions": story.versions,
        "in_trash": story.is_trashed,
    }
