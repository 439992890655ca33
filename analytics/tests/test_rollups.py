"""Days rolled up from sessions: the same rows whenever, however often, in any order."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from analytics import reports, rollups, tasks
from analytics.models import RestDay, WritingDay, WritingSession
from analytics.periods import Period
from analytics.tests.builders import LONG_AGO, add_words, at, make_chapter, settle
from stories.models import Target
from stories.services.targets import create_target, update_target

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 11)
NEXT = date(2026, 3, 12)


@pytest.fixture
def two_days(alice):
    chapter = make_chapter(alice)
    other = make_chapter(alice, title="Other")
    add_words(chapter, 10, "2026-03-11 10:00", typed=10, active_ms=60_000)
    add_words(other, 20, "2026-03-11 11:00", typed=20)
    add_words(chapter, 7, "2026-03-12 10:00", typed=7)
    return chapter, other


def rows(user):
    columns = ("story_id", "day", *rollups.COLUMNS)
    return sorted(WritingDay.objects.filter(user=user).values_list(*columns), key=str)


def roll(user, *days, when="2026-03-12 12:00"):
    for day in days:
        rollups.roll_up_day(user, day, at=at(when))


def test_a_day_is_summed_whole_and_per_story(alice, two_days):
    roll(alice, DAY)
    whole = WritingDay.objects.get(user=alice, story=None, day=DAY)
    assert (whole.typed, whole.sessions, whole.active_seconds) == (30, 2, 60)
    assert whole.hours[9:12] == [10, 0, 20]
    assert sorted(
        WritingDay.objects.filter(story__isnull=False).values_list("typed", flat=True)
    ) == [10, 20]


def test_running_twice_and_out_of_order_gives_the_same_rows(alice, two_days):
    roll(alice, DAY, NEXT)
    first = rows(alice)
    WritingDay.objects.all().delete()
    roll(alice, NEXT, DAY, DAY, NEXT)
    assert rows(alice) == first


def test_a_second_run_reports_that_nothing_changed(alice, two_days):
    assert rollups.roll_up_day(alice, DAY, at=at("2026-03-12 12:00"))
    assert not rollups.roll_up_day(alice, DAY, at=at("2026-03-12 12:00"))


def test_reports_are_right_when_the_worker_never_ran(alice, two_days):
    span = Period(DAY, NEXT)
    before = reports.figures_by_day(alice, within=span, today=NEXT)
    assert [before[day].typed for day in (DAY, NEXT)] == [30, 7]
    roll(alice, DAY, NEXT)
    settle(alice)
    assert reports.figures_by_day(alice, within=span, today=NEXT) == before


def test_a_settled_past_day_is_read_from_the_rollup(alice, two_days):
    roll(alice, DAY)
    settle(alice)
    WritingDay.objects.filter(day=DAY, story=None).update(typed=999)
    found = reports.figures_by_day(alice, within=Period(DAY, NEXT), today=NEXT)
    assert (found[DAY].typed, found[NEXT].typed) == (999, 7)


def test_a_day_changed_after_its_rollup_is_read_from_the_sessions(alice, two_days):
    roll(alice, DAY)
    settle(alice)
    chapter, _other = two_days
    add_words(chapter, 5, "2026-03-11 12:00", typed=5)
    found = reports.figures_by_day(alice, within=Period(DAY, NEXT), today=NEXT)
    assert found[DAY].typed == 35


def test_days_that_were_missed_are_rolled_up_by_the_net(alice, two_days):
    # A moment after a save she may still be writing.
    assert tasks.roll_up_stale_days() == 0
    WritingSession.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    assert tasks.roll_up_stale_days() == 2
    assert WritingDay.objects.filter(user=alice, story=None).count() == 2
    settle(alice)
    assert tasks.roll_up_stale_days() == 0


def test_reconcile_repairs_drift_and_leaves_what_is_right(alice, two_days, caplog):
    roll(alice, DAY, NEXT)
    settle(alice)
    right = rows(alice)
    WritingDay.objects.filter(day=DAY, story=None).update(typed=999)
    WritingSession.objects.filter(day=NEXT).update(day=NEXT)
    drifted = sum(
        rollups.roll_up_day(alice, day, at=at("2026-03-12 12:00"))
        for _user, day in rollups.days_to_check(today=NEXT, turn=0)
    )
    assert drifted == 1
    assert rows(alice) == right


def test_reconcile_looks_at_every_day_within_ten_nights(alice, two_days):
    today = NEXT + timedelta(days=400)
    seen = {
        day for turn in range(10) for _user, day in rollups.days_to_check(today=today, turn=turn)
    }
    assert seen == {DAY, NEXT}


def test_a_day_without_sessions_any_more_loses_its_rows(alice, two_days):
    roll(alice, DAY)
    WritingSession.objects.filter(day=DAY).delete()
    roll(alice, DAY)
    assert not WritingDay.objects.filter(day=DAY).exists()


def test_deleting_a_story_changes_no_past_day(alice, two_days):
    chapter, _other = two_days
    roll(alice, DAY)
    chapter.story.delete()
    roll(alice, DAY)
    assert WritingDay.objects.get(user=alice, story=None, day=DAY).typed == 30


def set_goal(story, quota):
    target = create_target(
        story, quota=quota, frequency="Daily", from_date=DAY, to_date=DAY + timedelta(days=30)
    )
    Target.objects.filter(pk=target.pk).update(created_at=LONG_AGO)
    return target


def test_the_goal_is_the_sum_of_daily_targets_in_force(alice, two_days):
    chapter, other = two_days
    set_goal(chapter.story, 500)
    set_goal(other.story, 250)
    create_target(other.story, quota=9, frequency="Weekly", from_date=DAY, to_date=NEXT)
    assert reports.goal_on(alice, DAY) == 750
    assert reports.goal_on(alice, DAY - timedelta(days=1)) is None


def test_raising_the_goal_rewrites_no_past_day(alice, two_days):
    chapter, _other = two_days
    target = set_goal(chapter.story, 500)
    roll(alice, DAY, when="2026-03-11 12:00")
    update_target(target, quota=900)
    roll(alice, DAY, NEXT)
    kept = dict(WritingDay.objects.filter(story=None).values_list("day", "goal"))
    assert kept == {DAY: 500, NEXT: 900}


def test_a_target_set_later_was_no_goal_of_a_past_day(alice, two_days):
    chapter, _other = two_days
    create_target(chapter.story, quota=5, frequency="Daily", from_date=DAY, to_date=NEXT)
    roll(alice, DAY)
    assert WritingDay.objects.get(story=None, day=DAY).goal is None


def test_a_broker_that_is_down_is_no_error(alice, monkeypatch):
    def refuse(*_args, **_options):
        raise BrokerError

    monkeypatch.setattr(tasks.roll_up_day, "apply_async", refuse)
    tasks.ask_for_roll_up(alice.pk, DAY)


def test_five_minutes_of_saves_ask_for_one_rollup(
    alice, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(tasks, "_asked", {})
    monkeypatch.setattr(tasks, "after_commit", lambda _fn, *day: asked.append(day))
    for _save in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.roll_up_soon(alice.pk, DAY)
    assert asked == []
    tasks._asked[alice.pk, DAY] -= tasks.COALESCE_SECONDS
    for _save in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.roll_up_soon(alice.pk, DAY)
    assert asked == [(alice.pk, DAY)]


def test_a_process_remembers_only_so_many_days(
    alice, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks, "_asked", {})
    monkeypatch.setattr(tasks, "MOST_REMEMBERED", 3)
    for number in range(1, 9):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.roll_up_soon(alice.pk, date(2026, 3, number))
        assert 1 <= len(tasks._asked) <= 3


def test_a_task_for_a_writer_who_left_does_nothing():
    tasks.roll_up_day("018f0000-0000-7000-8000-000000000000", "2026-03-11")


def test_rest_declared_afterwards_joins_the_day(alice, two_days):
    roll(alice, DAY, NEXT)
    RestDay.objects.create(user=alice, kind="illness", from_date=DAY, to_date=DAY)
    roll(alice, DAY, NEXT)
    kept = WritingDay.objects.filter(story=None).order_by("day").values_list("day", "rest")
    assert list(kept) == [(DAY, "illness"), (NEXT, "")]


def test_after_an_hour_without_a_worker_one_run_of_the_net_rolls_up_everything(
    alice, bob, monkeypatch
):
    monkeypatch.setattr(tasks, "MOST_DAYS_A_RUN", 2)
    for writer in (alice, bob):
        chapter = make_chapter(writer)
        for day in range(10, 15):
            add_words(chapter, day, f"2026-03-{day} 23:00", typed=day)
    # An hour ago: nothing of it waits to settle any more.
    hour_ago = timezone.now() - timedelta(hours=1)
    WritingSession.objects.update(updated_at=hour_ago)
    span, today = Period(date(2026, 3, 10), date(2026, 3, 14)), date(2026, 3, 15)
    meanwhile = reports.figures_by_day(alice, within=span, today=today)
    assert [meanwhile[day].typed for day in sorted(meanwhile)] == [10, 11, 12, 13, 14]
    assert not WritingDay.objects.exists()

    assert tasks.roll_up_stale_days() == 10
    assert WritingDay.objects.filter(story=None).count() == 10
    WritingSession.objects.filter(user=alice).update(typed=0)
    assert reports.figures_by_day(alice, within=span, today=today) == meanwhile
    assert tasks.roll_up_stale_days() == 0


def test_the_net_leaves_what_is_older_to_the_nightly_check(alice, two_days):
    WritingSession.objects.update(updated_at=LONG_AGO)
    assert tasks.roll_up_stale_days() == 0
    tasks.reconcile()
    assert WritingDay.objects.filter(story=None).count() == 2


def test_tasks_delivered_twice_late_and_out_of_order_leave_the_same_rows(alice, two_days):
    chapter, _other = two_days
    tasks.roll_up_day(str(alice.pk), "2026-03-12")
    add_words(chapter, 9, "2026-03-11 22:00", typed=9)
    for day in ("2026-03-12", "2026-03-11", "2026-03-11", "2026-03-12"):
        tasks.roll_up_day(str(alice.pk), day)
    late = rows(alice)
    WritingDay.objects.all().delete()
    for day in ("2026-03-11", "2026-03-12"):
        tasks.roll_up_day(str(alice.pk), day)
    assert rows(alice) == late
