"""The ledger says what the hands did, whatever the rhythm in which the editor saves."""

import pytest
from django.utils import timezone

from analytics.models import WritingSession
from analytics.words import CAUSES
from stories.tests.builders import make_chapter, make_story
from tests import desk

pytestmark = pytest.mark.browser


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content="", at=timezone.now())


def leave_it(page):
    """Let the editor save when it likes."""


def delete_last_word(page, word):
    for _ in word:
        page.keyboard.press("Backspace")


def one_two_three(page, after_each):
    """Type three words and take the last away."""
    for word in ("one", " two", " three"):
        page.keyboard.type(word)
        after_each(page)
    delete_last_word(page, " three")
    after_each(page)


def by_selection(page, after_each):
    """The same, the last word selected by the keyboard and deleted at a stroke."""
    for word in ("one", " two", " three"):
        page.keyboard.type(word)
        after_each(page)
    page.keyboard.press("Control+Shift+ArrowLeft")
    # A browser tells of a selection a moment later; no hand is faster than that.
    page.wait_for_timeout(100)
    page.keyboard.press("Delete")
    after_each(page)


def slowly(page, after_each):
    """Type letter by letter, saved in the middle of words too."""
    for letter in "one two three":
        page.keyboard.type(letter)
        if letter in "ohe":
            after_each(page)
    delete_last_word(page, " three")
    after_each(page)


@pytest.mark.parametrize(
    ("hands", "after_each"),
    [(one_two_three, leave_it), (by_selection, desk.save_now), (slowly, desk.save_now)],
)
def test_three_typed_and_one_taken_away_is_three_and_one(
    browser, live_site, as_alice, alice, chapter, hands, after_each
):
    with desk.window(browser, live_site, as_alice) as context:
        page = context.new_page()
        desk.open_editor(page, f"{live_site.url}{chapter.get_absolute_url()}")
        hands(page, after_each)
        # Nobody presses anything: the editor saves by itself after a pause.
        desk.wait_for_saved(page)

    assert ledger_of(alice) == {"typed": 3, "removed": 1}
    report = as_alice.get(f"/api/v1/stories/{chapter.story_id}/analytics").json()
    assert report["kpis"]["total_words"] == 3
    assert report["kpis"]["removed_words"] == 1
    assert report["kpis"]["net_words"] == 2
    [row] = [row for row in report["words_over_time"] if row["total_words"]]
    assert (row["total_words"], row["removed_words"], row["net_words"]) == (3, 1, 2)
    chapter.refresh_from_db()
    assert (chapter.text.strip(), chapter.word_count) == ("one two", 2)


def ledger_of(user):
    """Return the writer's words by cause, added up over her sessions; what is 0 left out."""
    rows = WritingSession.objects.visible_to(user).values(*CAUSES)
    sums = {cause: sum(row[cause] for row in rows) for cause in CAUSES}
    return {cause: words for cause, words in sums.items() if words}
