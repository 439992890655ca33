"""The page of API tokens in a browser: a new token is copied with one press, or by hand."""

import pytest

pytestmark = pytest.mark.browser


def make_token(page, live_site):
    page.goto(f"{live_site.url}/settings/tokens/")
    page.get_by_label("What is it for?").fill("Backup")
    page.get_by_label("Read everything, prose included").check()
    page.get_by_role("button", name="Make the token").click()
    return page.get_by_label("Your new token").input_value()


@pytest.fixture
def open_page(browser, live_site, as_alice):
    def open_page(**options):
        context = browser.new_context(**options)
        cookie = {"name": "session_id", "value": as_alice.cookies["session_id"].value}
        context.add_cookies([cookie | {"url": live_site.url}])
        return context.new_page()

    return open_page


def test_a_press_copies_the_new_token(open_page, live_site):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    secret = make_token(page, live_site)
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert secret.startswith("nxp_")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert secret not in page.url
    page.goto(f"{live_site.url}/settings/tokens/")
    assert secret not in page.content() and f"…{secret[-4:]}" in page.content()


def test_without_a_script_nothing_is_missing(open_page, live_site):
    page = open_page(java_script_enabled=False)
    secret = make_token(page, live_site)
    assert secret.startswith("nxp_") and not page.get_by_role("button", name="Copy").is_visible()
    page.get_by_role("link", name="Revoke Backup").click()
    page.get_by_role("button", name="Revoke it").click()
    page.get_by_text("“Backup” is revoked.").wait_for()
    assert page.get_by_text(f"…{secret[-4:]}").count() == 0
