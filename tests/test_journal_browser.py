"""What a real browser keeps when the network, the page, the sign-in or the browser itself goes."""

import os
import random
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Error, expect

from accounts.models import Session
from nexus.testing import browser_start
from stories.tests.builders import make_chapter, make_story, save
from tests import desk

pytestmark = pytest.mark.browser

CHIP = "[data-live=chip]"
PASSWORDS = {"alice@example.com": "alice-writes-books", "bob@example.com": "bob-writes-poems"}
GO_AWAY = "() => { window.fetch = async () => { throw new TypeError('no network'); }; }"
NOTE_KEYS = "addEventListener('keydown', () => { window.keyAt = performance.now(); }, true);"
WAITED = """() => {
  const asked = performance.getEntriesByType("resource");
  return asked.findLast(({ name }) => name.endsWith("/content")).startTime - window.keyAt;
}"""
# What lies in the database: how many keys, and every draft as text, sealed or not.
KEPT = """async () => {
  const base = await new Promise((resolve) => {
    const asked = indexedDB.open("nexus");
    asked.onsuccess = () => resolve(asked.result);
  });
  const all = (store) => new Promise((resolve) => {
    const asked = base.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => resolve(asked.result);
  });
  const [keys, drafts] = [await all("keys"), await all("drafts")];
  base.close();
  const decoder = new TextDecoder("latin1");
  return {
    keys: keys.map(({ key }) => key.extractable),
    drafts: drafts.map((row) => decoder.decode(row.sealed)),
  };
}"""


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), title="One", content="<p>Before.</p>")


@contextmanager
def lasting(browser, site, client, folder):
    """Open a browser whose storage outlives it."""
    context = browser.browser_type.launch_persistent_context(
        folder, **browser_start(), viewport=desk.WIDE, locale="en-GB"
    )
    context.set_default_timeout(10_000)
    cookie = client.cookies["session_id"].value
    context.add_cookies([{"name": "session_id", "value": cookie, "url": site.url}])
    try:
        yield context
    finally:
        with suppress(Error):
            context.close()


def kill(folder):
    """End the browser that lives in `folder`, as a power cut would."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if f"--user-data-dir={folder}".encode() in command and b"--type" not in b"".join(
                command
            ):
                os.kill(int(entry.name), signal.SIGKILL)


def open_chapter(context, site, chapter):
    page = context.new_page()
    return desk.open_editor(page, f"{site.url}{chapter.get_absolute_url()}")


def test_what_was_typed_outlives_the_browser(browser, live_site, as_alice, chapter, tmp_path):
    with lasting(browser, live_site, as_alice, tmp_path) as context:
        page = open_chapter(context, live_site, chapter)
        page.keyboard.type(" Saved.")
        desk.save_now(page)
        context.set_offline(True)
        page.keyboard.type(" One two three.")
        expect(page.locator(CHIP)).to_have_text("Offline, saved on this device")
        page.keyboard.type(" Four.")
        time.sleep(1)
        kept = page.evaluate(KEPT)
        kill(tmp_path)
    assert kept["keys"] == [False]
    assert len(kept["drafts"]) == 1
    assert "One two" not in kept["drafts"][0]
    with lasting(browser, live_site, as_alice, tmp_path) as context:
        page = context.new_page()
        page.goto(f"{live_site.url}{chapter.get_absolute_url()}")
        desk.wait_for_saved(page)
        assert desk.prose_of(page) == "Before. Saved. One two three. Four."
        page.wait_for_function(f"async () => (await ({KEPT})()).drafts.length === 0")
    chapter.refresh_from_db()
    assert chapter.text == "Before. Saved. One two three. Four."


def test_an_answer_lost_with_the_browser_is_asked_for_again(
    browser, live_site, as_alice, chapter, tmp_path
):
    keys = []

    def cut(route):
        """The server has it; the browser never hears of it."""
        keys.append((route.request.headers["idempotency-key"], route.request.post_data))
        route.fetch()
        route.abort()

    with lasting(browser, live_site, as_alice, tmp_path) as context:
        page = open_chapter(context, live_site, chapter)
        context.route("**/content", cut)
        page.keyboard.type(" Twice?")
        page.keyboard.press("Control+s")
        expect(page.locator(CHIP)).to_have_text("Not on the server yet, retrying")
        page.keyboard.type(" And more.")
        time.sleep(1)
        kill(tmp_path)
    sent = []
    with lasting(browser, live_site, as_alice, tmp_path) as context:
        page = context.new_page()
        page.on(
            "request",
            lambda asked: (
                asked.method == "PUT"
                and sent.append((asked.headers["idempotency-key"], asked.post_data))
            ),
        )
        page.goto(f"{live_site.url}{chapter.get_absolute_url()}")
        desk.wait_for_saved(page)
        assert page.locator(".clash--live").count() == 0
    assert len(set(keys)) == 1
    assert sent[0] == keys[0]
    chapter.refresh_from_db()
    assert chapter.text == "Before. Twice? And more."
    assert chapter.content_revision == 3


def test_words_of_a_chapter_left_behind_arrive_from_another_one(
    browser, live_site, as_alice, chapter
):
    other = make_chapter(chapter.story, title="Two", content="<p>Other.</p>")
    changed = make_chapter(chapter.story, title="Three", content="<p>Third.</p>")
    with desk.window(browser, live_site, as_alice) as context:
        context.route("**/content", lambda route: route.abort())
        for left, words in ((chapter, " Left."), (changed, " Mine.")):
            page = open_chapter(context, live_site, left)
            page.keyboard.type(words)
            page.keyboard.press("Control+s")
            expect(page.locator(CHIP)).to_have_text("Not on the server yet, retrying")
            page.keyboard.type(" More.")
            page.wait_for_timeout(1_000)
            # A page that closes may send once more, past the browser's blocking of its network.
            page.evaluate(GO_AWAY)
            page.close()
        assert save(as_alice, changed, "<p>Changed elsewhere.</p>").status_code == 200
        context.unroute("**/content")
        page = open_chapter(context, live_site, other)
        page.wait_for_function(f"async () => (await ({KEPT})()).drafts.length === 1")
        desk.wait_for_saved(page)
        page = open_chapter(context, live_site, changed)
        expect(page.locator(CHIP)).to_have_text("Changed elsewhere")
        expect(page.locator(".ProseMirror")).to_have_text("Third. Mine. More.")
    for left, text in ((chapter, "Before. Left. More."), (changed, "Changed elsewhere.")):
        left.refresh_from_db()
        assert left.text == text


@pytest.mark.parametrize("how", ["broken", "full"])
def test_without_storage_the_page_says_so_and_saves_sooner(
    browser, live_site, as_alice, chapter, how
):
    with desk.window(browser, live_site, as_alice) as context:
        context.add_init_script(NOTE_KEYS)
        if how == "broken":
            context.add_init_script("indexedDB.open = () => { throw new Error('broken'); };")
        else:
            context.add_init_script(
                "IDBObjectStore.prototype.put = () => {"
                " throw new DOMException('no room', 'QuotaExceededError'); };"
            )
        page = open_chapter(context, live_site, chapter)
        expect(page.locator("[data-storage]")).to_contain_text(
            "no room" if how == "full" else "keeps nothing"
        )
        page.keyboard.type(" Here.")
        desk.wait_for_saved(page)
        # By the page's own clock, however busy the machine.
        assert page.evaluate(WAITED) < 1_400
    chapter.refresh_from_db()
    assert chapter.text == "Before. Here."


def sign_in_over(page, email):
    """Fill the form that lies over the editor."""
    dialog = page.locator("dialog.sign-in")
    expect(dialog).to_be_visible()
    dialog.locator("[name=email]").fill(email)
    dialog.locator("[name=password]").fill(PASSWORDS[email])
    dialog.get_by_role("button", name="Sign in").click()


def test_a_session_that_ends_while_typing_loses_nothing(
    browser, live_site, as_alice, alice, chapter
):
    with desk.window(browser, live_site, as_alice) as context:
        page = open_chapter(context, live_site, chapter)
        Session.objects.filter(user=alice).delete()
        page.keyboard.type(" Signed out.")
        page.keyboard.press("Control+s")
        expect(page.locator(CHIP)).to_have_text("Sign in to finish saving")
        page.keyboard.type(" Still typing.")
        expect(page.locator("dialog.sign-in [name=email]")).to_have_value("alice@example.com")
        expect(page.locator("dialog.sign-in [name=code]")).to_be_hidden()
        page.get_by_role("button", name="Later").click()
        expect(page.locator("dialog.sign-in")).to_be_hidden()
        page.locator(CHIP).get_by_role("button").click()
        sign_in_over(page, "alice@example.com")
        desk.wait_for_saved(page)
        expect(page.locator("dialog.sign-in")).to_be_hidden()
    chapter.refresh_from_db()
    assert chapter.text == "Before. Signed out. Still typing."


def test_a_second_step_is_asked_for_over_the_editor(browser, live_site, as_alice, alice, chapter):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    with desk.window(browser, live_site, as_alice) as context:
        page = open_chapter(context, live_site, chapter)
        Session.objects.filter(user=alice).delete()
        page.keyboard.type(" Two steps.")
        page.keyboard.press("Control+s")
        sign_in_over(page, "alice@example.com")
        code = page.locator("dialog.sign-in [name=code]")
        expect(code).to_be_focused()
        code.fill(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
        code.press("Enter")
        desk.wait_for_saved(page)
    chapter.refresh_from_db()
    assert chapter.text == "Before. Two steps."


def test_somebody_else_who_signs_in_sees_nothing_and_the_writer_gets_it_back(
    browser, live_site, as_alice, alice, bob, chapter, signed_in
):
    with desk.window(browser, live_site, as_alice) as context:
        page = open_chapter(context, live_site, chapter)
        Session.objects.filter(user=alice).delete()
        page.keyboard.type(" A secret.")
        page.keyboard.press("Control+s")
        sign_in_over(page, "bob@example.com")
        expect(page.get_by_text("Somebody else has signed in")).to_be_visible()
        assert "secret" not in page.locator("nx-editor").inner_html()
        assert "Before" not in page.content()
        page.wait_for_function(f"async () => (await ({KEPT})()).keys.length === 0")
        assert len(page.evaluate(KEPT)["drafts"]) == 1
        page.goto(f"{live_site.url}{chapter.get_absolute_url()}")
        assert "secret" not in page.content()
        chapter.refresh_from_db()
        assert chapter.text == "Before."
        page.close()
        cookie = signed_in(alice).cookies["session_id"].value
        context.clear_cookies()
        context.add_cookies([{"name": "session_id", "value": cookie, "url": live_site.url}])
        page = context.new_page()
        page.goto(f"{live_site.url}{chapter.get_absolute_url()}")
        desk.wait_for_saved(page)
    chapter.refresh_from_db()
    assert chapter.text == "Before. A secret."


def test_signing_out_takes_the_key_and_leaves_the_sealed_words(
    browser, live_site, as_alice, chapter
):
    with desk.window(browser, live_site, as_alice) as context:
        page = open_chapter(context, live_site, chapter)
        context.route("**/content", lambda route: route.abort())
        page.keyboard.type(" Not yet saved.")
        expect(page.locator(CHIP)).to_have_text("Not on the server yet, retrying")
        other = context.new_page()
        other.goto(f"{live_site.url}/accounts/logout/")
        assert len(other.evaluate(KEPT)["keys"]) == 1
        other.get_by_role("button", name="Sign out").last.click()
        other.wait_for_url(lambda url: "logout" not in url)
        other.wait_for_function(f"async () => (await ({KEPT})()).keys.length === 0")
        assert len(other.evaluate(KEPT)["drafts"]) == 1


def test_a_script_error_before_loading_leaves_a_readable_page(
    browser, live_site, as_alice, chapter
):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        puts = []
        page.on("request", lambda asked: asked.method == "PUT" and puts.append(asked.url))
        context.route("**/vendor/editor*.js", lambda route: route.fulfill(body="throw 1;"))
        page.goto(f"{live_site.url}{chapter.get_absolute_url()}")
        expect(page.locator(".editor__prose")).to_have_text("Before.")
        # The plain form appears by itself when the editor does not (css/pages/editor.css).
        form = page.locator(".editor__plain")
        assert form.evaluate("it => getComputedStyle(it).animationName") == "plain-form-appears"
        assert page.input_value("#chapter-text").strip() == "Before."
        assert puts == []


def test_saved_is_never_shown_while_the_server_lacks_text(browser, live_site, as_alice, chapter):
    dice = random.Random(7)

    def maybe(route):
        fate = dice.random()
        if fate < 0.2:
            return route.abort()
        if fate < 0.4:
            route.fetch()
            return route.abort()
        return route.continue_()

    look = f"""() => [document.querySelector("{CHIP}").dataset.state,
      document.querySelector(".ProseMirror").innerText.trim()]"""
    with desk.window(browser, live_site, as_alice) as context:
        page = open_chapter(context, live_site, chapter)
        context.route("**/content", maybe)
        states = []
        for number in range(40):
            if dice.random() < 0.5:
                page.keyboard.type(f" w{number}")
            if dice.random() < 0.3:
                page.keyboard.press("Control+s")
            page.wait_for_timeout(dice.random() * 120)
            state, text = page.evaluate(look)
            states.append(state)
            if state == "CLEAN":
                chapter.refresh_from_db()
                assert chapter.text == text
        context.unroute("**/content")
        page.keyboard.press("Control+s")
        desk.wait_for_saved(page)
        assert states.count("CLEAN") > 3
