"""What only a browser can show of preferences: faces that load, measures, the line that stays."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import preferences
from accounts.models import Preferences, User
from stories.tests.builders import make_chapter, make_story, words
from tests import desk

pytestmark = pytest.mark.browser
STYLE = """(selector) => {
  const { fontFamily, fontSize, lineHeight, inlineSize } =
    getComputedStyle(document.querySelector(selector));
  return { fontFamily, fontSize, lineHeight, inlineSize };
}"""
FACES = """async () => {
  await document.fonts.ready;
  // Faces of the machine's own that stand in until ours are here are none of what is loaded.
  return [...document.fonts].filter((face) => face.status === "loaded").map((face) =>
    face.family.replaceAll('"', "")).filter((name) => !name.includes("Fallback"));
}"""
HIGHER = """(choice) => {
  choice.value = "0.3";
  choice.dispatchEvent(new Event("change"));
}"""
CARET = """() => {
  const range = getSelection().getRangeAt(0).cloneRange();
  const { top, bottom } = range.getBoundingClientRect();
  return (top + bottom) / 2 / innerHeight;
}"""


@pytest.fixture
def chapter(alice):
    now = timezone.now()
    return make_chapter(
        make_story(alice, at=now), content=words(30) * 40, at=now, title="One", source="form"
    )


@pytest.fixture
def window(browser, live_site, as_alice):
    def open_window(**options):
        return desk.window(browser, live_site, as_alice, base_url=live_site.url, **options)

    return open_window


def address(chapter):
    return f"/chapters/{chapter.pk}/"


@pytest.mark.parametrize("font", Preferences.EditorFont)
def test_the_editor_wears_the_chosen_face_and_loads_no_other(window, alice, chapter, font):
    preferences.change_section(alice, "editor", font=font, size=24, line_height="1.8", width=56)
    with window() as context:
        page = context.new_page()
        page.goto(address(chapter))
        desk.open_editor(page)
        style = page.evaluate(STYLE, ".ProseMirror")
        faces = set(page.evaluate(FACES)) - {"Literata", "Inter"}
    assert style["fontFamily"].partition(",")[0].strip('"') == font.label
    assert (style["fontSize"], style["lineHeight"]) == ("24px", "43.2px")
    assert faces == {font.label} - {"Literata", "Inter"}


def test_without_a_script_the_form_is_set_alike(window, alice, chapter):
    preferences.change_section(alice, "editor", font="plex-mono", size=16, width=60)
    with window(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address(chapter))
        fields = page.locator(".editor__plain-text")
        expect(fields).to_have_css("font-family", re.compile("IBM Plex Mono"))
        expect(fields).to_have_css("font-size", "16px")
        expect(page.locator(".editor__prose")).to_have_css("font-size", "16px")
        page.goto("/settings/editor/")
        expect(page.locator(".sample__text")).to_have_css("font-family", re.compile("IBM Plex"))


def test_the_measure_is_the_width_of_a_line(window, alice, chapter):
    widths = []
    for width in (56, 80):
        preferences.change_section(alice, "editor", width=width)
        with window() as context:
            page = context.new_page()
            page.goto(address(chapter))
            widths.append(page.locator(".editor__page").bounding_box()["width"])
    assert widths[1] / widths[0] == pytest.approx(80 / 56, rel=0.01)


def test_the_sample_follows_the_fields_before_anything_is_saved(window, alice):
    with window() as context:
        page = context.new_page()
        page.goto("/settings/editor/")
        sample = page.locator(".sample__text")
        expect(sample).to_have_css("font-size", "19px")
        page.select_option("[name=font]", "lora")
        page.fill("[name=size]", "26")
        page.fill("[name=line_height]", "2")
        expect(sample).to_have_css("font-family", re.compile("^Lora"))
        expect(sample).to_have_css("font-size", "26px")
        expect(sample).to_have_css("line-height", "52px")
        page.fill("[name=size]", "99")
        expect(sample).to_have_css("font-size", "26px")
    alice.preferences.refresh_from_db()
    assert alice.preferences.editor_size == 19


def test_focus_and_the_typewriter_line_begin_as_chosen(window, alice, chapter):
    preferences.change_section(alice, "editor", focus_mode=True, typewriter=True)
    with window() as context:
        page = context.new_page()
        page.goto(address(chapter))
        desk.open_editor(page)
        expect(page.locator("nx-editor")).to_have_class(re.compile("is-focusing is-typewriter"))
        # A face that comes late moves the lines above, and the page with them.
        page.evaluate("document.fonts.ready.then(() => true)")
        for _ in range(3):
            page.keyboard.press("Enter")
            page.keyboard.type("A line that stays where it is. ")
            assert page.evaluate(CARET) == pytest.approx(0.45, abs=0.03)
        # The height is the writer's own, and the next key takes the line there.
        page.locator('[data-choice="height"]').evaluate(HIGHER)
        page.keyboard.type("Higher up. ")
        assert page.evaluate(CARET) == pytest.approx(0.3, abs=0.03)
        page.keyboard.press("F8")
        expect(page.locator("nx-editor")).not_to_have_class(re.compile("is-focusing"))
        desk.save_now(page)


def test_without_the_typewriter_the_page_stays_and_the_line_moves(window, alice, chapter):
    with window() as context:
        page = context.new_page()
        page.goto(address(chapter))
        desk.open_editor(page)
        page.keyboard.type("At the end. ")
        assert page.evaluate(CARET) > 0.6
        desk.save_now(page)


def test_spelling_reaches_the_editor_itself(window, alice, chapter):
    preferences.change_section(alice, "editor", spell_check=False)
    with window() as context:
        page = context.new_page()
        page.goto(address(chapter))
        desk.open_editor(page)
        expect(page.locator(".ProseMirror")).to_have_attribute("spellcheck", "false")


def test_stillness_is_honoured_whatever_the_device_says(window, alice):
    with window(reduced_motion="no-preference") as context:
        page = context.new_page()
        page.goto("/")
        assert moving(page)
        preferences.change_section(alice, "appearance", reduced_motion=True)
        page.reload()
        assert not moving(page)


def moving(page):
    return page.evaluate("""() => [...document.querySelectorAll("*")].some((element) =>
      getComputedStyle(element).transitionDuration.split(", ").some((time) => time !== "0s"))""")


def test_the_first_visit_takes_the_zone_of_the_browser(window, alice):
    User.objects.update(has_chosen_time_zone=False)
    with window(timezone_id="Asia/Tokyo") as context:
        page = context.new_page()
        with page.expect_response("**/settings/time-zone/") as told:
            page.goto("/")
        assert told.value.status == 204
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/settings/")
        assert not any("time-zone" in url for url in asked)
    alice.refresh_from_db()
    assert (alice.time_zone, alice.has_chosen_time_zone) == ("Asia/Tokyo", True)


def test_the_list_of_sections_does_not_look_cut_off_on_a_phone(window, alice):
    with window(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto("/settings/notifications/")
        boxes = [link.bounding_box() for link in page.locator(".settings__link").all()]
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
