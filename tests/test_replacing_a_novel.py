"""Replacing words across a real novel: quick, nothing of it written, and undone to the byte."""

import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from analytics.models import WritingSession
from nexus.testing import require
from stories.importing import read_book
from stories.models import Chapter
from stories.replacing import hits_in_story, wanted
from stories.services.chapters import import_chapters
from stories.services.replacing import Part, replace_in_story, undo_replacement
from stories.tests.builders import make_story
from stories.text import clean_html, content_hash, to_text

pytestmark = pytest.mark.django_db
NOVEL = Path(settings.BASE_DIR).parent / "shared" / "corpus" / "pride-and-prejudice.epub"
# Of this process alone: what others do on the machine is not at issue.
SECONDS = 5


@pytest.fixture(scope="module")
def book():
    path = require(NOVEL.exists() and NOVEL, "the novel of the corpus, beside the checkout")
    return read_book(path, filename=path.name)


@pytest.fixture
def novel(alice, book):
    chapters = [{"title": chapter.title, "content": chapter.content} for chapter in book.chapters]
    story = make_story(alice, "Pride and Prejudice")
    import_chapters(story, by=alice, chapters=chapters, at=timezone.now())
    return story


def contents(story):
    return list(Chapter.objects.filter(story=story).in_order().values_list("content", flat=True))


@pytest.mark.parametrize(("find", "replacement"), [("Elizabeth", "Lisbeth Anne"), ("the", "ye")])
def test_a_word_of_the_novel_is_replaced_everywhere_and_brought_back(
    novel, alice, find, replacement
):
    before = contents(novel)
    began = time.process_time()
    asked = wanted(find=find, replacement=replacement, match_case=True, whole_words=True)
    found = hits_in_story(novel, asked)
    parts = [Part(row.chapter.pk, row.chapter.etag) for row in found]
    step = replace_in_story(
        novel, asked=asked, parts=parts, by=alice, source="form", at=timezone.now()
    )
    assert time.process_time() - began <= SECONDS
    after = contents(novel)
    assert step.count == sum(len(row.hits) for row in found) > 500
    assert not hits_in_story(novel, asked)
    assert all(content == clean_html(content) for content in after)
    assert_the_rows_fit_their_text(novel)
    undo_replacement(step, by=alice, at=timezone.now())
    assert contents(novel) == before
    assert_the_rows_fit_their_text(novel)
    assert not WritingSession.objects.filter(typed__gt=0).exists()


def assert_the_rows_fit_their_text(story):
    for chapter in Chapter.objects.filter(story=story):
        assert chapter.content_hash == content_hash(chapter.content)
        assert chapter.text == to_text(chapter.content)
