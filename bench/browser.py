"""What a writer waits for, measured in Chromium: the first text, the weight of a page, a keystroke.

A studio is started as `make run` does, with its static files compressed as a network gets them.
Every opening has an empty cache. Times are medians of a few rounds unless a name says otherwise.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    ViewportSize,
    sync_playwright,
)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.live import live_figures
from bench.report import row
from bench.studio import as_root, chromium, studio

ROUNDS = 5
CHAPTER = 5_000
LONG_CHAPTER = 20_000
CHAPTERS = 500
WATCHED = "<p>One two three</p>"
KEYS = 200
WIDE: ViewportSize = {"width": 1440, "height": 900}
# Frames come as soon as they are asked for, so that a keystroke's time holds no waiting for one.
FLAGS = ["--disable-frame-rate-limit", "--disable-gpu-vsync"]
SYLLABLES = (
    "the an er in on ar el is at or ing ed men ter ver lo mi ra su ti ne ka do wa pa be "
    "co shi fe gra lu mor ny os pel qui rim sta tho un vel wyn ye zo hal bri dun ef"
)
TYPED = 'and then she said "no -- not today", which wasn\'t like her... so they went on. '
WATCH = """() => {
  window.seen = { text: 0, shift: 0 };
  new PerformanceObserver((list) => { window.seen.text = list.getEntries().at(-1).startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
FIRST = """() => {
  const [first] = performance.getEntriesByName("first-contentful-paint");
  const [page] = performance.getEntriesByType("navigation");
  return { first: first.startTime, loaded: page.loadEventEnd, ...window.seen };
}"""
# From the key to the end of the task after its frame: handlers, style, layout and paint.
KEYSTROKES = """() => {
  window.keystrokes = [];
  addEventListener("keydown", ({ timeStamp }) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.keystrokes.push(performance.now() - timeStamp);
    requestAnimationFrame(() => port2.postMessage(null));
  }, true);
}"""


@dataclass
class Opening:
    """One page, opened with an empty cache. Times in ms since the address was asked for."""

    first: float
    text: float
    loaded: float
    shift: float
    bytes: int
    elsewhere: int


@dataclass
class Traffic:
    """Counts what arrives, as it was sent, and what comes from elsewhere."""

    site: str
    bytes: int = 0
    elsewhere: int = 0
    urls: dict[str, str] = field(default_factory=dict)

    def watch(self, session: CDPSession) -> None:
        session.on("Network.responseReceived", self._started)
        session.on("Network.loadingFinished", self._ended)
        session.send("Network.enable")

    def _started(self, event: Any) -> None:
        url = event["response"]["url"]
        self.urls[event["requestId"]] = url
        is_own = url.startswith((self.site, "data:", "blob:"))
        self.elsewhere += not is_own

    def _ended(self, event: Any) -> None:
        self.bytes += int(event["encodedDataLength"])


def browser_figures() -> list[dict[str, Any]]:
    """Measure the pages and the keystrokes."""
    with studio(compressed=True) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*as_root(), *FLAGS])
        writer = Writer(browser, site)
        figures = [
            *opening_figures(writer),
            *typing_figures(writer),
            *live_figures(writer),
        ]
        browser.close()
    return figures


class Writer:
    """Somebody who has just signed up, with a chapter of each size and a story of 500 chapters."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self.cookies: Any = []
        with self.window() as context:
            page = context.new_page()
            page.goto(f"{site}/accounts/signup/")
            page.fill("[name=pen_name]", "Bench")
            page.fill("[name=email]", "bench@example.com")
            page.fill("[name=password1]", "a quiet desk by the sea")
            page.press("[name=password1]", "Enter")
            page.wait_for_url(f"{site}/")
            self.cookies = context.cookies()
            self.chapter = self._chapter(page, "A chapter", CHAPTER)
            self.long_chapter = self._chapter(page, "A long chapter", LONG_CHAPTER)
            self.watched_story = self._story(page, "A watched story")
            self.watched_chapter = self._add(page, self.watched_story, "One", WATCHED)
            self.story = self._story(page, "A long story")
            for number in range(CHAPTERS):
                self._add(page, self.story, f"Chapter {number + 1}", "")

    @contextmanager
    def window(self) -> Iterator[BrowserContext]:
        """Open a window with an empty cache."""
        context = self.browser.new_context(
            viewport=WIDE, base_url=self.site, locale="en-GB", service_workers="block"
        )
        context.add_cookies(self.cookies)
        yield context
        context.close()

    def _chapter(self, page: Page, title: str, words: int) -> str:
        story = self._story(page, title)
        return self._add(page, story, title, prose(words))

    def _story(self, page: Page, title: str) -> str:
        return str(self._post(page, "/api/v1/stories", {"title": title})["id"])

    def _add(self, page: Page, story: str, title: str, text: str) -> str:
        body = {"title": title, "content": text}
        return str(self._post(page, f"/api/v1/stories/{story}/chapters", body)["id"])

    def _post(self, page: Page, path: str, body: dict[str, str]) -> Any:
        headers = {"Origin": self.site, "Content-Type": "application/json"}
        answer = page.request.post(self.site + path, data=json.dumps(body), headers=headers)
        if not answer.ok:
            raise SystemExit(f"POST {path} was answered {answer.status}: {answer.text()}")
        return answer.json()


def prose(words: int) -> str:
    """Return paragraphs with italics that compress about as badly as a novel's."""
    dice, syllables = random.Random(6), SYLLABLES.split()
    paragraphs = []
    for _paragraph in range(words // 70):
        some = ["".join(dice.choices(syllables, k=dice.choice((1, 1, 2, 3)))) for _ in range(70)]
        some[9] = f"<em>{some[9]}</em>"
        paragraphs.append(f"<p>“{' '.join(some[:30])},” {' '.join(some[30:])}.</p>")
    return "".join(paragraphs)


def opened(writer: Writer, path: str) -> Opening:
    with writer.window() as context:
        page = context.new_page()
        traffic = Traffic(writer.site)
        traffic.watch(context.new_cdp_session(page))
        page.add_init_script(f"({WATCH})()")
        answer = page.goto(path)
        page.wait_for_load_state("networkidle")
        if path.startswith("/chapters/"):
            page.wait_for_selector("nx-editor[data-ready]")
        html = answer.body() if answer else b""
        saved = len(html) - len(gzip.compress(html, 1))
        seen = page.evaluate(FIRST)
        return Opening(bytes=traffic.bytes - saved, elsewhere=traffic.elsewhere, **seen)


def opening_figures(writer: Writer) -> list[dict[str, Any]]:
    chapter = [opened(writer, f"/chapters/{writer.chapter}/") for _round in range(ROUNDS)]
    story = [opened(writer, f"/stories/{writer.story}/") for _round in range(ROUNDS)]
    first = statistics.median(max(one.first, one.text) for one in chapter)
    weight = max(one.bytes for one in chapter) / 1000
    shift = max(one.shift for one in [*chapter, *story])
    elsewhere = sum(one.elsewhere for one in [*chapter, *story])
    opens = statistics.median(max(one.loaded, one.text) for one in story)
    name = f"editor of {CHAPTER:,} words"
    return [
        row(f"{name}, text shown", first, "ms", "≤ 500 ms", met=first <= 500),
        row(f"{name}, weight", weight, "kB", "≤ 250 kB", met=weight <= 250),
        row("layout shift, chapter and story", shift, "", "0", met=shift == 0),
        row("requests to elsewhere", elsewhere, "", "0", met=elsewhere == 0),
        row(f"story of {CHAPTERS} chapters opens", opens, "ms", "≤ 500 ms", met=opens <= 500),
    ]


def typing_figures(writer: Writer) -> list[dict[str, Any]]:
    """Type in the middle of a long chapter, where every line below may have to move."""
    with writer.window() as context:
        page = context.new_page()
        page.goto(f"/chapters/{writer.long_chapter}/")
        page.wait_for_selector("nx-editor[data-ready]")
        paragraphs = page.locator(".ProseMirror > p")
        paragraphs.nth(paragraphs.count() // 2).click()
        page.evaluate(KEYSTROKES)
        for place in range(KEYS):
            page.keyboard.press(TYPED[place % len(TYPED)], delay=5)
            page.wait_for_timeout(25)
        taken = page.evaluate("window.keystrokes")
    if len(taken) < KEYS:
        raise SystemExit(f"Only {len(taken)} keystrokes were measured.")
    late = statistics.quantiles(taken, n=20)[18]
    name = f"a key in {LONG_CHAPTER:,} words"
    middle = statistics.median(taken)
    return [
        row(f"{name}, p50", middle, "ms", "–", met=True),
        row(f"{name}, p95", late, "ms", "≤ 16 ms", met=late <= 16),
    ]
