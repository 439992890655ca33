"""Comments and notes in the editor, as a writer's hands make them, and what she is told of them."""

import pytest
from playwright.sync_api import expect

from stories.models import Chapter, Comment
from stories.services.notes import write_notes
from stories.tests.builders import NOW, make_chapter, make_story
from tests import desk

pytestmark = pytest.mark.browser
TEXT = '<p data-b="a">It was late.</p><p data-b="b">Tom went home and slept.</p>'
MARK = "mark.commented"


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), title="One", content=TEXT)


@pytest.fixture
def page(browser, live_site, as_alice, chapter):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        yield desk.open_editor(page, f"{live_site.url}{chapter.get_absolute_url()}")


def select_the_paragraph(page):
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    # The bar is there once the editor knows of the selection.
    expect(page.locator(".format-bar")).to_be_visible()


def test_a_comment_made_by_keyboard_follows_its_passage(page, chapter):
    select_the_paragraph(page)
    page.keyboard.press("F2")
    expect(page.get_by_role("textbox", name="Comment")).to_be_focused()
    page.keyboard.type("Did he?")
    # Escape leads back to the text, and what is not saved stays in sight.
    page.keyboard.press("Escape")
    expect(page.locator(".ProseMirror")).to_be_focused()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("Did he?")
    page.get_by_role("textbox", name="Comment").focus()
    page.keyboard.press("Control+Enter")
    card = page.locator("[data-comments=waiting] > .comment")
    expect(card.locator(".comment__text")).to_have_text("Did he?")
    expect(page.locator(".ProseMirror")).to_be_focused()
    comment = Comment.objects.get()
    assert (comment.quote, comment.text) == ("Tom went home and slept.", "Did he?")
    expect(page.locator(MARK)).to_have_attribute("aria-details", f"comment-{comment.pk}")

    # Where the device chooses all colours, the passage can still be read.
    page.emulate_media(forced_colors="active", color_scheme="dark")
    colours = page.locator(MARK).evaluate(
        "(mark) => [mark, mark.parentElement].map((one) => getComputedStyle(one).color)"
    )
    assert colours[0] == colours[1]
    page.emulate_media(forced_colors="none", color_scheme="light")

    # What is typed within it becomes part of it, here and on the server.
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    with page.expect_response(lambda answer: f"/comments/{comment.pk}" in answer.url):
        page.keyboard.type(" deeply")
        desk.save_now(page)
    comment.refresh_from_db()
    assert comment.quote == "Tom went home and slept deeply."
    assert "mark" not in Chapter.objects.get(pk=chapter.pk).content

    # Gone with its words, back with them.
    select_the_paragraph(page)
    page.keyboard.press("Delete")
    expect(card.get_by_text("The passage was deleted.")).to_be_visible()
    expect(page.locator(MARK)).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(MARK)).to_contain_text("Tom went home and slept")
    expect(card.get_by_text("The passage was deleted.")).to_be_hidden()

    card.get_by_role("button", name="Resolve").click()
    expect(page.locator(MARK)).to_have_count(0)
    desk.save_now(page)
    page.reload()
    page.locator("nx-editor[data-ready]").wait_for()
    page.locator(".editor__fold--panel > summary").click()
    page.get_by_text("Resolved (1)").click()
    page.get_by_role("button", name="Reopen").click()
    expect(page.locator(MARK)).to_contain_text("Tom went home and slept")


def test_notes_say_what_is_saved_and_write_over_nothing(page, chapter, live_site):
    page.locator(".editor__fold--panel > summary").click()
    notes, state = page.locator("#beside-notes"), page.locator("#beside-state")
    notes.fill("mine")
    notes.blur()
    expect(state).to_contain_text("Saved")
    assert Chapter.objects.get(pk=chapter.pk).notes == "mine"

    page.route(f"**/api/v1/chapters/{chapter.pk}", lambda route: route.abort())
    notes.fill("mine too")
    notes.blur()
    expect(state).to_contain_text("Not saved")
    expect(notes).to_have_value("mine too")
    page.unroute(f"**/api/v1/chapters/{chapter.pk}")

    write_notes(chapter, notes="from the phone", at=NOW)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("from the phone")).to_be_visible()
    expect(notes).to_have_value("mine too")
    page.get_by_role("button", name="Keep both").click()
    expect(state).to_contain_text("Saved")
    assert Chapter.objects.get(pk=chapter.pk).notes == "from the phone\n\nmine too"
