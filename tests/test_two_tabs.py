"""Two windows on one chapter: never does one silently overwrite the other."""

import pytest
from playwright.sync_api import expect

from stories.tests.builders import make_chapter, make_story
from tests import desk
from tests.history import texts_kept

pytestmark = pytest.mark.browser

FIRST, SECOND = "Before. The first window.", "Before. The second window."


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content="<p>Before.</p>")


def open_two(context, chapter, site):
    """Open both before either types; the second one is deaf, as on another device or offline."""
    first, second = context.new_page(), context.new_page()
    second.route_web_socket("**/ws/live/**", lambda socket: None)
    for page in (first, second):
        desk.open_editor(page, f"{site.url}{chapter.get_absolute_url()}")
    return first, second


def clash(first, second):
    """Save in the first window, then in the second; return how the second was answered."""
    first.bring_to_front()
    first.keyboard.type(" The first window.")
    desk.save_now(first)
    second.bring_to_front()
    second.keyboard.type(" The second window.")
    with second.expect_response(lambda answer: answer.url.endswith("/content")) as answer:
        second.keyboard.press("Control+s")
    return answer.value.status


def test_the_second_window_is_stopped_and_both_texts_are_kept(browser, live_site, as_alice, alice):
    with desk.window(browser, live_site, as_alice) as context:
        for choice, head in (("mine", SECOND), ("theirs", FIRST), ("chapter", FIRST)):
            chapter = make_chapter(make_story(alice, choice), content="<p>Before.</p>")
            first, second = open_two(context, chapter, live_site)
            assert clash(first, second) == 412, choice
            chapter.refresh_from_db()
            assert chapter.text == FIRST, choice

            sides = second.locator(".clash--live .clash__text")
            expect(sides.nth(0)).to_have_text(SECOND)
            expect(sides.nth(1)).to_have_text(FIRST)
            second.click(f'.clash--live [data-choice="{choice}"]')
            expect(second.locator(".clash--live")).to_have_count(0)
            desk.wait_for_saved(second)
            assert desk.prose_of(second) == head, choice
            assert texts_kept(as_alice, chapter) >= {FIRST, SECOND}, choice
            goes_on(second, chapter, head)
            first.close()
            second.close()


def goes_on(page, chapter, head):
    """Write on from there, without another conflict."""
    page.click(".ProseMirror")
    page.keyboard.press("Control+End")
    page.keyboard.type(" And on.")
    desk.save_now(page)
    chapter.refresh_from_db()
    assert chapter.text == f"{head} And on."


def test_the_other_window_follows_while_nothing_is_typed_there(
    browser, live_site, as_alice, chapter
):
    with desk.window(browser, live_site, as_alice) as context:
        pages = [context.new_page(), context.new_page()]
        for page in pages:
            desk.open_editor(page, f"{live_site.url}{chapter.get_absolute_url()}")
        for number, (writing, reading) in enumerate([pages, pages[::-1]]):
            writing.bring_to_front()
            writing.click(".ProseMirror")
            writing.keyboard.press("Control+End")
            writing.keyboard.type(f" Turn {number}.")
            desk.save_now(writing)
            expect(reading.locator(".ProseMirror")).to_contain_text(f"Turn {number}.")
        assert not any(page.locator(".clash--live").count() for page in pages)
    chapter.refresh_from_db()
    assert chapter.text == "Before. Turn 0. Turn 1."
