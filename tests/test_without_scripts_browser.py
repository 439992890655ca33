"""A writer's later days with JavaScript off; the first one is in test_first_day_browser.py."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from jobs.models import Job
from stories.models import Chapter, Replacement
from stories.services.chapters import trash_chapter
from stories.tests.builders import make_chapter, make_story
from tests import desk
from tests.test_first_day_browser import write

pytestmark = pytest.mark.browser


def test_everything_but_the_first_day_needs_no_javascript(browser, live_site, as_alice, alice):
    story = make_story(alice, "The Lighthouse")
    chapter = make_chapter(story, title="One", content="<p>The lamp burned low.</p>")
    put_away = make_chapter(story, title="Two", content="<p>Another lamp.</p>")
    trash_chapter(put_away, at=put_away.created_at)
    options = {"java_script_enabled": False, "base_url": live_site.url}
    with desk.window(browser, live_site, as_alice, **options) as context:
        page = context.new_page()
        comes_back_from_the_trash(page, put_away)
        is_found_and_replaced(page, story, chapter)
        is_restored_from_history(page, chapter)
        is_read_and_exported(page, story)
        is_imported(page)
        is_set(page, alice)


def press(page, name):
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def comes_back_from_the_trash(page, chapter):
    page.goto("/trash/")
    press(page, re.compile("Put back"))
    assert Chapter.objects.live().filter(pk=chapter.pk).exists()


def is_found_and_replaced(page, story, chapter):
    page.goto("/")
    page.get_by_role("link", name="Search").click()
    page.get_by_label("In everything you have written").fill("lamp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=lamp*")
    expect(page.locator("main mark")).to_have_count(2)
    page.goto(f"/stories/{story.pk}/replace/")
    page.get_by_label("Find", exact=True).fill("lamp")
    page.get_by_label("Replace with").fill("lantern")
    press(page, "Show every place")
    page.locator("[name=take]").last.uncheck()
    press(page, "Replace what is ticked")
    assert Replacement.objects.get().count == 1
    assert Chapter.objects.get(pk=chapter.pk).text == "The lantern burned low."


def is_restored_from_history(page, chapter):
    page.goto(chapter.get_absolute_url())
    assert write(page, "Nothing of it is left.") == 302
    page.goto(f"/chapters/{chapter.pk}/history/")
    page.get_by_role("button", name=re.compile("Bring back")).last.click()
    page.wait_for_load_state()
    assert Chapter.objects.get(pk=chapter.pk).text != "Nothing of it is left."


def is_read_and_exported(page, story):
    page.goto(f"/stories/{story.pk}/read/")
    expect(page.locator(".book__text")).to_have_count(2)
    page.goto(f"/stories/{story.pk}/export/")
    page.get_by_label("Markdown", exact=True).check()
    press(page, "Export")
    page.wait_for_url("**/jobs/*/")
    assert Job.objects.filter(title__contains="The Lighthouse").exists()


def is_imported(page):
    page.goto("/import/")
    book = {"name": "letters.md", "mimeType": "text/markdown", "buffer": b"# One\n\nDear Ada.\n"}
    page.set_input_files("[name=file]", files=[book])
    press(page, "Look inside")
    page.wait_for_url("**/jobs/*/")
    assert Job.objects.filter(kind="import.read", title="letters.md").exists()


def is_set(page, alice):
    page.goto("/settings/appearance/")
    page.get_by_label("Charcoal").check()
    press(page, "Save")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert User.objects.get(pk=alice.pk).preferences.theme == "dark"
