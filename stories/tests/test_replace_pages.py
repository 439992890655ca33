"""The page of find and replace, without a script: look, leave out, turn pages, do it, undo it."""

import html
import re

import pytest

from stories.models import Chapter, Replacement
from stories.replace_choice import PER_PAGE
from stories.saving import save_content
from stories.tests.builders import NOW, make_chapter, make_story

pytestmark = pytest.mark.django_db
FIRST = '<p data-b="a">Jane &amp; <em>Ja</em>ne.</p><p data-b="b">“jane”</p>'


@pytest.fixture
def story(alice):
    return make_story(alice)


@pytest.fixture
def chapters(story):
    texts = {"One": FIRST, "Two": "<p>Jane, too.</p>", "Three": "<p>Nobody.</p>"}
    return [make_chapter(story, title=title, content=text) for title, text in texts.items()]


def ask(client, story, fields=None, **more):
    fields = {"find": "Jane", "replacement": "Anne"} | (fields or {}) | more
    return client.post(f"/stories/{story.pk}/replace/", fields)


def page_of(answer):
    return " ".join(html.unescape(answer.content.decode()).split())


def form_of(answer):
    """Return what a browser would send from the page of a preview, everything ticked as it is."""
    raw = answer.content.decode()
    form = raw[raw.index('class="section-head"') :]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    boxes = re.findall(r'name="take" value="([\d.]+)"[^>]*?( checked)?>', form)
    fields["take"] = [name for name, is_ticked in boxes if is_ticked]
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}


def contents(story):
    return list(Chapter.objects.filter(story=story).in_order().values_list("content", flat=True))


def follow(client, answer):
    return page_of(client.get(answer.url))


def test_the_page_asks_what_to_find_and_changes_nothing(as_alice, story, chapters):
    page = page_of(as_alice.get(f"/stories/{story.pk}/replace/"))
    assert "Find and replace" in page and "Undo this replacement" not in page
    before = contents(story)
    assert ask(as_alice, story).status_code == 200 and contents(story) == before


def test_every_place_is_shown_with_its_context_under_its_chapter(as_alice, story, chapters):
    page = page_of(ask(as_alice, story))
    assert "4 places in 2 chapters" in page
    lines = re.findall(r'dir="auto">(.*?)</span>', page)
    assert lines == [
        "<del>Jane</del><ins>Anne</ins> & Jane.",
        "Jane & <del>Jane</del><ins>Anne</ins>.",
        "“<del>jane</del><ins>Anne</ins>”",
        "<del>Jane</del><ins>Anne</ins>, too.",
    ]
    assert page.index(">One</a>") < page.index("“<del>jane") < page.index(">Two</a>")
    assert ">Three</a>" not in page


def test_what_stands_in_the_text_is_shown_and_never_run(as_alice, story):
    make_chapter(story, content="<p>&lt;script&gt; Jane</p>")
    raw = ask(as_alice, story, replacement="<img src=x>").content.decode()
    assert (
        "&lt;script&gt; <del>Jane" in raw and "&lt;img src=x&gt;" in raw and "<img src" not in raw
    )


def test_what_is_ticked_is_replaced_and_can_be_undone_by_one_button(as_alice, story, chapters):
    fields = form_of(ask(as_alice, story, match_case="on"))
    answer = as_alice.post(f"/stories/{story.pk}/replace/", fields | {"apply": "1"})
    assert answer.status_code == 302
    page = follow(as_alice, answer)
    assert page.count("“Jane” became “Anne” 3 times, in 2 chapters.") == 1
    assert contents(story)[0] == FIRST.replace("Jane", "Anne").replace(
        "<em>Ja</em>ne", "<em>Anne</em>"
    )
    (address,) = re.findall(r'action="([^"]*/undo/)"', page)
    page = follow(as_alice, as_alice.post(address))
    assert "Undone. 2 chapters read as they did before." in page and "Undo this" not in page
    assert contents(story)[:2] == [FIRST, "<p>Jane, too.</p>"]


def test_what_is_not_ticked_stays(as_alice, story, chapters):
    fields = form_of(ask(as_alice, story))
    fields["take"] = [name for name in fields["take"] if name not in {"0.0", "1.0"}]
    as_alice.post(f"/stories/{story.pk}/replace/", fields | {"apply": "1"})
    assert (
        contents(story)[0] == '<p data-b="a">Jane &amp; <em>Anne</em>.</p><p data-b="b">“Anne”</p>'
    )
    assert contents(story)[1] == "<p>Jane, too.</p>"


def test_with_nothing_ticked_nothing_happens_and_it_is_said(as_alice, story, chapters):
    fields = form_of(ask(as_alice, story)) | {"take": [], "apply": "1"}
    answer = as_alice.post(f"/stories/{story.pk}/replace/", fields)
    assert answer.status_code == 422 and "Nothing was chosen" in page_of(answer)
    assert "4 places in 2 chapters" in page_of(answer), "and every place is shown again"
    assert not Replacement.objects.exists()


def test_whole_words_and_capitals_are_asked_for(as_alice, story):
    make_chapter(story, content="<p>Jane Janes jane</p>")
    assert "3 places" in page_of(ask(as_alice, story))
    assert "2 places" in page_of(ask(as_alice, story, whole_words="on"))
    page = page_of(ask(as_alice, story, whole_words="on", match_case="on"))
    assert "1 place in 1 chapter" in page


def test_taking_words_out_says_so_before_and_after(as_alice, story, chapters):
    answer = ask(as_alice, story, find="Jane, ", replacement="")
    assert "Take out what is ticked" in page_of(answer) and "<ins>" not in page_of(answer)
    answer = as_alice.post(f"/stories/{story.pk}/replace/", form_of(answer) | {"apply": "1"})
    assert "“Jane, ” was taken out once, in 1 chapter." in follow(as_alice, answer)
    assert contents(story)[1] == "<p>too.</p>"


def test_nothing_to_find_is_no_error(as_alice, story, chapters):
    answer = ask(as_alice, story, find="Nowhere")
    assert answer.status_code == 200 and "Nothing would change." in page_of(answer)


@pytest.mark.parametrize("fields", [{"find": ""}, {"find": "x" * 201}, {"replacement": "a\tb"}])
def test_what_cannot_be_asked_is_said_at_its_field(as_alice, story, chapters, fields):
    answer = ask(as_alice, story, fields)
    assert answer.status_code == 422 and "field__error" in answer.content.decode()


def test_a_chapter_changed_since_is_named_and_nothing_is_replaced(as_alice, alice, story, chapters):
    fields = form_of(ask(as_alice, story))
    fields["take"].remove("0.1")
    save_content(chapters[1].pk, by=alice, content="<p>Jane, Jane.</p>", base=None, at=NOW)
    answer = as_alice.post(f"/stories/{story.pk}/replace/", fields | {"apply": "1"})
    page = page_of(answer)
    assert answer.status_code == 409 and "“Two” was changed meanwhile. Nothing was replaced" in page
    assert contents(story)[:2] == [FIRST, "<p>Jane, Jane.</p>"]
    again = form_of(answer)
    assert again["take"] == ["0.0", "0.2", "1.0", "1.1"], "what was left out stays left out"
    as_alice.post(f"/stories/{story.pk}/replace/", again | {"apply": "1"})
    assert contents(story)[1] == "<p>Anne, Anne.</p>" and "<em>Ja</em>ne" in contents(story)[0]


def test_many_places_come_in_pages_and_what_is_left_out_stays_so(as_alice, story):
    count = 2 * PER_PAGE + 3
    half = count // 2
    texts = [" ".join(f"Jane{n}" for n in range(part)) for part in (half, count - half)]
    for number, text in enumerate(texts):
        make_chapter(story, title=f"Chapter {number}", content=f"<p>{text}</p>")
    first = ask(as_alice, story)
    page = page_of(first)
    assert "403 places in 2 chapters" in page and "Here are 1 to 200." in page
    fields = form_of(first)
    assert len(fields["take"]) == PER_PAGE
    fields["take"].remove("0.7")
    last = as_alice.post(f"/stories/{story.pk}/replace/", fields | {"page": "3"})
    assert "Here are 401 to 403." in page_of(last) and "402 places are ticked" in page_of(last)
    fields = form_of(last)
    fields["take"].remove("1.201")
    back = as_alice.post(f"/stories/{story.pk}/replace/", fields | {"page": "1"})
    assert "0.7" not in form_of(back)["take"] and "0.8" in form_of(back)["take"]
    as_alice.post(f"/stories/{story.pk}/replace/", form_of(back) | {"apply": "1"})
    assert Replacement.objects.get().count == count - 2
    one, two = contents(story)
    assert "Jane7 " in one and "Jane201<" in two and (one + two).count("Jane") == 2


def test_a_chapter_in_the_way_of_undoing_is_named(as_alice, alice, story, chapters):
    fields = form_of(ask(as_alice, story)) | {"apply": "1"}
    as_alice.post(f"/stories/{story.pk}/replace/", fields)
    save_content(chapters[0].pk, by=alice, content="<p>New</p>", base=None, at=NOW)
    step = Replacement.objects.get()
    page = follow(as_alice, as_alice.post(f"/stories/{story.pk}/replace/{step.pk}/undo/"))
    assert "Undone. 1 chapter reads" in page and "“One” was changed since" in page
    assert f'href="/chapters/{chapters[0].pk}/history/"' in page
    assert contents(story)[:2] == ["<p>New</p>", "<p>Jane, too.</p>"]
    page = follow(as_alice, as_alice.post(f"/stories/{story.pk}/replace/{step.pk}/undo/"))
    assert "has been undone already" in page


def test_the_history_says_why_the_text_is_kept(as_alice, story, chapters):
    as_alice.post(f"/stories/{story.pk}/replace/", form_of(ask(as_alice, story)) | {"apply": "1"})
    page = page_of(as_alice.get(f"/chapters/{chapters[0].pk}/history/"))
    assert "Before find and replace" in page


def test_strangers_and_visitors_get_nothing(as_bob, anonymous, story, chapters):
    assert as_bob.get(f"/stories/{story.pk}/replace/").status_code == 404
    assert ask(as_bob, story).status_code == 404
    assert ask(anonymous, story).status_code == 302


def test_another_storys_replacement_is_not_found_here(as_alice, alice, story, chapters):
    as_alice.post(f"/stories/{story.pk}/replace/", form_of(ask(as_alice, story)) | {"apply": "1"})
    other, step = make_story(alice, "Other"), Replacement.objects.get()
    assert as_alice.post(f"/stories/{other.pk}/replace/{step.pk}/undo/").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("seen", "x"), ("out", "9.9 -1.2 a.b"), ("shown", "0.0-9999999 1.5-2"), ("page", "9" * 6)],
)
def test_hidden_fields_that_nobody_sent_harm_nothing(as_alice, story, chapters, name, value):
    fields = form_of(ask(as_alice, story)) | {name: value}
    assert as_alice.post(f"/stories/{story.pk}/replace/", fields).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_book(
    as_alice, story, chapters, django_assert_num_queries
):
    with django_assert_num_queries(4):
        ask(as_alice, story)
    for number in range(20):
        make_chapter(story, title=f"More {number}", content="<p>Jane</p>")
    with django_assert_num_queries(4):
        ask(as_alice, story)
