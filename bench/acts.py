"""What is done on a page before its picture is taken; see bench/screenshots.py."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import FilePayload, Page

from bench.cast import DEMO

Places = dict[str, str]
Act = Callable[[Page, str, Places], None]
BOOK = "# Part One\n\n## The Quay\n\n{text}\n\n## The Lamp\n\n{text}\n\n## The Storm\n\n{text}\n"


def open_editor(page: Page, site: str, places: Places) -> None:
    page.goto(f"{site}/chapters/{places['chapter']}/")
    page.wait_for_selector("nx-editor[data-ready]")


def fold_panel(page: Page, site: str, places: Places) -> None:
    open_editor(page, site, places)
    page.locator(".editor__fold--panel > summary").click()


def fold_outline(page: Page, site: str, places: Places) -> None:
    open_editor(page, site, places)
    page.locator(".editor__fold:not(.editor__fold--panel) > summary").click()


def find_words(page: Page, site: str, places: Places) -> None:
    open_editor(page, site, places)
    page.click(".ProseMirror")
    page.keyboard.press("Control+f")
    page.keyboard.type("the")
    page.locator(".found--here").wait_for()


def open_palette(page: Page, site: str, places: Places) -> None:
    page.goto(f"{site}/trash/")
    page.wait_for_selector("nx-palette:defined", state="attached")
    page.keyboard.press("Control+k")
    page.keyboard.type(places["word"])
    page.get_by_role("option").first.wait_for()


def open_keys(page: Page, site: str, places: Places) -> None:
    page.goto(f"{site}/trash/")
    page.wait_for_selector("nx-palette:defined", state="attached")
    page.keyboard.press("?")


def preview_replacement(page: Page, site: str, places: Places) -> None:
    page.goto(f"{site}/stories/{places['story']}/replace/")
    page.fill("[name=find]", places["word"])
    page.fill("[name=replacement]", "lantern")
    page.get_by_role("button", name="Show every place").click()
    page.locator("#places").wait_for()


def preview_import(page: Page, site: str, places: Places) -> None:
    page.goto(f"{site}/import/")
    text = BOOK.format(text=f"It was a {places['word']}.\n\n" * 40).encode()
    book = FilePayload(name="a-book.md", mimeType="text/markdown", buffer=text)
    page.set_input_files("[name=file]", files=book)
    page.get_by_role("button", name="Look inside").click()
    page.get_by_role("button", name="Put it on my shelf").wait_for()


def leave_password_out(page: Page, site: str, places: Places) -> None:
    page.goto(f"{site}/accounts/password/change/")
    page.fill("[name=oldpassword]", "not it")
    page.locator("main form").evaluate("form => { form.noValidate = true }")
    page.locator("main form button").last.click()
    page.locator(".field__error").first.wait_for()


def compare_with_now(page: Page, site: str, places: Places) -> None:
    """Save a stale text as a browser without scripts would: both are shown."""
    address = f"{site}/chapters/{places['chapter']}/"
    page.goto(address)
    form = page.evaluate("() => Object.fromEntries(new FormData(document.forms['chapter-form']))")
    text = form["text"].split("\n\n")
    theirs = form | {"text": "\n\n".join([text[0] + " Changed on the phone.", *text[1:]])}
    mine = form | {"text": "\n\n".join([text[0] + " Changed on the desk.", *text[1:-1]])}
    headers = {"Origin": site, "Referer": address}
    page.request.post(address, form=theirs, headers=headers)
    page.evaluate(SEND, json.dumps(mine))
    page.locator(".clash").first.wait_for()
    page.request.post(address, form=form | {"base": ""}, headers=headers)


SEND = """(fields) => {
  const form = document.createElement("form");
  form.method = "post";
  for (const [name, value] of Object.entries(JSON.parse(fields))) {
    const field = Object.assign(document.createElement("textarea"), { name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}"""


def guard(page: Page, site: str, path: str) -> None:
    page.goto(site + path)
    if page.locator("[name=password]").count():
        page.fill("[name=password]", DEMO[1])
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{site}{path}")


def set_app_up(page: Page, site: str, places: Places) -> None:
    guard(page, site, "/accounts/2fa/totp/activate/")


def add_passkey(page: Page, site: str, places: Places) -> None:
    guard(page, site, "/accounts/2fa/webauthn/add/")


def make_token(page: Page, site: str, places: Places) -> None:
    page.goto(f"{site}/settings/tokens/")
    page.fill("main [name=name]", "Word counter on the desk")
    page.locator("main form", has=page.locator("[name=name]")).locator("button").last.click()
    page.wait_for_load_state("networkidle")


ACTS: dict[str, Act] = {
    "editor-panel": fold_panel,
    "editor-outline": fold_outline,
    "editor-find": find_words,
    "palette": open_palette,
    "keys-sheet": open_keys,
    "replace-preview": preview_replacement,
    "import-preview": preview_import,
    "password-wrong": leave_password_out,
    "conflict": compare_with_now,
    "app-on": set_app_up,
    "passkey": add_passkey,
    "token-new": make_token,
}
