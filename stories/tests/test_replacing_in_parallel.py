"""Replacements among saves, each other and their undoing: one wins, nobody waits for ever."""

import pytest

from accounts.models import User
from nexus.lib.errors import Stale
from stories.models import Chapter, Replacement
from stories.replacing import wanted
from stories.saving import save_content
from stories.services.replacing import Part, TakenBack, replace_in_story, undo_replacement
from stories.tests.builders import NOW, in_threads, make_chapter, make_story

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chapters():
    story = make_story(User.objects.create_user("alice@example.com", username="Alice"))
    return [make_chapter(story, title=str(n), content=f"<p>cat {n}</p>") for n in range(5)]


def replace(chapters, words):
    story = chapters[0].story
    return replace_in_story(
        story,
        asked=wanted(find="cat", replacement=words),
        parts=[Part(chapter.pk, chapter.etag) for chapter in chapters],
        by=story.owner,
        source="form",
        at=NOW,
    )


def texts():
    return list(Chapter.objects.in_order().values_list("text", flat=True))


def test_of_ten_replacements_from_one_preview_one_wins(chapters):
    answers = in_threads(lambda n: replace(chapters, f"dog{n}"), range(10))
    (won,) = [answer for answer in answers if isinstance(answer, Replacement)]
    assert sum(isinstance(answer, Stale) for answer in answers) == 9
    assert texts() == [f"{won.replacement} {n}" for n in range(5)]
    assert set(Chapter.objects.values_list("content_revision", flat=True)) == {2}


def test_a_save_meanwhile_refuses_all_of_it_or_is_refused_itself(chapters):
    by = chapters[0].story.owner

    def act(number):
        if number == 2:
            return replace(chapters, "dog")
        own = chapters[number % 5]
        return save_content(own.pk, by=by, content="<p>mine</p>", base=own.etag, at=NOW)

    answers = in_threads(act, range(5))
    if isinstance(answers[2], Replacement):
        assert all(isinstance(answers[n], Stale) for n in (0, 1, 3, 4))
        assert texts() == [f"dog {n}" for n in range(5)]
    else:
        assert isinstance(answers[2], Stale) and "dog" not in " ".join(texts())


def test_a_step_is_undone_once(chapters):
    before = texts()
    step = replace(chapters, "dog")
    by = chapters[0].story.owner
    twice = [Replacement.objects.select_related("story").get(pk=step.pk) for _ in range(2)]
    answers = in_threads(lambda one: undo_replacement(one, by=by, at=NOW), twice)
    assert sum(isinstance(answer, TakenBack) for answer in answers) == 1
    assert texts() == before
    assert set(Chapter.objects.values_list("content_revision", flat=True)) == {3}
