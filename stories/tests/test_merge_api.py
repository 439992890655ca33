"""A text that could not be saved is joined with the head; nothing is saved by asking."""

import pytest

from stories.models import ChapterVersion
from stories.tests.builders import make_chapter, make_story, save, send

BASE = '<p data-b="a">One.</p><p data-b="b">Two.</p><p data-b="c">Three.</p>'
MINE = BASE.replace("One.", "One mine.")
THEIRS = BASE.replace("Three.", "Three theirs.")


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content=BASE)


def ask(client, chapter, base, content=MINE, **more):
    body = {"content": content, "base_revision": base, **more}
    return send(client, "post", f"/chapters/{chapter.pk}/merge", body)


def test_different_paragraphs_are_joined(as_alice, chapter):
    base = chapter.etag
    assert save(as_alice, chapter, THEIRS).status_code == 200
    kept = ChapterVersion.objects.count()
    answer = ask(as_alice, chapter, base)
    assert answer.status_code == 200
    merged = answer.json()
    assert (merged["clashes"], merged["is_base_known"]) == (0, True)
    assert merged["merged"] == MINE.replace("Three.", "Three theirs.")
    assert merged["head"]["revision"] == 2 and merged["head"]["content"] == THEIRS
    chapter.refresh_from_db()
    assert chapter.content == THEIRS and ChapterVersion.objects.count() == kept


def test_the_same_paragraph_is_shown_twice_and_the_choice_is_followed(as_alice, chapter):
    base = chapter.etag
    save(as_alice, chapter, BASE.replace("One.", "One theirs."))
    assert ask(as_alice, chapter, base).json()["clashes"] == 1
    for choice, held in (("mine", ["One mine."]), ("theirs", ["One theirs."])):
        merged = ask(as_alice, chapter, base, choices=[choice]).json()["merged"]
        assert [text for text in ("One mine.", "One theirs.") if text in merged] == held
    both = ask(as_alice, chapter, base).json()["merged"]
    assert "One mine." in both and "One theirs." in both


def test_a_forgotten_base_may_come_from_the_writers_device(as_alice, chapter):
    base = chapter.etag
    save(as_alice, chapter, THEIRS)
    ChapterVersion.objects.all().delete()
    unknown = ask(as_alice, chapter, base).json()
    assert not unknown["is_base_known"] and unknown["clashes"] == 2
    known = ask(as_alice, chapter, base, base_content=BASE).json()
    assert known["is_base_known"] and known["clashes"] == 0
    forged = ask(as_alice, chapter, base, base_content=THEIRS).json()
    assert not forged["is_base_known"]


@pytest.mark.parametrize("base", ["*", "", "1", "x-12345678", None])
def test_a_base_that_is_none_is_refused(as_alice, chapter, base):
    assert ask(as_alice, chapter, base).status_code == 422


def test_a_stranger_learns_nothing(as_bob, anonymous, chapter):
    assert ask(as_bob, chapter, chapter.etag).status_code == 403
    assert ask(anonymous, chapter, chapter.etag).status_code == 403
