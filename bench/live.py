"""From a keystroke in one window to the number in another, in Chromium.

A word's first letter is typed after a pause, since counts go at most twice a second and what is
typed in between waits for its turn. The two windows read one clock.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page

from bench.report import row

if TYPE_CHECKING:
    from bench.browser import Writer

WORDS = 60
# Words that stand in the chapter already.
STARTED = 3
# Longer than the half second between two counts.
PAUSE = 700
PRESSED = """() => addEventListener("keydown", ({ key, timeStamp }) => {
  if (key === "a") window.pressed = performance.timeOrigin + timeStamp;
}, true)"""
SHOWN = """(chapter) => {
  const place = document.querySelector(`[data-chapter-words="${chapter}"]`);
  window.shown = {};
  new MutationObserver(() => {
    const words = place.textContent.replace(/\\D/g, "");
    window.shown[words] ??= performance.timeOrigin + performance.now();
  }).observe(place, { childList: true, characterData: true, subtree: true });
}"""
SEEN = "(words) => words in window.shown"


def live_figures(writer: Writer) -> list[dict[str, Any]]:
    """Type words in one window and watch the story's page in another."""
    with writer.window() as context:
        typing, watching = context.new_page(), context.new_page()
        watching.goto(f"/stories/{writer.watched_story}/")
        watching.evaluate(SHOWN, writer.watched_chapter)
        typing.goto(f"/chapters/{writer.watched_chapter}/")
        typing.wait_for_selector("nx-editor[data-ready]")
        typing.locator(".ProseMirror > p").last.click()
        typing.keyboard.press("End")
        typing.evaluate(PRESSED)
        taken = [waited(typing, watching, STARTED + number) for number in range(1, WORDS + 1)]
    late, middle = statistics.quantiles(taken, n=20)[18], statistics.median(taken)
    name = "a key to the number in another window"
    return [
        row(f"{name}, p50", middle, "ms", "–", met=True),
        row(f"{name}, p95", late, "ms", "≤ 100 ms", met=late <= 100),
    ]


def waited(typing: Page, watching: Page, words: int) -> float:
    """Type one word more; return the milliseconds until the other window said so."""
    typing.keyboard.press(" ")
    typing.wait_for_timeout(PAUSE)
    typing.keyboard.press("a")
    watching.wait_for_function(SEEN, arg=str(words))
    shown = watching.evaluate("(words) => window.shown[words]", str(words))
    return float(shown - typing.evaluate("window.pressed"))
