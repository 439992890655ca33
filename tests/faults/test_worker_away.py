"""A worker that is down, dies at its work, or is told everything twice and in any order."""

import random
import time
from datetime import UTC, datetime, timedelta

from nexus.tests.test_up import WORKER
from tests.faults.harm import ask_postgres, paused, send, wait_until, worker_of
from tests.faults.scene import (
    IS_FULL,
    KILLS,
    SEED,
    TALLY,
    Writing,
    check_days,
    check_everything,
    make_writers,
)

# Ten minutes in the whole run of 200 kills.
ABSENT = min(600, 3 * KILLS) if IS_FULL else 2
# The net sees a day half a minute after its last save, and comes every twenty seconds; and patience
# for a machine on which others work too.
ROLLED_UP_IN = 90
UNSETTLED = """
    SELECT count(*) FROM (
        SELECT user_id, day, sum(typed) AS typed, sum(saves) AS saves
        FROM analytics_writingsession GROUP BY user_id, day
    ) AS summed FULL JOIN (
        SELECT user_id, day, typed, saves FROM analytics_writingday WHERE story_id IS NULL
    ) AS kept USING (user_id, day)
    WHERE (summed.typed, summed.saves) IS DISTINCT FROM (kept.typed, kept.saves)
"""
PEOPLE = "SELECT DISTINCT owner_id::text FROM stories_story"


def are_days_settled(run):
    return ask_postgres(run, UNSETTLED) == [(0,)]


def test_ten_minutes_without_a_worker_cost_no_save_and_no_number(absence):
    run, writers, began = absence
    TALLY.logged_before = 0
    with Writing(writers) as writing:
        writing.all_save_again()
        time.sleep(max(0.0, began + ABSENT - time.monotonic()))
        writing.all_save_again()
        TALLY.fault()
    for writer in writers:
        check_days(writer.program)
    assert not are_days_settled(run)
    back = time.monotonic()
    with paused([worker_of(run)]):
        pass
    # What the clock asks for every twenty seconds, were the queue lost as well.
    send(run, "analytics.tasks.roll_up_stale_days")
    wait_until(lambda: are_days_settled(run), ROLLED_UP_IN)
    TALLY.heal(time.monotonic() - back)
    check_everything(run, writers)


def test_a_worker_killed_in_the_middle_of_a_day_leaves_no_half_of_it(studio):
    run = studio.runs[-1]
    writers = make_writers(run.port, people=1, chapters=2, seed=SEED)
    trap, today = studio.failpoints / "day-summed", datetime.now(UTC).date()
    with Writing(writers) as writing:
        writing.all_save_again()
        for _ in range(5 if IS_FULL else 1):
            first = worker_of(run)
            trap.touch()
            # Now, and not when minutes of saves have gathered.
            for (person,) in ask_postgres(run, PEOPLE):
                send(run, "analytics.tasks.roll_up_day", person, today.isoformat())
            run.wait(lambda: not trap.exists())
            run.wait(lambda first=first: run.pid_of(WORKER) not in {None, first})
            TALLY.fault()
            writing.all_save_again()
    began = time.monotonic()
    send(run, "analytics.tasks.roll_up_stale_days")
    wait_until(lambda: are_days_settled(run), ROLLED_UP_IN)
    TALLY.heal(time.monotonic() - began)
    check_everything(run, writers)


def test_tasks_that_come_twice_and_in_any_order_change_nothing(runs):
    run = runs[-1]
    writers = make_writers(run.port, people=2, chapters=1, seed=SEED)
    today = datetime.now(UTC).date()
    days = [today + timedelta(days=n) for n in (-400, -1, 0, 0, 1)]
    tasks = [
        ("analytics.tasks.roll_up_day", person, day.isoformat())
        for (person,) in ask_postgres(run, PEOPLE)[:6]
        for day in days
    ]
    nobody = "00000000-0000-7000-8000-000000000000"
    tasks += [("analytics.tasks.roll_up_day", nobody, today.isoformat())]
    tasks += [
        (name,)
        for name in (
            "analytics.tasks.roll_up_stale_days",
            "analytics.tasks.close_idle_sessions",
            "analytics.tasks.reconcile",
            "jobs.tasks.requeue_lost_jobs",
            "stories.tasks.discard_recent_versions",
            "stories.tasks.thin_histories",
            "stories.tasks.purge_trash",
            "stories.tasks.discard_old_receipts",
        )
    ]
    doubled = tasks * 2
    random.Random(SEED).shuffle(doubled)
    with Writing(writers) as writing:
        writing.all_save_again()
        with paused([worker_of(run)]):
            for task in doubled:
                send(run, *task)
        TALLY.fault(len(doubled))
        writing.all_save_again()
    send(run, "analytics.tasks.roll_up_stale_days")
    wait_until(lambda: are_days_settled(run), ROLLED_UP_IN)
    check_everything(run, writers)
