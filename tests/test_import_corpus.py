"""A real novel comes in by the page: whole, quickly, and without counting as written."""

import os
import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from analytics.models import WritingSession
from nexus.testing import require
from stories.models import Chapter, Story
from tests import desk

pytestmark = pytest.mark.browser

NOVEL = Path(settings.BASE_DIR).parent / "shared" / "corpus" / "pride-and-prejudice.epub"
FAMOUS = "It is a truth universally acknowledged, that a single man in possession"
WORDS, TOLERANCE = 122_000, 0.005


def crowd():
    """How many times longer work takes here now than with a core to itself."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture
def novel():
    return require(NOVEL.exists() and NOVEL, "the novel of the corpus, beside the checkout")


@pytest.fixture
def ready_worker(live_worker):
    """A worker that has said it listens, so that its start is not measured."""
    from nexus.celery import app

    deadline = time.monotonic() + 30
    while not app.control.ping(timeout=0.5):
        assert time.monotonic() < deadline, "the worker did not start"


def test_a_novel_is_imported_through_the_page(
    browser, live_site, ready_worker, novel, as_alice, alice
):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        page.goto(f"{live_site.url}/import/")
        page.set_input_files("[name=file]", novel)
        began = time.monotonic()
        page.get_by_role("button", name="Look inside").click()
        page.get_by_role("button", name="Put it on my shelf").wait_for(timeout=60_000)
        read_in = time.monotonic() - began
        assert "61 chapters" in page.inner_text("#job")
        assert not Story.objects.exists()

        began = time.monotonic()
        page.get_by_role("button", name="Put it on my shelf").click()
        page.get_by_role("link", name="Open the story").wait_for(timeout=60_000)
        assert read_in + time.monotonic() - began <= 10 * crowd()

        page.get_by_role("link", name="Open the story").click()
        page.locator(".chapter-row__title a").first.click()
        desk.open_editor(page)
        assert FAMOUS in re.sub(r"\s+", " ", desk.prose_of(page))[:400]

        page.goto(f"{live_site.url}/")
        assert page.text_content('[data-live="today-words"]') == "0"

    story = Story.objects.with_counts().get()
    chapters = list(Chapter.objects.in_order())
    assert len(chapters) == story.total_chapters == 61
    assert chapters[0].text.lstrip("“\"'").startswith(FAMOUS)
    assert abs(story.word_count - WORDS) <= WORDS * TOLERANCE
    assert counted_as(alice) == {"imported": story.word_count, "typed": 0, "pasted": 0}
    today = as_alice.get("/api/v1/me/dashboard").json()["today"]
    assert today["words"] == 0
    report = as_alice.get(f"/api/v1/stories/{story.pk}/analytics").json()
    assert report["kpis"]["total_words"] == 0


def counted_as(user):
    rows = WritingSession.objects.visible_to(user).filter(day=user.day_of(timezone.now()))
    causes = ("imported", "typed", "pasted")
    return {cause: sum(getattr(row, cause) for row in rows) for cause in causes}
