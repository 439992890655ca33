"""What a writer does at the desk, in the words the pages use."""

import re
from contextlib import contextmanager

from playwright.sync_api import expect

WIDE = {"width": 1440, "height": 900}
PASSWORD = "a quiet desk by the sea"


@contextmanager
def window(browser, site, client=None, **options):
    """Open a window of its own; with `client`, the person signed in there is signed in here."""
    usual = {"viewport": WIDE, "locale": "en-GB", "service_workers": "block"}
    context = browser.new_context(**(usual | options))
    context.set_default_timeout(10_000)
    if client is not None:
        cookie = client.cookies["session_id"].value
        context.add_cookies([{"name": "session_id", "value": cookie, "url": site.url}])
    try:
        yield context
    finally:
        context.close()


def sign_up(page, site, *, email="ada@example.com", pen_name="Ada"):
    page.goto(f"{site.url}/accounts/signup/")
    page.fill("[name=pen_name]", pen_name)
    page.fill("[name=email]", email)
    page.fill("[name=password1]", PASSWORD)
    page.get_by_role("button", name="Start writing").click()
    page.wait_for_url(f"{site.url}/")


def begin_story(page, site, title):
    page.goto(f"{site.url}/stories/new/")
    page.fill("[name=title]", title)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile("/stories/[0-9a-f-]{36}/$"))
    return page.url


def add_chapter(page, title):
    page.fill("#new-chapter-title", title)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url(re.compile("/chapters/[0-9a-f-]{36}/$"))
    return page.url


def open_editor(page, url=None):
    """Open a chapter and put the caret at the end of its text."""
    if url:
        page.goto(url)
    page.wait_for_selector("nx-editor[data-ready]")
    page.click(".ProseMirror")
    page.keyboard.press("Control+End")
    return page


def wait_for_saved(page, seconds=10):
    """Wait until everything typed is acknowledged; a page knows of a key as soon as it is hit."""
    chip = page.locator('[data-live=chip][data-state="CLEAN"]')
    expect(chip).to_have_text(re.compile(r"^Saved \d"), timeout=seconds * 1_000)


def save_now(page):
    page.keyboard.press("Control+s")
    wait_for_saved(page)


def prose_of(page):
    return page.inner_text(".ProseMirror").strip()
