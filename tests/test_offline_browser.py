"""Writing without a network, in a real browser: what is there, what is not, and that it arrives."""

import json
import re
import threading
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Error, expect

from stories.tests.builders import make_chapter, make_story, save
from tests import desk, offline

pytestmark = pytest.mark.browser

SENTINEL = "quicksilver"


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content=f"<p>Before {SENTINEL}.</p>")


@pytest.fixture
def window(browser, live_site, as_alice):
    with desk.window(browser, live_site, as_alice, service_workers="allow") as context:
        yield context


def address_of(site, chapter):
    return f"{site.url}{chapter.get_absolute_url()}"


def open_online(page, site, chapter):
    """Open a chapter and wait until this device has all it needs to do without a network."""
    desk.open_editor(page, address_of(site, chapter))
    assert page.evaluate(offline.READY)
    page.wait_for_function(offline.COPY_OF, arg=str(chapter.pk))
    return page


def open_offline(page, site, chapter):
    desk.open_editor(page, address_of(site, chapter))
    assert page.locator("nx-offline").count() == 1
    return page


def chip(page):
    return page.locator("[data-live=chip]")


def words(count, seed=""):
    return " ".join(f"{seed}w{number}" for number in range(count))


def kind_page(page):
    """The page that opens nothing: what it says, and that no word of anybody is on it."""
    page.wait_for_selector("[data-kind]:not([hidden])")
    assert SENTINEL not in page.content()
    assert page.locator("nx-editor").count() == 0
    return page.inner_text(".trouble")


# --- All the words ----------------------------------------------------------------


def test_killed_offline_the_browser_opens_again_with_all_but_the_last_second(
    browser, live_site, as_alice, chapter, tmp_path
):
    folder = tmp_path / "profile"
    with offline.own_profile(browser, folder, live_site, as_alice) as context:
        page = open_online(context.new_page(), live_site, chapter)
        page.keyboard.type(" Online.")
        desk.save_now(page)
        context.set_offline(True)
        page.keyboard.type(" " + words(200))
        expect(chip(page)).to_have_text(re.compile("saved on this device", re.I), timeout=5_000)
        page.wait_for_timeout(1_000)
        page.keyboard.type(" late", delay=10)
        offline.kill(folder)
    with offline.own_profile(browser, folder, live_site, as_alice) as context:
        context.set_offline(True)
        page = open_offline(context.new_page(), live_site, chapter)
        expected = f"Before {SENTINEL}. Online. {words(200)}"
        assert desk.prose_of(page).removesuffix(" late").startswith(expected)
        page.keyboard.type(" And on.")
        expect(chip(page)).to_have_text("Offline, saved on this device")
        text = desk.prose_of(page)
        context.set_offline(False)
        desk.wait_for_saved(page)
    chapter.refresh_from_db()
    assert chapter.text == text
    assert text.endswith(" And on.")


def test_five_thousand_words_typed_offline_arrive_without_a_click(window, live_site, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    window.set_offline(True)
    open_offline(page, live_site, chapter)
    for part in range(10):
        page.keyboard.insert_text(" " + words(500, f"p{part}"))
        page.keyboard.press("Enter")
        page.wait_for_timeout(100)
    expect(chip(page)).to_have_text("Offline, saved on this device")
    page.close()
    page = open_offline(window.new_page(), live_site, chapter)
    window.set_offline(False)
    desk.wait_for_saved(page)
    chapter.refresh_from_db()
    assert chapter.word_count == 5_002
    assert chapter.text.split() == page.inner_text(".ProseMirror").split()


def test_with_a_server_that_keeps_silent_the_page_opens_and_sends_once_it_answers(
    browser, live_site, as_alice, chapter
):
    """The browser believes itself online all the while, as with a server that is down."""
    with (
        offline.through_a_wire(live_site) as (wire, site),
        desk.window(browser, site, as_alice, service_workers="allow") as context,
    ):
        page = open_online(context.new_page(), site, chapter)
        wire.is_open_to_ask.clear()
        answers = []
        page.on("response", lambda answer: answers.append(answer))
        open_offline(page, site, chapter)
        assert all(answer.from_service_worker for answer in answers)
        page.keyboard.type(" And on.")
        wire.is_open_to_ask.set()
        desk.wait_for_saved(page, seconds=30)
        wire.is_open_to_ask.clear()
        threading.Timer(3.5, wire.is_open_to_ask.set).start()
        page.goto(f"{address_of(site, chapter)}?wait")
        assert page.locator("nx-offline").count() == 0
    chapter.refresh_from_db()
    assert chapter.text == f"Before {SENTINEL}. And on."


def test_changed_elsewhere_meanwhile_both_texts_are_kept(window, live_site, as_alice, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    window.set_offline(True)
    open_offline(page, live_site, chapter)
    page.keyboard.type(" Written offline.")
    expect(chip(page)).to_have_text("Offline, saved on this device")
    assert save(as_alice, chapter, "<p>Written elsewhere.</p>").status_code == 200
    window.set_offline(False)
    expect(page.locator(".clash--live")).to_be_visible()
    assert "Written offline." in page.content()


def test_whose_session_ended_meanwhile_signs_in_over_the_page_and_loses_nothing(
    window, live_site, as_alice, chapter
):
    page = open_online(window.new_page(), live_site, chapter)
    window.set_offline(True)
    open_offline(page, live_site, chapter)
    page.keyboard.type(" Written offline.")
    expect(chip(page)).to_have_text("Offline, saved on this device")
    window.clear_cookies()
    window.set_offline(False)
    expect(page.locator("dialog.sign-in")).to_be_visible()
    page.fill("dialog [name=email]", "alice@example.com")
    page.fill("dialog [name=password]", "alice-writes-books")
    page.get_by_role("button", name="Sign in", exact=True).click()
    desk.wait_for_saved(page)
    chapter.refresh_from_db()
    assert chapter.text == f"Before {SENTINEL}. Written offline."


def test_an_untouched_copy_follows_the_server_once_it_can(window, live_site, as_alice, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    window.set_offline(True)
    open_offline(page, live_site, chapter)
    assert save(as_alice, chapter, "<p>Written elsewhere.</p>").status_code == 200
    window.set_offline(False)
    expect(page.locator(".ProseMirror")).to_have_text("Written elsewhere.")
    page.get_by_role("link", name="Show the whole page").click()
    expect(page.locator(".site-nav")).to_be_visible()


# --- And nothing else -------------------------------------------------------------


def test_signed_out_there_is_no_word(window, live_site, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    page.click(".menu__button")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{live_site.url}/**")
    page.wait_for_load_state("networkidle")
    window.set_offline(True)
    page.goto(address_of(live_site, chapter))
    assert "Nobody is signed in on this device" in kind_page(page)


def test_with_the_keys_of_two_people_nobodys_text_is_shown(window, live_site, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    page.evaluate(offline.ANOTHER_KEY)
    window.set_offline(True)
    page.reload()
    assert "Nobody is signed in on this device" in kind_page(page)


def test_another_writer_on_the_same_machine_sees_nothing(window, live_site, chapter, as_bob, bob):
    open_online(window.new_page(), live_site, chapter).close()
    cookie = as_bob.cookies["session_id"].value
    window.add_cookies([{"name": "session_id", "value": cookie, "url": live_site.url}])
    his = make_chapter(make_story(bob), content="<p>Bob.</p>")
    page = open_online(window.new_page(), live_site, his)
    page.wait_for_function(offline.KEYS, arg=1)
    window.set_offline(True)
    page.goto(address_of(live_site, chapter))
    assert "not opened on this device lately" in kind_page(page)
    open_offline(page, live_site, his)


def test_a_chapter_never_opened_here_is_told_kindly(window, live_site, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    other = make_chapter(chapter.story, title="Two", content=f"<p>{SENTINEL}</p>")
    window.set_offline(True)
    page.goto(address_of(live_site, other))
    assert "not opened on this device lately" in kind_page(page)
    page.get_by_role("link", name="Try again").click()
    assert "not opened on this device lately" in kind_page(page)
    window.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.locator(".ProseMirror")).to_have_text(SENTINEL)


@pytest.mark.parametrize(("days", "is_here"), [(6.9, True), (7.1, False)])
def test_a_chapter_is_here_for_seven_days(window, live_site, chapter, days, is_here):
    page = open_online(window.new_page(), live_site, chapter)
    page.goto(f"{live_site.url}/")
    page.evaluate(offline.AGE, [str(chapter.pk), days])
    window.set_offline(True)
    page.goto(address_of(live_site, chapter))
    if is_here:
        expect(page.locator(".ProseMirror")).to_contain_text(SENTINEL)
    else:
        assert "not opened on this device lately" in kind_page(page)
        assert not page.evaluate(offline.COPY_OF, str(chapter.pk))


def test_a_copy_with_words_the_server_lacks_outlives_its_week(window, live_site, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    window.set_offline(True)
    page.keyboard.type(" Unsent.")
    expect(chip(page)).to_have_text("Offline, saved on this device")
    page.evaluate(offline.AGE, [str(chapter.pk), 8])
    page.close()
    page = open_offline(window.new_page(), live_site, chapter)
    expect(page.locator(".ProseMirror")).to_contain_text("Unsent.")


def test_the_caches_hold_the_page_and_files_but_no_word(window, live_site, as_alice, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    page.keyboard.type(f" More {SENTINEL}.")
    desk.save_now(page)
    page.reload()
    page.wait_for_selector("nx-editor[data-ready]")
    window.set_offline(True)
    open_offline(page, live_site, chapter)
    page.keyboard.type(f" Offline {SENTINEL}.")
    page.wait_for_timeout(1_500)
    kept = page.evaluate(offline.EVERYTHING_KEPT)
    addresses = {address.removeprefix(live_site.url) for address, _text in kept}
    assert "/offline/" in addresses
    assert all(address.startswith("/static/") for address in addresses - {"/offline/"})
    for address, text in kept:
        assert SENTINEL not in text, address
        assert not address.endswith("/offline/") or "alice" not in text.lower()


def test_only_chapters_are_answered_offline(window, live_site, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    window.set_offline(True)
    for address in ("/", f"/stories/{chapter.story_id}/", f"/chapters/{chapter.pk}/history/"):
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(f"{live_site.url}{address}")


def test_whatever_the_server_says_is_the_answer(window, live_site, chapter):
    page = open_online(window.new_page(), live_site, chapter)
    gone = f"{live_site.url}/chapters/{uuid4()}/"
    assert page.goto(gone).status == 404
    window.clear_cookies()
    page.goto(address_of(live_site, chapter))
    assert "/accounts/login/" in page.url


# --- At no cost -------------------------------------------------------------------


def test_the_offline_page_is_styled_as_the_chapter_and_asks_for_nothing_unkept(
    window, live_site, anonymous, chapter
):
    page = open_online(window.new_page(), live_site, chapter)
    sheets = "() => [...document.styleSheets].map((sheet) => new URL(sheet.href).pathname)"
    online = page.evaluate(sheets)
    kept = set(json.loads(anonymous.get("/service-worker.js").text.split("\n")[0][14:-1])["files"])
    assert set(online) <= kept
    asked = []
    window.on("request", lambda request: asked.append(urlsplit(request.url).path))
    window.set_offline(True)
    open_offline(page, live_site, chapter)
    assert set(page.evaluate(sheets)) >= set(online)
    assert {path for path in asked if path.startswith("/static/")} <= kept


def test_a_chapter_is_asked_for_once_and_other_pages_never_wake_the_worker(
    browser, live_site, as_alice, chapter
):
    with (
        offline.through_a_wire(live_site) as (wire, site),
        desk.window(browser, site, as_alice, service_workers="allow") as context,
    ):
        page = open_online(context.new_page(), site, chapter)
        wire.heard.clear()
        page.reload()
        page.wait_for_selector("nx-editor[data-ready]")
        assert page.evaluate("() => navigator.serviceWorker.controller !== null")
        line = f"GET {chapter.get_absolute_url()} HTTP/1.1".encode()
        assert b"".join(wire.heard).count(line) == 1
        page.goto(f"{site.url}/")
        assert page.evaluate("() => navigator.serviceWorker.controller") is None
