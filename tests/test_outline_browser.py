"""Reordering by hand: what only a real pointer shows."""

import pytest

from stories.models import Chapter
from stories.services.notes import write_notes
from stories.tests.builders import NOW, make_chapter, make_story
from tests import desk

pytestmark = pytest.mark.browser

WATCH = """() => {
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries()) {
      window.moved.push(...sources.map(({ node }) => node?.className));
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""
PAINTED = """() => new Promise((painted) => {
  requestAnimationFrame(() => requestAnimationFrame(painted));
})"""


@pytest.fixture
def story(alice):
    story = make_story(alice)
    for title in ("One", "Two", "Three", "Four"):
        make_chapter(story, title=title)
    return story


def order_of(story):
    return list(Chapter.objects.filter(story=story).in_order().values_list("title", flat=True))


@pytest.mark.parametrize("below", [-4, 60])
def test_a_chapter_is_dragged_over_many_to_where_it_is_let_go(
    browser, live_site, as_alice, story, below
):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        page.goto(f"{live_site.url}{story.get_absolute_url()}")
        grip = page.locator(".outline--live .chapter-row__number").first
        grip.wait_for()
        handle = grip.bounding_box()
        last = page.locator("[data-chapter]").last.bounding_box()
        page.mouse.move(handle["x"] + 5, handle["y"] + 5)
        page.mouse.down()
        # Few, far steps: the row is never under a quick hand.
        page.mouse.move(handle["x"] + 90, last["y"] + last["height"] + below, steps=6)
        with page.expect_response("**/chapters/reorder"):
            page.mouse.up()
        assert order_of(story) == ["Two", "Three", "Four", "One"]


def test_nothing_moves_under_an_outline_with_long_rows(browser, live_site, as_alice, story):
    for chapter in Chapter.objects.filter(story=story):
        write_notes(chapter, synopsis="He waits for the boat. " * 12, at=NOW)
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        page.add_init_script(f"({WATCH})()")
        page.goto(f"{live_site.url}{story.get_absolute_url()}")
        page.locator(".outline--live").wait_for()
        page.evaluate(PAINTED)
        assert page.evaluate("() => window.moved") == []
