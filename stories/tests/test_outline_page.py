"""The chapters of a story as its page lists them, and the menu of each without a script."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from stories.models import Chapter
from stories.tests.builders import make_chapter, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(alice):
    story = make_story(alice)
    for title in ("One", "Two", "Three"):
        make_chapter(story, title=title)
    return story


def chapter_called(story, title):
    return Chapter.objects.get(story=story, title=title)


def page_of(client, story, query=""):
    return client.get(f"{story.get_absolute_url()}{query}").content.decode()


def test_each_chapter_has_a_button_that_asks_for_its_menu(as_alice, story):
    page = page_of(as_alice, story)
    for chapter in Chapter.objects.filter(story=story):
        assert f'name="more" value="{chapter.pk}" aria-label="More about “{chapter.title}”"' in page
    # Only the script's pattern, which belongs to no chapter.
    assert (
        page.count('formaction="/chapters/') == page.count('formaction="/chapters/00000000-') == 5
    )


@pytest.mark.parametrize(
    ("title", "is_offered"),
    [
        ("One", {"move down", "merge"}),
        ("Two", {"move up", "move down", "merge"}),
        ("Three", {"move up"}),
    ],
)
def test_a_menu_offers_what_its_chapter_can_do(as_alice, story, title, is_offered):
    chapter = chapter_called(story, title)
    page = page_of(as_alice, story, f"?more={chapter.pk}")
    move = f'formaction="/chapters/{chapter.pk}/move/" name="direction"'
    found = {
        "move up": f'{move} value="up"',
        "move down": f'{move} value="down"',
        "merge": f'href="/chapters/{chapter.pk}/merge/"',
    }
    assert {name for name, markup in found.items() if markup in page} == is_offered
    for action in ("publish", "trash"):
        assert f'formaction="/chapters/{chapter.pk}/{action}/"' in page
    assert f'href="?#chapter-{chapter.pk}"' in page
    for action in ("split", "to-story"):
        assert f'href="/chapters/{chapter.pk}/{action}/"' in page


def test_a_published_chapter_can_become_a_draft_again(as_alice, story):
    chapter = chapter_called(story, "One")
    publish = f'formaction="/chapters/{chapter.pk}/publish/" name="published"'
    assert f'{publish} value="1"' in page_of(as_alice, story, f"?more={chapter.pk}")
    as_alice.post(f"/chapters/{chapter.pk}/publish/", {"published": "1"})
    page = page_of(as_alice, story, f"?more={chapter.pk}")
    assert f'{publish} value="0"' in page and f'{publish} value="1"' not in page


def test_a_chapter_moves_on_with_each_press(as_alice, story):
    chapter = chapter_called(story, "Three")
    for _press in range(2):
        answer = as_alice.post(f"/chapters/{chapter.pk}/move/", {"direction": "up"})
        assert answer["Location"] == f"{story.get_absolute_url()}?more={chapter.pk}#more"
    titles = Chapter.objects.filter(story=story).in_order().values_list("title", flat=True)
    assert list(titles) == ["Three", "One", "Two"]


def test_the_menu_of_a_stranger_s_chapter_is_the_menu_of_none(as_alice, story, bob):
    other = make_chapter(make_story(bob), title="Secret")
    page = page_of(as_alice, story, f"?more={other.pk}")
    assert page.count('class="menu__sheet chapter-menu"') == 1
    assert f"/chapters/{other.pk}/" not in page and "Secret" not in page


def test_titles_and_synopses_are_text_and_nothing_else(as_alice, story):
    chapter = chapter_called(story, "One")
    Chapter.objects.filter(pk=chapter.pk).update(title="<b>&%(x)s", synopsis="<i>Sea</i>")
    page = page_of(as_alice, story, f"?more={chapter.pk}")
    assert "<b>&" not in page and "<i>Sea" not in page
    assert "More about “&lt;b&gt;&amp;%(x)s”" in page


def test_an_edit_of_long_ago_is_said_shortly(as_alice, story):
    at = datetime(2024, 9, 12, 12, tzinfo=UTC)
    Chapter.objects.filter(story=story, title="Two").update(updated_at=at)
    Chapter.objects.filter(story=story, title="One").update(
        updated_at=timezone.now() - timedelta(days=2, hours=1)
    )
    page = page_of(as_alice, story)
    assert ">12 Sep 2024</td>" in page and "2 days ago</td>" in page


def test_a_hundred_chapters_take_no_more_questions_than_three(
    as_alice, story, django_assert_max_num_queries
):
    for number in range(97):
        make_chapter(story, title=f"Chapter {number}")
    with django_assert_max_num_queries(16):
        page = page_of(as_alice, story)
    # Rows stay slim, or a long book is slow to open.
    rows = page[page.index("<tbody") : page.index("</tbody>")]
    assert rows.count("<tr") == 100
    assert len(rows) / 100 < 1000 and rows.count("<") - rows.count("</") < 100 * 14


def test_a_refused_name_stays_in_its_row(as_alice, story):
    chapter = chapter_called(story, "One")
    page = page_of(as_alice, story, f"?edit={chapter.pk}")
    assert 'name="title" value="One"' in page and f'value="{chapter.pk}"' not in page
    sent = {"title": "Two", "part_title": "<Part> %(id)s"}
    answer = as_alice.post(f"/chapters/{chapter.pk}/details/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="title" value="Two"' in page
    assert 'name="part_title" value="&lt;Part&gt; %(id)s"' in page
