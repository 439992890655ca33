"""What was put away 30 days ago is deleted for good; nothing else is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stories.models import Chapter, Story
from stories.services.chapters import trash_chapter
from stories.services.stories import trash_story
from stories.tasks import purge_trash
from stories.tests.builders import make_chapter, make_story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_a_story_goes_with_its_chapters_after_thirty_days(alice, days, kept):
    story = make_story(alice)
    make_chapter(story)
    trash_story(story, at=timezone.now() - timedelta(days=days))
    purge_trash()
    assert (Story.objects.exists(), Chapter.objects.exists()) == (kept, kept)


@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_a_chapter_goes_alone(alice, days, kept):
    story = make_story(alice)
    make_chapter(story, title="Stays")
    trash_chapter(make_chapter(story, title="Goes"), at=timezone.now() - timedelta(days=days))
    purge_trash()
    assert Chapter.objects.filter(title="Goes").exists() == kept
    assert Chapter.objects.filter(title="Stays").exists()


def test_nothing_of_the_living_is_touched_however_old(alice):
    make_chapter(make_story(alice))
    Story.objects.update(updated_at=timezone.now() - timedelta(days=3000))
    purge_trash()
    assert Chapter.objects.exists()
