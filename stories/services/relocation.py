"""Moving a chapter from one story to another: its text, its history and its id go with it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.lib.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from stories.models import Chapter, Story
from stories.saving import Change, announce
from stories.services.conflicts import refusing
from stories.services.division import MOVED, hand_on_part
from stories.services.stories import touch_story


@transaction.atomic
def move_to_story(
    chapter: Chapter, story: Story, *, by: User, source: str, at: datetime
) -> Chapter:
    """Make `chapter` the last one of another `story` of the writer's; return it as it is now.

    Its revision stays, so that an open window goes on saving. A part that began with it begins
    with the chapter after it. Conflict when the other story has a chapter of that title.
    """
    if story.owner_id != by.pk:
        raise Forbidden(_("This story belongs to another writer."))
    if story.pk == chapter.story_id:
        raise Invalid.field("story", _("The chapter is in this story already."))
    # One order for everyone, or two moves in opposite directions would wait for ever.
    for story_id in sorted((chapter.story_id, story.pk)):
        touch_story(story_id, at=at)
    here = Chapter.objects.select_related("story").filter(pk=chapter.pk, story=chapter.story_id)
    moved = here.live().select_for_update(no_key=True, of=("self",)).first()
    if moved is None:
        raise NotFound(_("There is no such chapter."))
    _announce(moved, by=by, source=source, at=at, words=(moved.word_count, 0))
    hand_on_part(moved, at=at)
    later = Chapter.objects.filter(story=moved.story_id, position__gt=moved.position)
    later.update(position=F("position") - 1)
    moved.position = Chapter.objects.filter(story=story, position__isnull=False).count()
    moved.story, moved.part_title, moved.updated_at = story, "", at
    moved.metadata_version += 1
    with refusing("chapter_title_once_per_story", _title_taken(story)):
        moved.save(
            update_fields=["story", "position", "part_title", "updated_at", "metadata_version"]
        )
    _announce(moved, by=by, source=source, at=at, words=(0, moved.word_count))
    return moved


def _announce(
    chapter: Chapter, *, by: User, source: str, at: datetime, words: tuple[int, int]
) -> None:
    """Tell the ledger of words that leave a story, or come to one."""
    if chapter.word_count:
        before, after = words
        change = Change(words_before=before, words_after=after, source=source, cause=MOVED)
        announce(chapter, by=by, at=at, change=change)


def _title_taken(story: Story) -> Conflict:
    message = _("“%(story)s” has a chapter with this title already.") % {"story": story.title}
    return Conflict(
        message, code="title_taken", errors=[FieldError("story", message, "title_taken")]
    )
