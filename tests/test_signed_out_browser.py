"""A page that was signed out elsewhere says so, instead of looking alive."""

import pytest
from playwright.sync_api import expect

from accounts.models import Session
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
