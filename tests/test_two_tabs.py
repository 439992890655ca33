"""One chapter open twice: two devices ask when they clash, two tabs take turns."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from stories.tests.builders import make_chapter, make_story
from tests import desk
from tests.history import texts_kept

pytestmark = pytest.mark.browser

FIRST, SECOND = "Before. The first window.", "Before. The second window."
CHIP = "[data-live=chip]"
HANG = "() => setTimeout(() => { const from = Date.now(); while (Date.now() - from < 5000); })"


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content="<p>Before.</p>")


@contextmanager
def two_devices(browser, site, client):
    """Give two browsers in which one writer is signed in."""
    with desk.window(browser, site, client) as first, desk.window(browser, site, client) as second:
        yield first, second


def open_two(contexts, chapter, site):
    """Open both before either types; the second one is deaf, as when it was offline."""
    first, second = (context.new_page() for context in contexts)
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
    with two_devices(browser, live_site, as_alice) as contexts:
        for choice, head in (("mine", SECOND), ("theirs", FIRST), ("chapter", FIRST)):
            chapter = make_chapter(make_story(alice, choice), content="<p>Before.</p>")
            first, second = open_two(contexts, chapter, live_site)
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
    with two_devices(browser, live_site, as_alice) as contexts:
        pages = [context.new_page() for context in contexts]
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


def open_tabs(context, chapter, site):
    """Open the chapter in two tabs of one browser; the second reads along."""
    first, second = context.new_page(), context.new_page()
    desk.open_editor(first, f"{site.url}{chapter.get_absolute_url()}")
    desk.open_editor(second, f"{site.url}{chapter.get_absolute_url()}")
    expect(second.locator(CHIP)).to_have_text("Open in another tab")
    return first, second


def write(page, words):
    page.bring_to_front()
    page.click(".ProseMirror")
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_a_second_tab_reads_along_and_takes_over_when_asked(browser, live_site, as_alice, chapter):
    with desk.window(browser, live_site, as_alice) as context:
        first, second = open_tabs(context, chapter, live_site)
        write(second, "Ignored")
        write(first, " One.")
        desk.save_now(first)
        expect(second.locator(".ProseMirror")).to_have_text("Before. One.")
        write(first, " Two.")
        second.get_by_role("button", name="Write here instead").click()
        expect(second.locator(CHIP)).to_have_text(re.compile("^Saved"))
        expect(first.locator(CHIP)).to_have_text("Open in another tab")
        expect(second.locator(".ProseMirror")).to_have_text("Before. One. Two.")
        write(second, " Three.")
        desk.save_now(second)
        expect(first.locator(".ProseMirror")).to_have_text("Before. One. Two. Three.")
        second.close()
        expect(first.locator(CHIP)).to_have_text(re.compile("^Saved"))
        write(first, " Four.")
        desk.save_now(first)
        assert first.locator(".clash--live").count() == 0
    chapter.refresh_from_db()
    assert chapter.text == "Before. One. Two. Three. Four."


def test_a_tab_that_cannot_save_gives_its_words_to_the_one_that_takes_over(
    browser, live_site, as_alice, chapter
):
    with desk.window(browser, live_site, as_alice) as context:
        first, second = open_tabs(context, chapter, live_site)
        first.route("**/content", lambda route: route.abort())
        write(first, " Never sent from here.")
        expect(first.locator(CHIP)).to_have_text("Not on the server yet, retrying")
        first.keyboard.type(" Nor this.")
        second.get_by_role("button", name="Write here instead").click()
        expect(first.locator(CHIP)).to_have_text("Open in another tab")
        desk.wait_for_saved(second)
        expect(second.locator(".ProseMirror")).to_have_text(
            "Before. Never sent from here. Nor this."
        )
    chapter.refresh_from_db()
    assert chapter.text == "Before. Never sent from here. Nor this."


def test_a_tab_that_hangs_loses_its_turn_and_nothing_else(browser, live_site, as_alice, chapter):
    with desk.window(browser, live_site, as_alice) as context:
        first, second = open_tabs(context, chapter, live_site)
        first.route("**/content", lambda route: route.abort())
        write(first, " Kept.")
        expect(first.locator(CHIP)).to_have_text("Not on the server yet, retrying")
        first.evaluate(HANG)
        second.get_by_role("button", name="Write here instead").click()
        expect(second.locator(".ProseMirror")).to_have_text("Before. Kept.", timeout=8_000)
        desk.wait_for_saved(second)
        expect(first.locator(CHIP)).to_have_text("Open in another tab", timeout=8_000)
        expect(first.locator(".ProseMirror")).to_have_text("Before. Kept.")
    chapter.refresh_from_db()
    assert chapter.text == "Before. Kept."
