"""“Split here” in the editor: every word is saved first, then the caret's paragraph is chosen."""

import re

import pytest
from playwright.sync_api import expect

from stories.models import Chapter
from stories.tests.builders import make_chapter, make_story
from tests import desk

pytestmark = pytest.mark.browser
TEXT = '<p data-b="a">First one.</p><p data-b="b">Second one.</p><p data-b="c">Third one.</p>'


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content=TEXT)


@pytest.fixture
def page(browser, live_site, as_alice, chapter):
    with desk.window(browser, live_site, as_alice) as context:
        page = desk.open_editor(context.new_page(), f"{live_site.url}{chapter.get_absolute_url()}")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Home")
        page.keyboard.type("Just typed. ")
        yield page


def split_here(page):
    page.locator(".editor__fold--panel > summary").click()
    page.get_by_role("link", name="Split here").click()


def test_words_just_typed_are_saved_before_the_chapter_is_split_at_the_caret(page, chapter):
    split_here(page)
    page.wait_for_url(re.compile(r"/split/\?at=1#cut-1$"))
    expect(page.get_by_role("radio", checked=True)).to_have_accessible_name(
        "Split here before “Just typed. Second one.”"
    )
    page.get_by_label("Title of the new chapter").fill("Half")
    page.get_by_role("button", name="Split the chapter").click()
    expect(page.locator("#messages")).to_contain_text("“Half” begins where you chose.")
    texts = list(Chapter.objects.in_order().values_list("title", "text"))
    assert texts == [("One", "First one."), ("Half", "Just typed. Second one.\n\nThird one.")]


def test_nothing_is_split_while_the_server_lacks_a_word(page, chapter):
    page.context.set_offline(True)
    page.keyboard.type("More. ")
    page.clock.install()
    split_here(page)
    page.clock.run_for(25_000)
    expect(page.locator(".toast--error")).to_contain_text("so nothing was split")
    assert re.search(r"/chapters/[^/]+/$", page.url)
    page.clock.resume()
    page.context.set_offline(False)
    desk.wait_for_saved(page)
    assert "More." in Chapter.objects.get(pk=chapter.pk).text
