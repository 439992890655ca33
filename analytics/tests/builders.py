"""Builders: stories and saves through the real services, at a time of the test's choosing."""

from datetime import UTC, date, datetime

from django.utils import timezone

from analytics.models import WritingSession
from stories.models import Chapter
from stories.saving import save_content
from stories.services.chapters import create_chapter
from stories.services.stories import create_story


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def today() -> date:
    """The writer's day, asked for anew: a long run of tests may go past midnight."""
    return timezone.now().date()


LONG_AGO = at("2020-01-01 12:00")


def make_chapter(owner, *, story=None, title="One", content=""):
    story = story or create_story(owner, title=f"The book of {title}", at=LONG_AGO)
    return create_chapter(story, by=owner, title=title, content=content, source="form", at=LONG_AGO)


def write(chapter, text, when, *, source="editor", cause="typed", **activity):
    """Save `text`; with any activity given, as an editor that reports it."""
    return save_content(
        chapter.pk,
        by=chapter.story.owner,
        content=text,
        base=None,
        activity=activity or None,
        source=source,
        cause=cause,
        at=when if isinstance(when, datetime) else at(when),
    )


def add_words(chapter, count, when, **activity):
    """Append a paragraph of that many words."""
    text = Chapter.objects.get(pk=chapter.pk).text
    return write(chapter, "\n\n".join(filter(None, [text, words(count)])), when, **activity)


def words(count: int) -> str:
    return " ".join(["word"] * count)


def sessions(user):
    return list(WritingSession.objects.filter(user=user).order_by("started_at", "pk"))


def settle(user):
    """Make every session look written long before now, as after a quiet moment."""
    WritingSession.objects.filter(user=user).update(updated_at=LONG_AGO)
