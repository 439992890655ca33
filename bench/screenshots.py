"""Pictures of every page, made from the demo: `make screenshots`.

They land in `var/screenshots`, at 1440 and 390 px in both themes, to be looked at after a change.
With `--landing` the four pictures of the landing page and the README are made anew as well.
Needs Chromium and the developers' requirements.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

BASE = Path(__file__).resolve().parent.parent
PICTURES = BASE / "var" / "screenshots"
LANDING = BASE / "static" / "img"
SIZES = ((1440, 900), (390, 844))
THEMES = ("light", "dark")
WRITER = ("demo@nexus.local", "write-a-little-daily")
DOORS = {
    "landing": "/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
}
PAGES = {
    "desk": "/",
    "story": "/stories/{story}/",
    "editor": "/chapters/{chapter}/",
    "history": "/chapters/{chapter}/history/",
    "statistics": "/stories/{story}/analytics/",
    "targets": "/targets/",
    "import": "/import/",
    "jobs": "/jobs/",
    "search": "/search/?q=light",
    "search-nothing": "/search/",
    "find": "/stories/{story}/search/?q=light",
    "keys": "/keys/",
    "trash": "/trash/",
    "settings": "/settings/",
    "new-story": "/stories/new/",
    "nothing-here": "/nothing-here/",
}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is not installed.")
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with demo() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        for size in SIZES:
            for theme in THEMES:
                take_all(browser, site, size, theme)
        if "--landing" in sys.argv:
            for theme in THEMES:
                take_landing(browser, site, theme)
        browser.close()
    print(f"The pictures are in {PICTURES}")


@contextmanager
def demo() -> Iterator[str]:
    """Run the studio with the demo writer in a throw-away folder."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="nexus-shots-") as var:
        environment = os.environ | {"NEXUS_VAR": var, "PORT": str(port)}
        command = [sys.executable, "manage.py", "up", "--demo"]
        studio = subprocess.Popen(command, cwd=BASE, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://localhost:{port}/health", studio)
            yield f"http://localhost:{port}"
        finally:
            studio.terminate()
            studio.wait(20)


def wait_for(address: str, studio: subprocess.Popen[bytes], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and studio.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5)
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The studio did not start.")


def take_all(browser: Browser, site: str, size: tuple[int, int], theme: str) -> None:
    page = open_page(browser, size, theme)
    for name, path in DOORS.items():
        take(page, site + path, name, size, theme)
    ids = sign_in(page, site)
    for name, path in PAGES.items():
        take(page, site + path.format(**ids), name, size, theme)
    page.context.close()


def take(page: Page, address: str, name: str, size: tuple[int, int], theme: str) -> None:
    settle(page, address)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > size[0]:
        print(f"{name} is {width} px wide at {size[0]} px")
    whole = name != "editor"
    page.screenshot(path=PICTURES / f"{name}-{size[0]}-{theme}.png", full_page=whole)


def take_landing(browser: Browser, site: str, theme: str) -> None:
    page = open_page(browser, (1200, 750), theme, scale=1.4)
    ids = sign_in(page, site)
    settle(page, f"{site}/chapters/{ids['chapter']}/")
    page.screenshot(path=LANDING / f"editor-{theme}.png")
    settle(page, f"{site}/stories/{ids['story']}/analytics/")
    page.locator(".chart-card", has=page.locator(".chart__bar")).first.screenshot(
        path=LANDING / f"chart-{theme}.png"
    )
    page.context.close()


def open_page(browser: Browser, size: tuple[int, int], theme: Any, scale: float = 1) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        device_scale_factor=scale,
    )
    return context.new_page()


def sign_in(page: Page, site: str) -> dict[str, str]:
    """Sign the demo writer in; return the ids of her longest story and of its third chapter."""
    page.goto(f"{site}/accounts/login/")
    page.fill("input[name=login]", WRITER[0])
    page.fill("input[name=password]", WRITER[1])
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("nx-live")
    ask = "path => fetch(path).then(answer => answer.json())"
    stories = page.evaluate(ask, "/api/v1/stories")["stories"]
    story = max(stories, key=lambda story: story["word_count"])["id"]
    chapter = page.evaluate(ask, f"/api/v1/stories/{story}")["chapters"][2]["id"]
    return {"story": story, "chapter": chapter}


def settle(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


if __name__ == "__main__":
    main()
