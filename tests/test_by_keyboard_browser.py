"""A writer without a mouse: every step by keys, and the focus is always where it is expected."""

import pytest
from playwright.sync_api import expect

from stories.models import Chapter
from stories.tests.builders import make_chapter, make_story, words
from tests import desk
from tests.reaching import ZOOMED

pytestmark = pytest.mark.browser


def tab_to(page, target, most=60):
    """Press Tab until the target has the focus; a page that keeps the focus elsewhere fails."""
    for _press in range(most):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(target).to_be_focused()


def test_a_day_without_a_mouse(browser, live_site, as_alice, alice):
    story = make_story(alice, "The Lighthouse")
    chapters = [make_chapter(story, title=title, content=words(5)) for title in ("One", "Two")]
    with desk.window(browser, live_site, as_alice, base_url=live_site.url) as context:
        page = context.new_page()
        the_outline_is_ordered(page, story)
        the_text_is_formatted(page, chapters[0])


def the_outline_is_ordered(page, story):
    page.goto(story.get_absolute_url())
    page.wait_for_selector(".outline--live")

    # The first Tab is the way past the header.
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    # A chapter goes down a place and keeps the focus.
    link = page.get_by_role("rowheader", name="One").get_by_role("link")
    tab_to(page, link)
    with page.expect_response("**/chapters/reorder") as answer:
        page.keyboard.press("Alt+ArrowDown")
    assert answer.value.ok
    expect(link).to_be_focused()
    titles = Chapter.objects.filter(story=story).in_order().values_list("title", flat=True)
    assert list(titles) == ["Two", "One"]

    # A menu opens, is walked through, and gives the focus back.
    more = page.get_by_label("More about “One”")
    tab_to(page, more)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Write", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()

    # From the menu a chapter goes up too; the last place above it takes no more.
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    up, down = (
        page.get_by_role("button", name=f"Move {way}", exact=True) for way in ("up", "down")
    )
    expect(down).to_have_count(0)
    tab_to(page, up)
    with page.expect_response("**/chapters/reorder"):
        page.keyboard.press("Enter")
    expect(down).to_be_focused()
    expect(up).to_have_count(0)
    assert Chapter.objects.filter(story=story).in_order().first().title == "One"
    page.keyboard.press("Escape")
    expect(more).to_be_focused()

    # So does a dialog.
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()


def the_text_is_formatted(page, chapter):
    page.goto(chapter.get_absolute_url())
    page.wait_for_selector("nx-editor[data-ready]")
    text = page.get_by_role("textbox", name="Text of the chapter")
    tab_to(page, text)
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("A heading")

    # Tab leaves the text; the tools are on the way, and Escape leads back.
    tools = page.get_by_role("button", name="Format", exact=True)
    page.keyboard.press("Tab")
    expect(text).not_to_be_focused()
    tab_to(page, tools)
    page.keyboard.press("Enter")
    bar = page.get_by_role("toolbar")
    expect(bar.get_by_role("button").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button").nth(1)).to_be_focused()
    expect(bar.locator('button[tabindex="0"]')).to_have_count(1)
    wide = page.viewport_size
    page.set_viewport_size(ZOOMED)
    assert bar.bounding_box()["y"] >= 0
    page.set_viewport_size(wide)
    page.keyboard.press("Enter")
    expect(text).to_be_focused()
    expect(page.locator(".ProseMirror > :last-child")).not_to_have_js_property("tagName", "P")

    # Folds open and close where the focus is.
    fold = page.locator(".editor__fold--outline > summary")
    while_held(page, "Shift", lambda: tab_to(page, fold))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    here = page.locator(".contents__link").first
    expect(here).to_be_focused()

    # There too a chapter goes down a place and keeps the focus; the way on goes with it.
    page.locator(".contents__grip").first.wait_for()
    with page.expect_response("**/chapters/reorder") as answer:
        page.keyboard.press("Alt+ArrowDown")
    assert answer.value.ok
    expect(page.locator(".contents__link").nth(1)).to_be_focused()
    titles = (
        Chapter.objects.filter(story=chapter.story_id).in_order().values_list("title", flat=True)
    )
    assert list(titles) == ["Two", "One"]
    expect(page.locator("nx-editor")).to_have_attribute("data-next", "")
    expect(page.locator(".editor__moves [rel=next]")).to_have_css("display", "none")
    expect(page.locator("nx-editor")).not_to_have_attribute("data-previous", "")
    page.keyboard.press("Escape")
    expect(fold).to_be_focused()
    desk.save_now(page)
    assert "A heading" in Chapter.objects.get(pk=chapter.pk).text


def while_held(page, key, act):
    page.keyboard.down(key)
    act()
    page.keyboard.up(key)
