"""Pictures of every page: `make screenshots`.

They land in `var/screenshots`, at 1440 and 390 px, on paper and on charcoal, to be looked at after
a change: empty (a writer who has just come), normal (the demo writer with two years of work) and
huge (a story of 500 chapters and one chapter of 20,000 words). With `--landing` the four pictures
of the landing page and the README are made anew as well. Needs Chromium and the developers'
requirements.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.studio import BASE, as_root, chromium, studio

PICTURES = BASE / "var" / "screenshots"
LANDING = BASE / "static" / "img"
SIZES = ((1440, 900), (390, 844))
THEMES = ("light", "dark")
WRITER = ("demo@nexus.local", "write-a-little-daily")
NEWCOMER = ("new@nexus.local", "a quiet desk by the sea")
DILIGENT = ("huge@nexus.local", "a quiet desk by the sea")
CHAPTERS = 500
LONG_CHAPTER = 20_000
PARAGRAPH = (
    "The lamp burned low and nobody in the house by the river had slept for three nights. "
    "“You might have said so,” she said, and put the kettle on; it was not a night for tea."
)
DOORS = {
    "landing": "/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
}
EMPTY = {
    "desk": "/",
    "search": "/search/",
    "statistics": "/analytics/",
    "targets": "/targets/",
    "jobs": "/jobs/",
    "trash": "/trash/",
    "series": "/series/",
    "tags": "/tags/",
    "story": "/stories/{story}/",
    "story-statistics": "/stories/{story}/analytics/",
    "export": "/stories/{story}/export/",
    "read": "/stories/{story}/read/",
}
NORMAL = {
    "desk": "/",
    "story": "/stories/{story}/",
    "story-edit": "/stories/{story}/edit/",
    "cover": "/stories/{story}/cover/",
    "export": "/stories/{story}/export/",
    "read": "/stories/{story}/read/",
    "editor": "/chapters/{chapter}/",
    "notes": "/chapters/{chapter}/notes/",
    "split": "/chapters/{chapter}/split/?at=2",
    "merge": "/chapters/{chapter}/merge/",
    "to-story": "/chapters/{chapter}/to-story/",
    "history": "/chapters/{chapter}/history/",
    "statistics": "/analytics/",
    "all-years": "/analytics/lifetime/",
    "story-statistics": "/stories/{story}/analytics/",
    "plan": "/stories/{story}/plan/",
    "targets": "/targets/",
    "target": "/stories/{story}/targets/new/",
    "import": "/import/",
    "jobs": "/jobs/",
    "search": "/search/?q=light",
    "search-nothing": "/search/?q=zebrafish",
    "find": "/stories/{story}/search/?q=light",
    "replace": "/stories/{story}/replace/",
    "series": "/series/",
    "tags": "/tags/",
    "keys": "/keys/",
    "trash": "/trash/",
    "new-story": "/stories/new/",
    "settings": "/settings/",
    "appearance": "/settings/appearance/",
    "editor-settings": "/settings/editor/",
    "writing-day": "/settings/day/",
    "notifications": "/settings/notifications/",
    "security": "/settings/security/",
    "tokens": "/settings/tokens/",
    "data": "/settings/data/",
    "nothing-here": "/nothing-here/",
}
HUGE = {
    "desk": "/",
    "story": "/stories/{story}/",
    "editor": "/chapters/{chapter}/",
    "read": "/stories/{story}/read/",
    "export": "/stories/{story}/export/",
    "find": "/stories/{story}/search/?q=kettle",
    "story-statistics": "/stories/{story}/analytics/",
}
# Taller pictures are cut: nobody looks at 500 rows.
TALLEST = 4_000


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with studio("--demo") as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=as_root())
        fill(browser, site)
        for size in SIZES:
            for theme in THEMES:
                take_all(browser, site, size, theme)
        if "--landing" in sys.argv:
            for theme in THEMES:
                take_landing(browser, site, theme)
        browser.close()
    print(f"The pictures are in {PICTURES}")


def fill(browser: Browser, site: str) -> None:
    """Let two more writers sign up: one with nothing but a title, one with very much."""
    for (email, password), chapters in ((NEWCOMER, 0), (DILIGENT, CHAPTERS)):
        with open_context(browser, SIZES[0], "light") as context:
            page = context.new_page()
            page.goto(f"{site}/accounts/signup/")
            page.fill("[name=pen_name]", "Ada" if chapters == 0 else "Emilia")
            page.fill("[name=email]", email)
            page.fill("[name=password1]", password)
            page.press("[name=password1]", "Enter")
            page.wait_for_url(f"{site}/")
            story = post(page, site, "/api/v1/stories", {"title": "The Keeper’s Year"})["id"]
            for number in range(chapters):
                times = 2 if number else LONG_CHAPTER // len(PARAGRAPH.split())
                body = {"title": f"Night {number + 1}", "content": "\n\n".join([PARAGRAPH] * times)}
                post(page, site, f"/api/v1/stories/{story}/chapters", body)


def post(page: Page, site: str, path: str, body: dict[str, str]) -> Any:
    headers = {"Origin": site, "Content-Type": "application/json"}
    answer = page.request.post(site + path, data=json.dumps(body), headers=headers)
    if not answer.ok:
        raise SystemExit(f"POST {path} was answered {answer.status}: {answer.text()}")
    return answer.json()


def take_all(browser: Browser, site: str, size: tuple[int, int], theme: str) -> None:
    with open_context(browser, size, theme) as context:
        page = context.new_page()
        for name, path in DOORS.items():
            take(page, site + path, name, size, theme)
    everyone = (("empty", NEWCOMER, EMPTY), ("normal", WRITER, NORMAL), ("huge", DILIGENT, HUGE))
    for state, writer, pages in everyone:
        with open_context(browser, size, theme) as context:
            page = context.new_page()
            ids = sign_in(page, site, writer)
            for name, path in pages.items():
                take(page, site + path.format(**ids), f"{name}-{state}", size, theme)


def take(page: Page, address: str, name: str, size: tuple[int, int], theme: str) -> None:
    settle(page, address)
    width, height = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    if width > size[0]:
        print(f"{name} is {width} px wide at {size[0]} px")
    path = PICTURES / f"{name}-{size[0]}-{theme}.png"
    if name.startswith("editor"):
        page.screenshot(path=path)
    else:
        clip = {"x": 0, "y": 0, "width": size[0], "height": min(height, TALLEST)}
        page.screenshot(path=path, full_page=True, clip=clip)  # type: ignore[arg-type]


def take_landing(browser: Browser, site: str, theme: str) -> None:
    with open_context(browser, (1200, 750), theme, scale=1.4) as context:
        page = context.new_page()
        ids = sign_in(page, site, WRITER)
        settle(page, f"{site}/chapters/{ids['chapter']}/")
        page.screenshot(path=LANDING / f"editor-{theme}.png")
        settle(page, f"{site}/stories/{ids['story']}/analytics/")
        page.locator(".chart-card", has=page.locator(".chart__bar")).first.screenshot(
            path=LANDING / f"chart-{theme}.png"
        )


def open_context(
    browser: Browser, size: tuple[int, int], theme: Any, scale: float = 1
) -> BrowserContext:
    return browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        device_scale_factor=scale,
        locale="en-GB",
        reduced_motion="reduce",
    )


def sign_in(page: Page, site: str, writer: tuple[str, str]) -> dict[str, str]:
    """Sign a writer in; return the ids of the longest story and of its third chapter, if any."""
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", writer[0])
    page.fill("input[name=password]", writer[1])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{site}/")
    ask = "path => fetch(path).then(answer => answer.json())"
    stories = page.evaluate(ask, "/api/v1/stories")["stories"]
    story = max(stories, key=lambda story: story["word_count"])["id"]
    chapters = page.evaluate(ask, f"/api/v1/stories/{story}")["chapters"]
    longest = writer == DILIGENT
    chapter = chapters[0 if longest else 2]["id"] if chapters else ""
    return {"story": story, "chapter": chapter}


def settle(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)


if __name__ == "__main__":
    main()
