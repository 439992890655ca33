"""A device without room: the browser's own quota is used up, and every word gets through."""

import pytest
from playwright.sync_api import expect

from stories.tests.builders import make_chapter, make_story
from tests import desk

pytestmark = pytest.mark.browser

CHIP = "[data-live=chip]"
NOTE = "[data-storage]"
ROOM = 300_000
MUCH = "word " * 40_000
ASKS_BEFORE_LEAVING = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), title="One", content="<p>Before.</p>")


def test_a_device_that_fills_up_says_so_and_loses_nothing(browser, live_site, as_alice, chapter):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        # Before anything is stored: the browser asks for its quota now and then only.
        room = {"origin": live_site.url, "quotaSize": ROOM}
        devtools.send("Storage.overrideQuotaForOrigin", room)
        desk.open_editor(page, f"{live_site.url}{chapter.get_absolute_url()}")
        page.keyboard.type(" Kept.")
        desk.save_now(page)
        expect(page.locator(NOTE)).to_be_hidden()
        assert not page.evaluate(ASKS_BEFORE_LEAVING)
        page.keyboard.insert_text(f" {MUCH}")
        desk.wait_for_saved(page)
        expect(page.locator(NOTE)).to_contain_text("There is no room left on this device")
        context.set_offline(True)
        page.keyboard.type("Offline.")
        page.keyboard.press("Control+s")
        # Never "saved on this device": it is not.
        chip = page.locator(CHIP)
        expect(chip.filter(has_text="Not on the server yet, retrying")).to_be_visible()
        assert page.evaluate(ASKS_BEFORE_LEAVING)
        context.set_offline(False)
        desk.wait_for_saved(page, 40)
    chapter.refresh_from_db()
    assert chapter.text == f"Before. Kept. {MUCH}Offline."
