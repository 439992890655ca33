"""The palette by keyboard alone, from a page and from an open chapter; the sheet of keys."""

import re

import pytest
from playwright.sync_api import expect

from stories.models import Chapter
from stories.tests.builders import make_chapter, make_story, words
from tests import desk

pytestmark = pytest.mark.browser


@pytest.fixture
def story(alice):
    story = make_story(alice, "The Lighthouse")
    text = "".join(words(30, f"w{number}x") for number in range(40))
    make_chapter(story, "Long", f"{text}<p></p><hr><p>Then a petrel came.</p>{text}")
    make_chapter(story, "Short", "<p>Nothing.</p>")
    return story


@pytest.fixture
def page(browser, live_site, story, as_alice):
    with desk.window(browser, live_site, as_alice, base_url=live_site.url) as context:
        yield context.new_page()


def go(page):
    page.goto("/trash/")
    page.wait_for_selector("nx-palette:defined", state="attached")


def test_a_passage_is_reached_by_keyboard_alone(page, story):
    go(page)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(page.get_by_role("group", name="Where you were last")).to_be_visible()
    page.keyboard.type("petr")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("Then a petrel came.")
    expect(first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == first.get_attribute("id")
    # Where the device chooses all colours, a frame tells which one it is.
    page.emulate_media(forced_colors="active")
    expect(first).to_have_css("outline-style", "solid")
    page.emulate_media(forced_colors="none")
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/chapters/.*#p-40"))
    page.wait_for_selector("nx-editor[data-ready]")
    expect(page.get_by_text("Then a petrel came.", exact=True)).to_be_in_viewport()


def test_the_keys_of_palette_and_sheet_stay_out_of_fields(page, story):
    go(page)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("?")
    expect(page.get_by_role("combobox")).to_have_value("?")
    expect(sheet).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Go to")).to_be_hidden()
    page.get_by_role("link", name="Search").click()
    page.keyboard.type("zebra")
    expect(page.get_by_role("option", name="Search everything for “zebra”")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=zebra")


def test_an_open_chapter_is_saved_before_the_palette_leads_away(page, story):
    chapter = story.chapters.get(title="Short")
    desk.open_editor(page, f"/chapters/{chapter.pk}/")
    page.keyboard.type(" But why? Kept.")
    page.keyboard.press("Control+k")
    page.keyboard.type("focus on")
    page.keyboard.press("Enter")
    expect(page.locator("nx-editor")).to_have_class(re.compile("is-focusing"))
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("nx-editor")).to_have_class(re.compile("is-focusing"))
    page.keyboard.press("Control+k")
    page.keyboard.type("trash")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trash/")
    assert Chapter.objects.get(pk=chapter.pk).text == "Nothing. But why? Kept."


def test_without_a_script_the_header_leads_to_the_search(browser, live_site, story, as_alice):
    options = {"base_url": live_site.url, "java_script_enabled": False}
    with desk.window(browser, live_site, as_alice, **options) as context:
        page = context.new_page()
        page.goto("/trash/")
        page.get_by_role("link", name="Search").click()
        page.get_by_label("In everything you have written").fill("petrel")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("mark")).to_have_text("petrel")
        page.get_by_role("link", name="Every place in this book").click()
        expect(page.get_by_text("1 place in 1 chapter")).to_be_visible()
