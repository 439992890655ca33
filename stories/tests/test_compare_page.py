"""Any two versions of a chapter can be read against each other, in one page."""

import random
import time

import pytest
from django.urls import reverse

from stories.comparing import Gap, Piece, compare, folded
from stories.models import ChapterVersion
from stories.saving import save_content
from stories.tests.builders import NOW, make_chapter, make_story

TEXTS = ["The old lamp burned.", "The new lamp burned.", "The new lamp burned low."]


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(make_story(alice), content=f"<p>{TEXTS[0]}</p>")
    for text in TEXTS[1:]:
        save_content(chapter.pk, by=alice, content=f"<p>{text}</p>", base=None, at=NOW)
    return chapter


def page_of(client, chapter, **query):
    return client.get(reverse("stories:compare", args=[chapter.pk]), query)


def compared(client, chapter, older, newer, **query):
    answer = page_of(client, chapter, **{"from": older, "to": newer}, **query)
    assert answer.status_code == 200
    return str(answer.context["compared"])


def test_any_two_are_compared_by_revision_or_id(as_alice, chapter):
    first = chapter.versions.get(revision=1)
    for older, newer in ((1, 2), (first.pk, 2), (str(first.pk), "2")):
        text = compared(as_alice, chapter, older, newer)
        assert "taken out: </span>old " in text and "added: </span>new " in text
    assert "added: </span>burned low.<" in compared(as_alice, chapter, 2, 3)


def test_the_older_one_comes_first_whichever_was_chosen_first(as_alice, alice, chapter):
    ChapterVersion.objects.filter(revision=1).update(saved_at=NOW.replace(year=2025))
    assert compared(as_alice, chapter, 3, 1) == compared(as_alice, chapter, 1, 3)


def test_a_version_and_itself_read_the_same(as_alice, chapter):
    answer = page_of(as_alice, chapter, **{"from": "3", "to": "3"})
    assert "The two read the same." in answer.content.decode()


@pytest.mark.parametrize(("older", "newer"), [("9", "1"), ("1", "x"), ("1", "-1"), ("1", "1" * 99)])
def test_a_version_that_is_none_is_not_found(as_alice, chapter, older, newer):
    assert page_of(as_alice, chapter, **{"from": older, "to": newer}).status_code == 404


def test_with_less_than_two_chosen_the_history_is_shown(as_alice, chapter):
    assert page_of(as_alice, chapter, **{"from": "1"}).status_code == 302


def test_no_text_becomes_a_tag(as_alice, alice, chapter):
    content = "<p>&lt;script&gt;x&lt;/script&gt; &amp;amp; &lt;b&gt;</p>"
    save_content(chapter.pk, by=alice, content=content, base=None, at=NOW)
    text = compared(as_alice, chapter, 3, 4)
    assert "&lt;script&gt;" in text and "<script" not in text and "<b>" not in text


def test_only_the_changes_are_shown_until_the_whole_is_asked_for(as_alice, alice):
    words = [f"word{number}" for number in range(500)]
    chapter = make_chapter(make_story(alice), content=f"<p>{' '.join(words)}</p>")
    words[250] = "changed"
    save_content(chapter.pk, by=alice, content=f"<p>{' '.join(words)}</p>", base=None, at=NOW)
    text = compared(as_alice, chapter, 1, 2)
    assert "word249" in text and "word20 " not in text
    assert "226 words unchanged" in text and "225 words unchanged" in text
    assert "word20 " in compared(as_alice, chapter, 1, 2, all=1)


def test_folding_leaves_out_nothing_but_what_it_counts():
    dice = random.Random(4)
    for _round in range(50):
        before = [str(dice.randrange(40)) for _ in range(200)]
        after = [word for word in before if dice.random() > 0.02]
        pieces = compare(" ".join(before), " ".join(after))
        short = folded(pieces, context=3)
        hidden = sum(piece.words for piece in short if isinstance(piece, Gap))
        shown = [piece for piece in short if isinstance(piece, Piece)]
        assert [p for p in shown if p.op != "equal"] == [p for p in pieces if p.op != "equal"]
        equal = sum(len(p.text.split()) for p in pieces if p.op == "equal")
        assert hidden + sum(len(p.text.split()) for p in shown if p.op == "equal") == equal


def prose(dice, count):
    return " ".join(f"word{dice.randrange(3000)}" for _ in range(count))


@pytest.mark.parametrize("likeness", ["a little changed", "nothing alike", "every third word"])
def test_two_texts_of_100_kb_are_compared_and_shown_within_half_a_second(as_alice, alice, likeness):
    dice = random.Random(7)
    old = prose(dice, 12_000).split()
    new = {
        "a little changed": [w if dice.random() > 0.02 else "changed" for w in old],
        "nothing alike": prose(dice, 12_000).split(),
        "every third word": [w if n % 3 else f"new{n}" for n, w in enumerate(old)],
    }[likeness]
    assert len(" ".join(old)) > 90_000
    chapter = make_chapter(make_story(alice), content=f"<p>{' '.join(old)}</p>")
    save_content(chapter.pk, by=alice, content=f"<p>{' '.join(new)}</p>", base=None, at=NOW)
    page_of(as_alice, chapter, **{"from": "1", "to": "1"})
    began = time.process_time()
    compared(as_alice, chapter, 1, 2, all=1)
    assert time.process_time() - began < 0.5
