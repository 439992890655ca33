"""Targets, calendar, rest and plan as pages: every act without a script."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import reports
from analytics.models import Forecast, RestDay
from analytics.plan_pages import plan_line
from analytics.resting import declare_rest
from analytics.tests.builders import add_words, at, make_chapter, today
from stories.models import Plan
from stories.services.targets import create_target, set_plan

pytestmark = pytest.mark.django_db
TARGETS = "/targets/"


def plan_form(**changes):
    """A plan from today for ninety days, as its form sends it."""
    day = today()
    return {
        "total_words": "9000",
        "start_words": "0",
        "start_on": str(day),
        "due_on": str(day + timedelta(89)),
        "strategy": "steady",
        **{f"weight_{number}": "1" for number in range(7)},
        **changes,
    }


@pytest.fixture
def story(alice):
    return make_chapter(alice).story


def html(answer):
    return answer.content.decode()


def rest(client, **fields):
    return client.post("/targets/rest/", {"kind": "planned", **fields})


# --- Rest and the calendar ----------------------------------------------------------


def test_rest_is_added_shown_ended_and_removed_without_a_script(as_alice, alice):
    yesterday = today() - timedelta(1)
    answer = rest(as_alice, from_date=yesterday, weekday=str(yesterday.weekday()), note="Garden")
    assert (answer.status_code, answer.url) == (
        302,
        f"/targets/?month={yesterday:%Y-%m}#calendar-title",
    )
    page = html(as_alice.get(answer.url))
    assert "Garden" in page
    assert "month__day--rest" in page
    found = RestDay.objects.get()
    assert as_alice.post(f"/targets/rest/{found.pk}/end/").status_code == 302
    found.refresh_from_db()
    assert found.to_date == yesterday
    assert as_alice.post(f"/targets/rest/{found.pk}/delete/").status_code == 302
    assert not RestDay.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("from_date", ""), ("to_date", "2020-01-01"), ("weekday", "7"), ("kind", "party")],
)
def test_a_refused_rest_comes_back_with_its_reason(as_alice, field, value):
    answer = rest(as_alice, **{"from_date": "2026-01-01"} | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not RestDay.objects.exists()


@pytest.mark.parametrize("act", ["end", "delete"])
def test_another_writers_rest_does_not_exist_here(as_bob, alice, act):
    own = declare_rest(alice, from_date=today(), today=today())
    assert as_bob.post(f"/targets/rest/{own.pk}/{act}/").status_code == 404
    assert as_bob.get(f"/targets/rest/{own.pk}/{act}/").status_code == 405
    assert RestDay.objects.get() == own


@pytest.mark.parametrize("month", ["2024-02", "0001-01", "9999-12", "2024-13", "soon", ""])
def test_any_month_may_be_asked_for(as_alice, month):
    answer = as_alice.get(TARGETS, {"month": month})
    assert answer.status_code == 200
    label = answer.context["calendar"]["label"]
    assert label == ("February 2024" if month == "2024-02" else label)


def test_the_calendar_says_each_day_in_words(as_alice, story, alice):
    now = timezone.now()
    create_target(story, quota=5, frequency="Daily", from_date=today(), to_date=today())
    add_words(story.chapters.get(), 7, now, typed=7)
    page = html(as_alice.get(TARGETS))
    assert "7 words, target met" in page
    assert "1 day in a row" in page
    declare_rest(alice, from_date=today(), kind="life", today=today())
    assert "7 words, rest: Life" in html(as_alice.get(TARGETS))


def test_the_history_of_a_target_is_on_its_page(as_alice, story):
    first = today() - timedelta(3)
    create_target(story, quota=5, frequency="Daily", from_date=first, to_date=today())
    page = html(as_alice.get(TARGETS))
    assert page.count(">missed<") == 3
    assert "kept 0 of 3 so far" in page


def test_the_page_asks_the_same_questions_for_one_story_and_for_many(as_alice, alice, story):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert as_alice.get(TARGETS).status_code == 200
        return len(captured)

    set_plan(story, total_words=9, start_on=today(), due_on=today())
    create_target(story, quota=5, frequency="Daily", from_date=today(), to_date=today())
    few = count()
    for number in range(4):
        other = make_chapter(alice, title=f"Book {number}").story
        set_plan(other, total_words=9, start_on=today(), due_on=today())
        create_target(other, quota=5, frequency="Weekly", from_date=today(), to_date=today())
        declare_rest(alice, from_date=today(), today=today())
    assert count() == few <= 18


# --- The plan ---------------------------------------------------------------------


def url(story, tail=""):
    return f"/stories/{story.pk}/plan/{tail}"


def test_a_plan_is_made_changed_and_given_up_without_a_script(as_alice, story):
    assert "Make a plan" in html(as_alice.get(url(story)))
    assert as_alice.post(url(story), plan_form()).status_code == 302
    page = html(as_alice.get(url(story)))
    assert "100 words for today, 100 to go." in page
    changed = plan_form(weight_0="0", strategy="ramp")
    assert as_alice.post(url(story), changed).status_code == 302
    plan = Plan.objects.get()
    assert (plan.weekday_weights, plan.strategy) == ([0, 1, 1, 1, 1, 1, 1], "ramp")
    assert as_alice.post(url(story, "delete/")).status_code == 302
    assert as_alice.post(url(story, "delete/")).status_code == 404
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"total_words": ""}, "total_words"),
        ({"total_words": "10000001"}, "total_words"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"start_on": "1990-01-01", "due_on": "2090-06-01"}, "due_on"),
        ({"weight_3": "101"}, "weight_3"),
        ({"weight_3": ""}, "weight_3"),
        ({f"weight_{number}": "0" for number in range(7)}, "weight_0"),
        ({"strategy": "magic"}, "strategy"),
    ],
)
def test_a_refused_plan_comes_back_with_its_reason(as_alice, story, changes, field):
    answer = as_alice.post(url(story), plan_form(**changes))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Plan.objects.exists()


def test_another_writers_plan_does_not_exist_here(as_bob, as_alice, story):
    as_alice.post(url(story), plan_form())
    assert as_bob.get(url(story)).status_code == 404
    assert as_bob.post(url(story), plan_form(total_words="1")).status_code == 404
    assert as_bob.post(url(story, "delete/")).status_code == 404
    assert Plan.objects.get().total_words == 9000


def test_all_days_of_the_plan_are_a_table(as_alice, story, alice):
    declare_rest(alice, from_date=today() + timedelta(2), kind="life", today=today())
    as_alice.post(url(story), plan_form())
    page = html(as_alice.get(url(story)))
    assert page[page.index('id="days-title"') :].count('<th scope="row">') == 14
    page = html(as_alice.get(url(story) + "?days=all"))
    assert page[page.index('id="days-title"') :].count('<th scope="row">') == 90
    assert '<span class="chip">Life</span>' in page


def written_for_weeks(story):
    """Let a hundred words be written on each of the last twenty days."""
    now = timezone.now()
    for number in range(20, 0, -1):
        add_words(story.chapters.get(), 100, now - timedelta(days=number), typed=100)


def test_the_forecast_is_said_once_there_are_ten_days(as_alice, story):
    set_plan(story, total_words=5000, start_on=today(), due_on=today() + timedelta(60))
    assert "A forecast needs 10 days" in html(as_alice.get(url(story)))
    written_for_weeks(story)
    page = html(as_alice.get(url(story)))
    assert "you would be done around" in page
    assert "over 99\u00a0%" in page
    when = today() + timedelta(29)
    assert f"2,000 of 5,000, at this pace {when.day} {when:%B}" in page
    assert "2,000 of 5,000, at this pace" in html(as_alice.get(f"/stories/{story.pk}/"))


def test_earlier_forecasts_are_judged(as_alice, story):
    set_plan(story, total_words=5000, start_on=today(), due_on=today())
    for number, finished in enumerate((12, 25)):
        Forecast.objects.create(
            story=story,
            made_on=date(2026, 1, 1 + number),
            total_words=100,
            words_left=50,
            due_on=date(2026, 2, 1),
            p10=date(2026, 1, 10),
            p50=date(2026, 1, 15),
            p90=date(2026, 1, 20),
            odds=0.9,
            days_of_data=90,
            runs=2000,
            finished_on=date(2026, 1, finished),
        )
    page = html(as_alice.get(url(story)))
    assert "Of 2 earlier forecasts 1 held their dates; the middle one was 6 days off." in page


def test_the_line_is_kind_when_nothing_can_be_foretold(alice, story):
    plan, _is_new = set_plan(
        story, total_words=90_000, start_on=date(2026, 3, 1), due_on=date(2026, 6, 1)
    )
    when = at("2026-03-02 12:00")
    report = reports.plan_report(plan, word_count=41_200, user=alice, at=when)
    assert plan_line(report) == "41,200 of 90,000, due 1 June"
    done = reports.plan_report(plan, word_count=90_001, user=alice, at=when)
    assert plan_line(done) == "90,001 of 90,000, the plan is reached"
