"""Splits and merges among saves, moves and each other: one wins, nobody waits for ever."""

import random

import pytest

from accounts.models import User
from analytics.models import WritingSession
from nexus.lib.errors import DomainError, Stale
from stories.models import Chapter
from stories.saving import save_content
from stories.services.chapters import create_chapter, move_chapter, restore_chapter
from stories.services.division import Cut, Neighbour, merge_with_next, next_of, split_chapter
from stories.tests.builders import NOW, in_threads, make_chapter, make_story

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "".join(f"<p>word{number} more</p>" for number in range(12))


@pytest.fixture
def story():
    return make_story(User.objects.create_user("alice@example.com", username="Alice"))


def split(chapter, number, base):
    return split_chapter(
        chapter, by=chapter.story.owner, base=base, cut=Cut(number), source="api", at=NOW
    )


def test_of_ten_splits_from_one_base_one_wins(story):
    chapter = make_chapter(story, content=TEXT)
    answers = in_threads(lambda number: split(chapter, number, chapter.etag), range(1, 11))
    assert sum(isinstance(answer, Chapter) for answer in answers) == 1
    assert sum(isinstance(answer, Stale) for answer in answers) == 9
    first, second = Chapter.objects.in_order()
    assert first.content + second.content == TEXT
    assert (first.content_revision, chapter.versions.count()) == (2, 1)


def test_of_a_split_and_saves_from_one_base_one_wins(story):
    chapter = make_chapter(story, content=TEXT)

    def act(number):
        if number == 3:
            return split(chapter, 6, chapter.etag)
        content = f"{TEXT}<p>save{number}</p>"
        return save_content(chapter.pk, by=story.owner, content=content, base=chapter.etag, at=NOW)

    answers = in_threads(act, range(8))
    assert sum(isinstance(answer, Stale) for answer in answers) == 7
    rows = list(Chapter.objects.in_order())
    assert rows[0].content_revision == 2
    assert "".join(row.content for row in rows).startswith(TEXT)


def test_whatever_happens_at_once_no_word_is_lost_and_the_places_have_no_gaps(story):
    chapters = [
        make_chapter(story, f"Chapter {number}", TEXT.replace("word", f"c{number}w"))
        for number in range(4)
    ]
    words = {word for row in Chapter.objects.all() for word in row.text.split()}

    def act(number):
        dice = random.Random(number)
        chapter = Chapter.objects.select_related("story").get(pk=dice.choice(chapters).pk)
        do = dice.choice(["split", "merge", "move", "save", "create", "restore"])
        if do == "split":
            split(chapter, dice.randint(1, 5), chapter.etag)
        elif do == "merge" and (after := next_of(chapter)):
            following = Neighbour(after.etag, after.pk)
            merge_with_next(
                chapter,
                by=story.owner,
                base=chapter.etag,
                following=following,
                source="api",
                at=NOW,
            )
        elif do == "move":
            move_chapter(chapter, to_pos=dice.randint(0, 2), at=NOW)
        elif do == "save":
            content = f"{chapter.content}<p>s{number}</p>"
            save_content(chapter.pk, by=story.owner, content=content, base=chapter.etag, at=NOW)
        elif do == "create":
            create_chapter(story, by=story.owner, title=f"New {number}", source="api", at=NOW)
        elif away := Chapter.objects.filter(merged_into__isnull=False).first():
            restore_chapter(away, at=NOW)

    answers = in_threads(act, range(60))
    assert all(answer is None or isinstance(answer, DomainError) for answer in answers)
    live = list(Chapter.objects.filter(trashed_at__isnull=True).in_order())
    assert [row.position for row in live] == list(range(len(live)))
    assert words <= {word for row in live for word in row.text.split()}
    for row in Chapter.objects.all():
        net = sum(session.net for session in WritingSession.objects.filter(chapter=row))
        assert net == (0 if row.merged_into_id else row.word_count)
