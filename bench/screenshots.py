"""Pictures of every page: `make screenshots`.

They land in `var/screenshots`, at 1440 and 390 px, on paper and on charcoal, to be looked at after
a change: first (a writer who has just come), empty (one with nothing but a title), normal (the demo
writer with two years of work) and huge (twenty stories, one of 500 chapters, a chapter of 20,000
words, and five years of days). The main pages are taken on sepia and in high contrast too, and
some as they are printed. With `--landing` the four pictures of the landing page and the README are
made anew as well; other words name the pictures to take, by how they begin. Needs Chromium and the
developers' requirements.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import cast, shown
from bench.acts import ACTS, Places
from bench.studio import BASE, as_root, chromium, running

PICTURES = BASE / "var" / "screenshots"
LANDING = BASE / "static" / "img"
SIZES = ((1440, 900), (390, 844))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WORN = ("sepia", "contrast")
MAIN = ("desk", "story", "editor", "statistics", "targets", "settings", "search", "history", "jobs")
PRINTED = ("read", "statistics", "story-statistics", "all-years", "compare", "plan")
# A4 without its margins, in CSS px.
SHEET: ViewportSize = {"width": 718, "height": 1047}
# Taller pictures are cut: nobody looks at 500 rows.
TALLEST = 4_000


@dataclass(frozen=True)
class Eye:
    """How a page is looked at, and which pictures are wanted: all, or those that begin so."""

    site: str
    size: tuple[int, int]
    theme: Literal["light", "dark"]
    wanted: tuple[str, ...] = ()

    def wants(self, name: str) -> bool:
        return not self.wanted or name.startswith(self.wanted)

    def file(self, name: str, look: str = "") -> Path:
        return PICTURES / f"{name}-{self.size[0]}-{look or self.theme}.png"


def main() -> None:
    wanted = tuple(word for word in sys.argv[1:] if not word.startswith("-"))
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in [] if wanted else PICTURES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as var, running(var, "--demo") as site:
        cast.meet_studio(Path(var))
        cast.fill()
        look_around(site, wanted)
    sys.stdout.write(f"The pictures are in {PICTURES}\n")


def look_around(site: str, wanted: tuple[str, ...]) -> None:
    places, refusals = cast.places(), cast.refusals(shown.REFUSALS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=as_root())
        for size in SIZES:
            for theme in THEMES:
                eye = Eye(site, size, theme, wanted)
                take_all(browser, eye, places)
                take_refusals(browser, eye, refusals)
                if "--landing" in sys.argv and size == SIZES[0]:
                    take_landing(browser, eye, places[cast.DEMO])
        browser.close()


def take_all(browser: Browser, eye: Eye, places: Mapping[tuple[str, str], Places]) -> None:
    with open_context(browser, eye) as context:
        take_pages(context.new_page(), eye, shown.VISITOR, "")
    everyone = (
        ("first", cast.FIRST, shown.FIRST),
        ("empty", cast.NEWCOMER, shown.EMPTY),
        ("normal", cast.DEMO, shown.NORMAL),
        ("huge", cast.DILIGENT, shown.HUGE),
        ("host", cast.HOST, shown.HOST),
    )
    for state, writer, pages in everyone:
        there = {name: path.format(**places[writer]) for name, path in pages.items()}
        if not any(eye.wants(f"{name}-{state}") for name in [*there, *ACTS]):
            continue
        with open_context(browser, eye) as context:
            page = context.new_page()
            sign_in(page, eye.site, writer)
            take_pages(page, eye, there, f"-{state}")
            if writer == cast.DEMO:
                take_acts(page, eye, places[writer])
            if writer == cast.DEMO and eye.theme == "light":
                take_worn(page, eye, there)


def take_pages(page: Page, eye: Eye, pages: Mapping[str, str], ending: str) -> None:
    for name, path in pages.items():
        if eye.wants(name + ending):
            settle(page, eye.site + path)
            take(page, eye, name + ending)


def take_acts(page: Page, eye: Eye, places: Places) -> None:
    """Take what only shows once something was done on a page."""
    for name, act in ACTS.items():
        if eye.wants(f"{name}-normal"):
            act(page, eye.site, places)
            page.wait_for_timeout(200)
            take(page, eye, f"{name}-normal")


def take_worn(page: Page, eye: Eye, pages: Mapping[str, str]) -> None:
    """Take the main pages in the other themes, and what is printed as it is printed."""
    for name in [one for one in {*MAIN, *PRINTED} if eye.wants(f"{one}-normal")]:
        settle(page, eye.site + pages[name])
        if name in PRINTED and eye.size == SIZES[0]:
            page.emulate_media(media="print")
            page.set_viewport_size(SHEET)
            take(page, eye, name, "print")
            page.set_viewport_size({"width": eye.size[0], "height": eye.size[1]})
            page.emulate_media(media="screen")
        for theme in WORN if name in MAIN else ():
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            take(page, eye, name, theme)


def take_refusals(browser: Browser, eye: Eye, refusals: Mapping[str, str]) -> None:
    wanted = [name for name in refusals if eye.wants(f"refusal-{name}")]
    with open_context(browser, eye) as context:
        page = context.new_page()
        for name in wanted:
            address = f"{eye.site}/refused/{name}"
            page.route(address, partial(fulfil, refusals[name]))
            settle(page, address)
            take(page, eye, f"refusal-{name}")


def fulfil(body: str, route: Route) -> None:
    route.fulfill(body=body, content_type="text/html; charset=utf-8")


def take(page: Page, eye: Eye, name: str, look: str = "") -> None:
    room = page.viewport_size or {"width": eye.size[0], "height": eye.size[1]}
    width, height = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    if width > room["width"]:
        sys.stdout.write(f"{name} is {width} px wide at {room['width']} px\n")
    if name.startswith(("editor", "palette", "keys-sheet")):
        page.screenshot(path=eye.file(name, look))
    else:
        clip: Any = {"x": 0, "y": 0, "width": room["width"], "height": min(height, TALLEST)}
        page.screenshot(path=eye.file(name, look), full_page=True, clip=clip)


def take_landing(browser: Browser, eye: Eye, places: Places) -> None:
    near = Eye(eye.site, (1200, 750), eye.theme)
    with open_context(browser, near, scale=1.4) as context:
        page = context.new_page()
        sign_in(page, eye.site, cast.DEMO)
        settle(page, f"{eye.site}/chapters/{places['chapter']}/")
        page.screenshot(path=LANDING / f"editor-{eye.theme}.png")
        settle(page, f"{eye.site}/stories/{places['story']}/analytics/")
        page.locator(".chart-card", has=page.locator(".chart__bar")).first.screenshot(
            path=LANDING / f"chart-{eye.theme}.png"
        )


def open_context(browser: Browser, eye: Eye, scale: float = 1) -> BrowserContext:
    return browser.new_context(
        viewport={"width": eye.size[0], "height": eye.size[1]},
        color_scheme=eye.theme,
        device_scale_factor=scale,
        locale="en-GB",
        reduced_motion="reduce",
    )


def sign_in(page: Page, site: str, writer: tuple[str, str]) -> None:
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", writer[0])
    page.fill("input[name=password]", writer[1])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{site}/")


def settle(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)


if __name__ == "__main__":
    main()
