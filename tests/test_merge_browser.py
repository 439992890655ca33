"""A chapter changed on two devices: joined with one press, or a question where both changed."""

import pytest
from playwright.sync_api import expect

from stories.tests.builders import make_chapter, make_story, save
from tests import desk
from tests.history import texts_kept
from tests.test_access import RULES, RUN, axe

pytestmark = pytest.mark.browser

BASE = '<p data-b="a">First one.</p><p data-b="b">In between.</p><p data-b="c">Last one.</p>'
THEIRS_APART = BASE.replace("First", "Their first")
THEIRS_SAME = BASE.replace("Last one.", "Last one. Theirs.")
MINE = "Last one. Mine."
__all__ = ["axe"]


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content=BASE)


def deaf(context):
    page = context.new_page()
    page.route_web_socket("**/ws/live/**", lambda socket: None)
    return page


@pytest.fixture
def writing(browser, live_site, as_alice):
    """A device on its own: it hears nothing of the others before it saves."""
    with desk.window(browser, live_site, as_alice) as context:
        yield deaf(context)


def clash(page, site, client, chapter, theirs, typed=" Mine."):
    """Type on one device what was changed on another; return what is shown below the text."""
    desk.open_editor(page, f"{site.url}{chapter.get_absolute_url()}")
    assert save(client, chapter, theirs).status_code == 200
    page.keyboard.type(typed)
    page.keyboard.press("Control+s")
    panel = page.locator(".clash--live")
    expect(panel).to_be_visible()
    return panel


def saved(page, chapter):
    expect(page.locator(".clash--live")).to_have_count(0)
    desk.wait_for_saved(page)
    chapter.refresh_from_db()
    return chapter.text


def test_different_paragraphs_are_joined_with_one_press(writing, live_site, as_alice, chapter):
    panel = clash(writing, live_site, as_alice, chapter, THEIRS_APART)
    expect(panel).to_contain_text("Both were changed, in different places.")
    expect(panel.locator(".merge__part--mine")).to_contain_text(MINE)
    expect(panel.locator(".merge__part--theirs")).to_contain_text("Their first one.")
    panel.get_by_role("button", name="Save them together").click()
    assert saved(writing, chapter) == f"Their first one.\n\nIn between.\n\n{MINE}"
    assert desk.prose_of(writing).startswith("Their first one.")
    kept = texts_kept(as_alice, chapter)
    assert kept >= {"Their first one.In between.Last one.", f"First one.In between.{MINE}"}


@pytest.mark.parametrize(
    ("pick", "ends"),
    [
        ("mine", MINE),
        ("theirs", "Last one. Theirs."),
        ("both", f"Last one. Theirs.\n\n{MINE}"),
    ],
)
def test_the_same_paragraph_is_a_question_for_the_keyboard(
    writing, live_site, as_alice, chapter, pick, ends
):
    panel = clash(writing, live_site, as_alice, chapter, THEIRS_SAME)
    question = panel.get_by_role("group", name="Changed in both, 1 of 1")
    expect(question.locator(".clash__side")).to_contain_text(
        ["Last one. Mine.", "Last one. Theirs."]
    )
    writing.get_by_role("button", name="See both texts").press("Enter")
    writing.keyboard.press("Tab")
    expect(question.get_by_role("radio", name="Keep both here")).to_be_focused()
    for _press in range(("both", "mine", "theirs").index(pick)):
        writing.keyboard.press("ArrowDown")
    writing.keyboard.press("Tab")
    writing.keyboard.press("Enter")
    assert saved(writing, chapter) == f"First one.\n\nIn between.\n\n{ends}"
    assert len(texts_kept(as_alice, chapter)) >= 3


def test_what_is_typed_meanwhile_follows_and_is_joined_as_well(
    writing, live_site, as_alice, chapter
):
    panel = clash(writing, live_site, as_alice, chapter, THEIRS_SAME)
    panel.get_by_role("radio", name="Keep mine here").check()
    writing.click(".ProseMirror p:last-child")
    writing.keyboard.press("End")
    writing.keyboard.type(" And more.")
    expect(panel.locator(".clash__side--mine")).to_contain_text("Last one. Mine. And more.")
    expect(panel.get_by_role("radio", name="Keep mine here")).to_be_checked()
    chapter.refresh_from_db()
    assert "Mine" not in chapter.text
    panel.get_by_role("button", name="Save them together").click()
    assert saved(writing, chapter).endswith("Last one. Mine. And more.")


def test_another_change_elsewhere_is_shown_before_anything_is_saved(
    writing, live_site, as_alice, chapter
):
    panel = clash(writing, live_site, as_alice, chapter, THEIRS_APART)
    chapter.refresh_from_db()
    save(as_alice, chapter, THEIRS_APART.replace("In between.", "In between again."))
    panel.get_by_role("button", name="Save them together").click()
    expect(panel.get_by_role("alert")).to_contain_text("Please look once more.")
    expect(panel).to_contain_text("In between again.")
    panel.get_by_role("button", name="Save them together").click()
    assert saved(writing, chapter) == f"Their first one.\n\nIn between again.\n\n{MINE}"


def test_a_huge_chapter_shows_its_two_questions_quickly(writing, live_site, as_alice, alice):
    blocks = [f'<p data-b="b{n}">Paragraph {n} of a long night at sea.</p>' for n in range(3000)]
    chapter = make_chapter(make_story(alice, "Huge"), content="".join(blocks))
    for place in (1500, 2999):
        blocks[place] = blocks[place].replace("Paragraph", "Their paragraph")
    desk.open_editor(writing, f"{live_site.url}{chapter.get_absolute_url()}")
    assert save(as_alice, chapter, "".join(blocks)).status_code == 200
    writing.locator(".ProseMirror p").nth(1500).click()
    writing.keyboard.type("Mine. ")
    writing.locator(".ProseMirror p").nth(2999).click()
    writing.keyboard.type("Mine. ")
    writing.keyboard.press("Control+s")
    panel = writing.locator(".clash--live")
    expect(panel.locator(".merge__clash")).to_have_count(2)
    assert panel.locator("p").count() < 40
    expect(panel.get_by_role("button", name="To the choices")).to_be_hidden()
    expect(panel.locator(".merge__fold")).to_have_text(
        ["… 1,499 paragraphs unchanged", "… 1,496 paragraphs unchanged"]
    )
    panel.get_by_role("button", name="Save them together").click()
    assert "Mine. " in saved(writing, chapter)


def test_a_large_deletion_can_be_taken_back(writing, live_site, as_alice, alice):
    text = " ".join(f"word{n}" for n in range(400))
    chapter = make_chapter(make_story(alice, "Cut"), content=f"<p>{text}</p>")
    desk.open_editor(writing, f"{live_site.url}{chapter.get_absolute_url()}")
    writing.keyboard.press("Control+a")
    writing.keyboard.type("Gone.")
    desk.save_now(writing)
    toast = writing.locator(".toast")
    expect(toast).to_contain_text("399 words were taken out.")
    toast.get_by_role("button", name="Bring them back").press("Enter")
    expect(writing.locator(".ProseMirror")).to_have_text(text)
    expect(toast).to_contain_text("They are back.")
    desk.wait_for_saved(writing)
    chapter.refresh_from_db()
    assert chapter.text == text
    assert {text, "Gone."} <= set(texts_kept(as_alice, chapter))


def test_axe_finds_nothing_in_a_conflict(browser, live_site, as_alice, chapter, axe):
    theirs = THEIRS_APART.replace("Last", "Their last")
    options = {"bypass_csp": True, "reduced_motion": "reduce"}
    with desk.window(browser, live_site, as_alice, **options) as context:
        page = deaf(context)
        clash(page, live_site, as_alice, chapter, theirs)
        page.evaluate(axe)
        for theme in ("light", "dark", "sepia"):
            page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            assert page.evaluate(RUN, RULES) == [], theme


@pytest.mark.parametrize("choice", ["merged", "mine", "theirs", "chapter"])
def test_without_a_script_every_choice_works(browser, live_site, as_alice, chapter, choice):
    with desk.window(browser, live_site, as_alice, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{live_site.url}{chapter.get_absolute_url()}")
        assert save(as_alice, chapter, THEIRS_SAME).status_code == 200
        page.fill("[name=text]", page.input_value("[name=text]").replace("Last one.", MINE))
        page.get_by_role("button", name="Save", exact=True).click()
        question = page.get_by_role("group", name="Changed in both, 1 of 1")
        question.get_by_role("radio", name="Keep mine here").check()
        page.click(f'button[name=choice][value="{choice}"]')
        expect(page.locator(".message--success")).to_be_visible()
    chapter.refresh_from_db()
    ends = MINE if choice in {"merged", "mine"} else "Last one. Theirs."
    assert chapter.text == f"First one.\n\nIn between.\n\n{ends}"
    assert len(texts_kept(as_alice, chapter)) >= 2
