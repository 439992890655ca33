"""A page that was signed out elsewhere, or hears nothing, says so instead of looking alive."""

import json

import pytest
from playwright.sync_api import expect

from accounts.models import Session
from stories.tests.builders import make_chapter, make_story
from tests import desk

pytestmark = pytest.mark.browser


def test_an_open_desk_says_that_it_was_signed_out_elsewhere(browser, live_site, as_alice, alice):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        with page.expect_websocket() as opened:
            page.goto(f"{live_site.url}/")
        opened.value.wait_for_event("framereceived")
        Session.objects.filter(user=alice).delete()
        notice = page.locator(".toast")
        expect(notice).to_contain_text("not signed in here any more", timeout=8_000)
        notice.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_desk_says_while_live_counts_are_paused_and_the_editor_once(
    browser, live_site, as_alice, alice
):
    chapter = make_chapter(make_story(alice))
    with desk.window(browser, live_site, as_alice) as context:
        page, doors = context.new_page(), []
        page.route_web_socket("**/ws/live/", lambda door: doors.append(door))
        for address, place in (("/", "#messages"), (f"/chapters/{chapter.pk}/", ".toasts")):
            page.goto(f"{live_site.url}{address}")
            door = opened(page, doors)
            door.send(json.dumps({"type": "hello"}))
            door.send(json.dumps({"type": "live", "is_paused": True}))
            line = page.locator(f"{place} p", has_text="Live counts are paused")
            expect(line).to_contain_text("Your text is safe")
            if place == "#messages":
                door.send(json.dumps({"type": "live", "is_paused": False}))
                expect(line).to_have_count(0)


def opened(page, doors):
    """Return the socket of this page, once it has one."""
    while not doors:
        page.wait_for_timeout(50)
    return doors.pop()
