"""Full-text search: the right passages of one's own work, never stale, nobody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stories import tasks
from stories.models import Chapter, SearchEntry
from stories.saving import save_content
from stories.searching import index
from stories.searching.answer import search
from stories.services.chapters import restore_chapter, trash_chapter, update_chapter
from stories.services.notes import write_notes
from stories.services.relocation import move_to_story
from stories.services.stories import restore_story, trash_story, update_story
from stories.services.trash import purge_trash
from stories.tests.builders import NOW, make_chapter, make_story, words

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def story(alice):
    return make_story(alice, "The Lighthouse", synopsis="A keeper, a storm and a goat.")


def titles(user, raw, **options):
    """Return the titles of what is found, the story's own for a story."""
    hits = search(user, raw, **options).hits
    return [(hit.chapter or hit.story).title for hit in hits]


def shown(user, raw):
    """Return the first hit's passage, what was looked for in brackets."""
    passage = search(user, raw).hits[0].passage
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in passage.parts)


def rewrite(chapter, content, at=LATER):
    save_content(chapter.pk, by=chapter.story.owner, content=content, base=None, at=at)


# --- What is found ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        "burned",
        "burning",
        "BURNED",
        "bürned",
        "lamp river",
        "river lamp",
        "bur",
        '"lamp burned low"',
        '"the lamp"',
        '"by the river"',
        "lamp -goat",
        "café",
        "cafe",
        "garçon's",
        "well-lit",
        "京都",
        "都",
        "1,204",
        "' | 'lamp:*",
    ],
)
def test_a_chapter_is_found(story, alice, raw):
    text = (
        "<p>The lamp burned low by the river.</p><p>A Café, well-lit; the garçon’s 1,204 東京都</p>"
    )
    make_chapter(story, "One", text)
    make_chapter(story, "Two", "<p>Nothing of the sort.</p>")
    assert titles(alice, raw) == ["One"]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "\x00",
        "-lamp",
        "…!?",
        '""',
        "zebra",
        "lamp zebra",
        '"burned lamp"',
        '"lamp low"',
        "lamp -river",
        'lamp -"by the river"',
        "la -burned",
        "京東",
        "!lamp zebra",
        "x" * 5_000,
        "\ud800",
    ],
)
def test_what_is_not_there_is_not_found(story, alice, raw):
    make_chapter(story, "One", "<p>The lamp burned low by the river. 東京都</p>")
    assert titles(alice, raw) == []


def test_words_may_stand_anywhere_in_a_long_chapter(story, alice):
    text = f"<p>lighthouse</p>{words(4_000)}{words(4_000, 'other')}<p>storm petrels</p>"
    chapter = make_chapter(story, "Long", text)
    assert titles(alice, "lighthouse petrels") == ["Long"]
    assert titles(alice, "lighthouse -petrels") == ["The Lighthouse"]
    assert SearchEntry.objects.filter(chapter=chapter).count() == 4
    assert "[petrels]" in shown(alice, "petrels")


def test_a_phrase_is_found_wherever_a_long_chapter_is_cut(story, alice):
    text = " ".join(f"w{number}" for number in range(9_000))
    make_chapter(story, "Long", f"<p>{text}</p>")
    for number in range(2_950, 3_050, 7):
        assert titles(alice, f'"w{number} w{number + 1} w{number + 2}"') == ["Long"]


def test_each_story_is_stemmed_in_its_own_language(story, alice):
    make_chapter(
        story,
        "Deutsch",
        "<p>Die Häuser am Fluss und das Boot; der Mann war nicht mit dem Hund auf der Straße.</p>",
    )
    make_chapter(story, "English", "<p>The houses were old and nobody had been there.</p>")
    assert titles(alice, "Hauses Straßen") == ["Deutsch"]
    assert titles(alice, "house") == ["English"]


def test_a_title_comes_before_a_text_and_the_newer_before_the_older(story, alice):
    make_chapter(story, "Text old", "<p>about a goat here</p>", at=NOW)
    make_chapter(story, "Text new", "<p>about a goat here</p>", at=LATER)
    make_chapter(story, "The goat", "<p>nothing</p>", at=NOW - timedelta(days=9))
    found = titles(alice, "goat")
    assert found[0] == "The goat"
    assert found.index("Text new") < found.index("Text old")
    assert "The Lighthouse" in found


def test_a_whole_word_comes_before_one_that_only_begins_so(story, alice):
    make_chapter(story, "Begins", "<p>The caterpillar sat.</p>", at=LATER)
    make_chapter(story, "Whole", "<p>The cat sat here too.</p>", at=NOW)
    assert titles(alice, "cat") == ["Whole", "Begins"]


def test_titles_and_text_can_be_asked_alone(story, alice):
    make_chapter(story, "Goat", "<p>nothing</p>")
    make_chapter(story, "Two", "<p>a goat</p>")
    assert titles(alice, "goat", within="titles") == ["Goat"]
    assert sorted(titles(alice, "goat", within="text")) == ["The Lighthouse", "Two"]


def test_the_passage_shows_the_words_marked_and_says_where(story, alice):
    make_chapter(
        story, "One", "<p>First.</p><p>Second.</p><p>A <em>läm</em>p &lt;b&gt; burning.</p>"
    )
    hit = search(alice, "lamp burned").hits[0]
    assert shown(alice, "lamp burned") == "A [lämp] <b> [burning]."
    assert hit.passage.paragraph == 2


def test_one_story_alone_can_be_searched_and_the_others_are_counted(story, alice):
    other = make_story(alice, "Other")
    make_chapter(story, "One", "<p>lamp</p>")
    for number in range(3):
        make_chapter(other, f"Other {number}", "<p>lamp</p>")
    found = search(alice, "lamp", story=story)
    assert [hit.chapter.title for hit in found.hits] == ["One"]
    assert found.total == 1
    assert [(shelf.title, shelf.hits) for shelf in found.shelves] == [
        ("Other", 3),
        ("The Lighthouse", 1),
    ]


def test_pages_hold_every_hit_once(story, alice):
    for number in range(11):
        make_chapter(story, f"Chapter {number}", "<p>a lamp</p>", at=NOW + timedelta(number % 3))
    seen, place = [], None
    while True:
        page = search(alice, "lamp", limit=4, behind=place)
        assert page.total == 11
        seen += [hit.chapter.pk for hit in page.hits]
        place = page.following
        if place is None:
            break
    assert len(seen) == len(set(seen)) == 11


# --- Never wrong for long -----------------------------------------------------------------


def test_a_search_knows_what_was_saved_a_moment_ago(story, alice):
    chapter = make_chapter(story, "One", "<p>lamp</p>")
    assert titles(alice, "lamp") == ["One"]
    rewrite(chapter, "<p>candle</p>")
    assert titles(alice, "lamp") == [] and titles(alice, "candle") == ["One"]
    update_chapter(chapter, by=alice, title="Wick", at=LATER)
    assert titles(alice, "wick") == ["Wick"]
    update_story(story, title="Pharos", synopsis="no animals", at=LATER)
    assert titles(alice, "pharos") == ["Pharos"] and titles(alice, "goat") == []
    move_to_story(chapter, make_story(alice, "Far"), by=alice, source="form", at=LATER)
    assert [hit.story.title for hit in search(alice, "candle").hits] == ["Far"]


def test_a_text_that_became_shorter_leaves_nothing_behind(story, alice):
    chapter = make_chapter(story, "Long", words(8_000) + "<p>petrels</p>")
    assert titles(alice, "petrels") == ["Long"]
    rewrite(chapter, "<p>short</p>")
    assert titles(alice, "petrels") == [] and titles(alice, "word7999") == []
    assert SearchEntry.objects.filter(chapter=chapter).count() == 2


def test_what_is_in_the_trash_is_not_found_until_it_comes_back(story, alice):
    chapter = make_chapter(story, "One", "<p>lamp</p>")
    assert titles(alice, "lamp") == ["One"]
    trash_chapter(chapter, at=LATER)
    assert search(alice, "lamp").total == 0
    restore_chapter(Chapter.objects.get(pk=chapter.pk), at=LATER)
    assert titles(alice, "lamp") == ["One"]
    trash_story(story, at=LATER)
    assert search(alice, "lamp").total == search(alice, "lighthouse").total == 0
    assert search(alice, "lamp").shelves == ()
    restore_story(story, at=LATER)
    assert titles(alice, "lamp") == ["One"]


def test_what_is_purged_leaves_no_entry(story, alice):
    make_chapter(story, "One", "<p>lamp</p>")
    search(alice, "lamp")
    trash_story(story, at=NOW - timedelta(days=40))
    purge_trash(at=NOW)
    assert not SearchEntry.objects.exists()


def test_the_worker_makes_ready_what_was_written(story, alice):
    chapter = make_chapter(story, "One", "<p>lamp</p>")
    assert tasks.reconcile_the_index() == 2
    assert tasks.reconcile_the_index() == tasks.index_what_changed() == 0
    rewrite(chapter, "<p>candle</p>")
    assert index.sweep(since=LATER + timedelta(seconds=1)) == 0
    assert index.sweep(since=LATER) == 1
    assert tasks.index_writer(str(alice.pk)) == 0


def test_too_much_for_one_search_is_left_to_the_worker_and_said(story, alice, monkeypatch):
    monkeypatch.setattr(index, "AT_ONCE", 10)
    for number in range(3):
        make_chapter(story, f"Chapter {number}", f"<p>lamp</p>{words(8)}", at=NOW)
    found = search(alice, "lamp")
    assert (found.total, found.unread) == (1, 2)
    assert tasks.index_writer(str(alice.pk)) == 2
    found = search(alice, "lamp")
    assert (found.total, found.unread) == (3, 0)


def test_a_save_runs_no_statement_for_the_index(story, alice):
    chapter = make_chapter(story, "One", "<p>lamp</p>")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rewrite(chapter, "<p>candle</p>")
    assert not any("searchentry" in query["sql"] for query in queries)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        " ".join(f"{number:040}" for number in range(20_000)),
        "文" * 50_000,
        " ".join("\U00020000" * 39 + chr(0x4E00 + number) for number in range(900)),
        "a\u0301\u0302" * 5_000,
        "'\"\\ :* & | ! <-> ( ) " * 500,
        "http://a.b/c?d=e x@y.z /usr/bin -1e5 ½ ٣ ___",
    ],
)
def test_no_text_is_too_strange_to_index(story, alice, text):
    chapter = make_chapter(story, "Strange", f"<p>{text}</p><p>lantern</p>".replace("&", "&amp;"))
    assert titles(alice, "lantern") == ["Strange"]
    assert SearchEntry.objects.filter(chapter=chapter).exists()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    raw=st.text(max_size=40) | st.text(st.sampled_from("lamp \"-*:&|!()<>'\\\x00東"), max_size=30)
)
def test_nothing_typed_breaks_a_search(story, alice, raw):
    if not story.chapters.exists():
        make_chapter(story, "One", "<p>The lamp 東京都</p>")
    answer = search(alice, raw)
    assert answer.total >= len(answer.hits)


# --- Whose it is ---------------------------------------------------------------------------


def test_a_stranger_finds_nothing_of_it(story, alice, bob):
    make_chapter(story, "Canary", "<p>xylograph lamp</p>")
    make_chapter(make_story(bob, "Bob's"), "Own", "<p>my lamp</p>")
    assert titles(alice, "lamp") == ["Canary"]
    assert titles(bob, "lamp") == ["Own"]
    for raw in ("xylograph", "canary", "lighthouse", "goat", "xyl", "lamp -my"):
        found = search(bob, raw)
        assert (found.total, found.hits, found.shelves) == (0, (), ())
    assert search(bob, "lamp", story=story).hits == ()


def test_the_same_questions_are_asked_however_much_there_is(story, alice):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert search(alice, "lamp goat -zebra").hits or True
        return len(queries)

    make_chapter(story, "One", "<p>lamp goat</p>")
    search(alice, "lamp")
    few = asked()
    for number in range(12):
        other = make_story(alice, f"Story {number}", synopsis="a goat and a lamp")
        make_chapter(other, f"Chapter {number}", "<p>lamp goat</p>")
    search(alice, "lamp")
    assert asked() == few <= 8


def test_synopsis_and_notes_are_found_and_are_no_text(alice, bob):
    chapter = make_chapter(make_story(alice), title="One", content="<p>Quiet water.</p>")
    write_notes(chapter, synopsis="The heron waits.", notes="Ask\n\nabout herons", at=NOW)
    (hit,) = search(alice, "herons").hits
    assert hit.in_notes and any(part.is_hit for part in hit.passage.parts)
    assert not search(alice, "heron", within="text").total
    assert search(alice, "heron", within="notes").total == 1
    assert not search(bob, "heron").total
    assert search(alice, "water heron").total == 1
    write_notes(chapter, synopsis="", notes="", at=NOW)
    assert not search(alice, "heron").total
