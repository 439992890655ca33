"""Find and replace in the open chapter, as a writer's hands do it."""

import pytest
from playwright.sync_api import expect

from analytics.models import WritingSession
from stories.models import Chapter
from stories.tests.builders import make_chapter, make_story
from tests import desk
from tests.reaching import ZOOMED

pytestmark = pytest.mark.browser
TEXT = '<p data-b="a">Jane sat down.</p><p data-b="b">“<em>Ja</em>ne,” said jane’s aunt.</p>'


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), title="One", content=TEXT, source="import")


@pytest.fixture
def page(browser, live_site, as_alice, chapter):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        yield desk.open_editor(page, f"{live_site.url}{chapter.get_absolute_url()}")


def test_words_are_found_replaced_as_one_step_and_brought_back(page, chapter):
    bar, count = page.locator("form.find"), page.locator("[data-find-count]")
    expect(bar).to_be_hidden()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+f")
    expect(page.get_by_label("Find", exact=True)).to_be_focused()
    page.keyboard.type("Jane")
    expect(count).to_have_text("1 of 3")
    expect(page.locator(".found")).to_have_count(4)  # one of them is in two pieces
    wide = page.viewport_size
    page.set_viewport_size(ZOOMED)
    assert bar.bounding_box()["height"] < ZOOMED["height"] / 2
    page.set_viewport_size(wide)
    page.keyboard.press("Enter")
    expect(count).to_have_text("2 of 3")
    page.keyboard.press("Shift+F3")
    expect(count).to_have_text("1 of 3")
    page.get_by_label("Match capitals").check()
    expect(count).to_have_text("1 of 2")

    page.get_by_label("Replace with").fill("Mary Ann")
    page.get_by_role("button", name="All in this chapter").click()
    assert desk.prose_of(page).split("\n")[-1] == "“Mary Ann,” said jane’s aunt."
    desk.save_now(page)
    chapter.refresh_from_db()
    assert chapter.content == TEXT.replace("Jane", "Mary Ann").replace(
        "<em>Ja</em>ne", "<em>Mary Ann</em>"
    )
    row = WritingSession.objects.get(source="editor")
    assert (row.typed, row.replaced, row.removed) == (0, 2, 0)

    page.get_by_label("Find", exact=True).focus()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(page.locator(".ProseMirror")).to_be_focused()
    page.keyboard.press("Control+z")
    desk.save_now(page)
    assert Chapter.objects.get(pk=chapter.pk).content == TEXT

    # The book is searched from beside the text, and what was just typed is on the server first.
    page.keyboard.type("Soon. ")
    page.locator(".editor__fold--panel > summary").click()
    page.locator("#book-words").fill("soon")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text("Soon")


def test_the_same_key_in_the_bar_is_the_browsers_own(page):
    page.evaluate(
        "document.addEventListener('keydown', (e) => { window.kept = e.defaultPrevented; })"
    )
    page.keyboard.press("Control+f")
    assert page.evaluate("window.kept") is True
    page.keyboard.press("Control+f")
    assert page.evaluate("window.kept") is False
