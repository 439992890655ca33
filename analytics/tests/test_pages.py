"""Pages of statistics, days and targets, without a script."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.tests.builders import add_words, make_chapter
from stories.models import Target
from stories.services.stories import create_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    add_words(chapter, 120, timezone.now(), typed=125, removed=5)
    return chapter


@pytest.fixture
def target(chapter):
    today = timezone.now().date()
    return Target.objects.create(
        story=chapter.story,
        quota=100,
        frequency="Daily",
        from_date=today - timedelta(days=1),
        to_date=today + timedelta(days=9),
    )


def form(**changes):
    values = {
        "quota": "700",
        "frequency": "Weekly",
        "from_date": "2026-01-01",
        "to_date": "2026-12-31",
    }
    return values | changes


def statistics(chapter):
    return reverse("analytics:story", args=[chapter.story_id])


def test_the_statistics_page_shows_the_day_and_draws_it(as_alice, chapter, target):
    page = as_alice.get(statistics(chapter))
    html = page.content.decode()
    assert page.status_code == 200
    assert "125 words today: the day’s target is met." in html
    assert 'data-words="125"' in html
    assert 'data-goal="100"' in html
    assert reverse("analytics:day", args=[timezone.now().date()]) in html


def test_the_best_day_leads_to_its_sessions(as_alice, chapter):
    day = timezone.now().date()
    said = f"Why 125 on {day.day} {day:%B %Y}? See its sessions"
    link = f'<a href="{reverse("analytics:day", args=[day])}">{said}</a>'
    for address in (statistics(chapter), reverse("analytics:overview")):
        assert link in as_alice.get(address).content.decode()


def test_ids_on_the_page_are_unique(as_alice, chapter):
    import re

    ids = re.findall(r'\sid="([^"]+)"', as_alice.get(statistics(chapter)).content.decode())
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("frequency", ["Daily", "Weekly", "Monthly"])
def test_the_page_takes_a_range(as_alice, chapter, frequency):
    asked = {"frequency": frequency, "from_date": "2020-01-01", "to_date": "2050-01-01"}
    page = as_alice.get(statistics(chapter), asked)
    assert page.status_code == 200
    assert "1 January 2020 to 1 January 2050" in page.content.decode()


@pytest.mark.parametrize(
    ("days", "frequency"), [(30, "Daily"), (300, "Weekly"), (3000, "Monthly"), (30_000, "Monthly")]
)
def test_long_ranges_are_drawn_in_bars_wide_enough_to_see(as_alice, chapter, days, frequency):
    first = timezone.now().date() - timedelta(days=days)
    page = as_alice.get(statistics(chapter), {"from_date": str(first)})
    assert page.context["frequency"] == frequency
    assert len(page.context["month"].rows) <= 130


def test_a_reversed_range_is_marked_and_the_page_still_answers(as_alice, chapter):
    asked = {"from_date": "2026-01-01", "to_date": "2020-01-01"}
    page = as_alice.get(statistics(chapter), asked)
    assert page.status_code == 422
    assert "The last day must not come before the first." in page.content.decode()


def test_the_ends_of_the_calendar_are_answered(as_alice, chapter):
    for first, last in (("0001-01-01", "9999-12-31"), ("0001-01-01", ""), ("9999-12-31", "")):
        asked = {"from_date": first, "to_date": last}
        assert as_alice.get(statistics(chapter), asked).status_code == 200
    for day in ("0001-01-01", "9999-12-31"):
        assert as_alice.get(f"/days/{day}/").status_code == 200
    assert as_alice.get("/days/2026-02-30/").status_code == 404


def test_a_story_without_sessions_teaches(as_alice, alice):
    story = create_story(alice, title="New", at=timezone.now())
    page = as_alice.get(reverse("analytics:story", args=[story.pk]))
    assert page.status_code == 200 and '<svg class="chart' not in page.content.decode()


def test_the_page_asks_the_same_number_of_questions_however_much_was_written(as_alice, chapter):
    def count():
        with CaptureQueriesContext(connection) as captured:
            as_alice.get(statistics(chapter))
        return len(captured)

    few = count()
    for back in range(1, 15):
        add_words(chapter, 3, timezone.now() - timedelta(days=back))
    assert count() == few <= 18


def test_a_day_page_lists_its_sessions_and_causes(as_alice, as_bob, chapter):
    path = reverse("analytics:day", args=[timezone.now().date()])
    html = as_alice.get(path).content.decode()
    assert "Typed" in html and "Removed" in html and "The book of One" in html
    assert "The book of One" not in as_bob.get(path).content.decode()


def test_strangers_find_nothing(as_bob, chapter, target):
    assert as_bob.get(statistics(chapter)).status_code == 404
    assert (
        as_bob.get(reverse("analytics:target_create", args=[chapter.story_id])).status_code == 404
    )
    path = reverse("analytics:target_edit", args=[target.pk])
    assert as_bob.get(path).status_code == 404
    assert as_bob.post(path, form()).status_code == 404
    assert as_bob.post(reverse("analytics:target_delete", args=[target.pk])).status_code == 404
    assert "The book of One" not in as_bob.get(reverse("analytics:targets")).content.decode()


@pytest.mark.parametrize("name", ["analytics:targets"])
def test_visitors_are_asked_to_sign_in(name):
    answer = Client().get(reverse(name))
    assert answer.status_code == 302 and "login" in answer["Location"]


def test_targets_are_listed_by_story(as_alice, chapter, target):
    html = as_alice.get(reverse("analytics:targets")).content.decode()
    assert "125 of 100 words today" in html and "The book of One" in html


def test_a_target_is_set_with_a_form(as_alice, chapter):
    path = reverse("analytics:target_create", args=[chapter.story_id])
    assert 'name="quota"' in as_alice.get(path).content.decode()
    assert as_alice.post(path, form()).status_code == 302
    assert Target.objects.get().quota == 700


def test_a_refusal_comes_back_with_the_form(as_alice, chapter, target):
    path = reverse("analytics:target_create", args=[chapter.story_id])
    for wrong in ({"frequency": "Daily"}, {"quota": "-1"}, {"to_date": "2020-01-01"}):
        answer = as_alice.post(path, form(**wrong))
        assert answer.status_code == 422 and answer.context["form"].errors
    assert Target.objects.count() == 1


def test_a_target_is_changed_with_a_form(as_alice, target):
    path = reverse("analytics:target_edit", args=[target.pk])
    assert 'value="100"' in as_alice.get(path).content.decode()
    assert as_alice.post(path, form(frequency="Daily")).status_code == 302
    target.refresh_from_db()
    assert (target.quota, target.frequency) == (700, "Daily")


def test_the_form_alone_is_answered_to_htmx(as_alice, target):
    path = reverse("analytics:target_edit", args=[target.pk])
    answer = as_alice.post(path, form(quota=""), headers={"HX-Request": "true"})
    assert answer.status_code == 422 and "<html" not in answer.content.decode()


def test_a_target_is_removed_by_post_only(as_alice, target):
    path = reverse("analytics:target_delete", args=[target.pk])
    assert as_alice.get(path).status_code == 405
    assert as_alice.post(path).status_code == 302
    assert not Target.objects.exists()
