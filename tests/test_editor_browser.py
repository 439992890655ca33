"""The editor under a writer's hands: pasting, focus, the title."""

import time

import pytest
from playwright.sync_api import expect

from stories.models import Chapter
from stories.tests.builders import make_chapter, make_story
from tests import desk

pytestmark = pytest.mark.browser

PASTE = """(html) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/html", html);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(".ProseMirror").dispatchEvent(event);
}"""
PASTE_MUCH = """([paragraph, times]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", Array(times).fill(paragraph).join("\\n\\n"));
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  const began = performance.now();
  document.querySelector(".ProseMirror").dispatchEvent(event);
  return performance.now() - began;
}"""
PUT_MUCH = """async ([url, base, size]) => {
  const began = performance.now();
  const headers = { "If-Match": base, "Idempotency-Key": crypto.randomUUID() };
  headers["Content-Type"] = "application/json";
  const body = JSON.stringify({ content: `<p>${"word ".repeat(size / 5)}</p>` });
  const answer = await fetch(url, { method: "PUT", headers, body });
  const { code } = await answer.json();
  return [answer.status, answer.headers.get("Content-Type"), code, performance.now() - began];
}"""
CLIPPED = """() => {
  const field = document.querySelector("#chapter-title");
  return [field.scrollWidth > field.clientWidth, field.scrollHeight > field.clientHeight + 1];
}"""
BULLET = '<span style="mso-list:Ignore">·<span>&nbsp; </span></span>'


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), title="One", content="")


@pytest.fixture
def page(browser, live_site, as_alice, chapter):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        yield desk.open_editor(page, f"{live_site.url}{chapter.get_absolute_url()}")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<table><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></table>", 3),
        ("<table><tr><td><table><tr><td>one</td></tr></table></td><td>two</td></tr></table>", 2),
        (
            "<p>one</p><i>two</i> <a href='javascript:x'>three</a> <a href='https://a.org'>four</a>",
            4,
        ),
        (f"<p style='mso-list:l0 level1'>{BULLET}one</p>", 1),
        ("one <b>two</b> three", 3),
    ],
)
def test_pasted_words_stay_whole_and_apart(page, chapter, html, words):
    page.evaluate(PASTE, html)
    desk.save_now(page)
    chapter.refresh_from_db()
    assert chapter.text.split() == ["one", "two", "three", "four"][:words]


def test_focus_narrows_to_the_sentence_and_escape_leaves_it(page):
    page.keyboard.type(" He went. She did")
    page.keyboard.press("F8")
    expect(page.locator("nx-editor.is-focusing")).to_be_visible()
    expect(page.locator(".is-sentence")).to_have_count(0)
    page.locator(".editor__fold--panel > summary").click()
    page.get_by_label("In focus, only the sentence").check()
    expect(page.locator(".is-sentence")).to_have_text("She did")
    page.locator(".ProseMirror").press("Control+Home")
    expect(page.locator(".is-sentence")).not_to_have_text("She did")
    page.keyboard.press("Escape")
    expect(page.locator("nx-editor.is-focusing")).to_have_count(0)


def test_a_refused_title_is_said_and_an_emptied_one_comes_back(page, chapter):
    make_chapter(chapter.story, title="Two")
    note = page.locator(".editor__title-error")
    page.fill("#chapter-title", "two")
    page.keyboard.press("Enter")
    expect(note).to_contain_text("title already")
    page.fill("#chapter-title", "")
    page.keyboard.press("Enter")
    expect(page.locator("#chapter-title")).to_have_value("One")
    expect(note).to_be_hidden()
    assert Chapter.objects.get(pk=chapter.pk).title == "One"


LONG_TITLE = "The night the harbour froze and nobody came " * 4 + "W" * 24


@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_title_is_seen_whole_and_stays_one_line_of_text(page, chapter, width):
    title = page.locator("#chapter-title")
    page.set_viewport_size({"width": width, "height": 800})
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        title.fill(LONG_TITLE.replace(" ", " \n", 1))
        assert page.evaluate(CLIPPED) == [False, False]
        title.press("Enter")
    expect(page.locator(".ProseMirror")).to_be_focused()
    assert Chapter.objects.get(pk=chapter.pk).title == LONG_TITLE
    page.reload()
    assert page.evaluate(CLIPPED) == [False, False]


def test_a_paste_of_a_megabyte_is_saved_and_one_of_ten_costs_nothing(page, chapter):
    paragraph = "word " * 99 + "end."
    took = {"one pasted": page.evaluate(PASTE_MUCH, [paragraph, 2_000])}
    began = time.monotonic()
    desk.save_now(page)
    took["one saved"] = (time.monotonic() - began) * 1_000
    chapter.refresh_from_db()
    assert chapter.word_count == 200_000
    took["ten refused"] = page.evaluate(PASTE_MUCH, [paragraph, 20_000])
    expect(page.locator(".toast")).to_contain_text("Nothing was pasted")
    url = f"/api/v1/chapters/{chapter.pk}/content"
    *refusal, took["ten answered"] = page.evaluate(PUT_MUCH, [url, chapter.etag, 10_000_000])
    assert refusal == [413, "application/problem+json", "too_large"]
    page.keyboard.type(" Still here.")
    desk.save_now(page)
    chapter.refresh_from_db()
    assert chapter.text.endswith("end. Still here.") and chapter.word_count == 200_002
    assert max(took.values()) < 10_000, took
