"""Clocks that are an hour off, the writer's or the server's: words count, time is not invented."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.faults.harm import ask_postgres
from tests.faults.scene import (
    SEED,
    TALLY,
    Writing,
    all_sessions,
    check_everything,
    make_writers,
    now_iso,
)

# A server's clock that jumps by an hour finds everything dated an hour the other way.
SHIFTS = """
    UPDATE analytics_writingsession SET started_at = started_at + %(by)s,
        last_change_at = last_change_at + %(by)s, ended_at = ended_at + %(by)s,
        updated_at = updated_at + %(by)s
    WHERE story_id = ANY(%(stories)s);
    UPDATE stories_chapter SET content_saved_at = content_saved_at + %(by)s,
        updated_at = updated_at + %(by)s, created_at = created_at + %(by)s
    WHERE story_id = ANY(%(stories)s);
    UPDATE stories_chapterversion SET saved_at = saved_at + %(by)s,
        created_at = created_at + %(by)s
    WHERE chapter_id IN (SELECT id FROM stories_chapter WHERE story_id = ANY(%(stories)s));
    UPDATE stories_savereceipt SET created_at = created_at + %(by)s
    WHERE user_id IN (SELECT owner_id FROM stories_story WHERE id = ANY(%(stories)s))
"""


def check_times(program):
    """No session ends before it began, and none was longer at work than it lasted."""
    for row in all_sessions(program):
        began = datetime.fromisoformat(row["started_at"])
        ended = datetime.fromisoformat(row["last_change_at"])
        assert began <= ended
        assert 0 <= row["active_seconds"] <= (ended - began).total_seconds() + 1


def told_by_a_clock_off_by(hours):
    return lambda: (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def test_a_writer_whose_clock_is_wrong_saves_like_any_other(runs):
    writers = make_writers(runs[-1].port, people=2, chapters=3, seed=SEED)
    wrong = (
        told_by_a_clock_off_by(1),
        told_by_a_clock_off_by(-1),
        told_by_a_clock_off_by(24 * 400),
        lambda: "1970-01-01T00:00:00Z",
        lambda: "9999-12-31T23:59:59.999999+00:00",
        lambda: now_iso().replace("+00:00", "+14:00"),
    )
    for writer, clock in zip(writers, wrong, strict=True):
        writer.since = clock
        when = datetime.now(UTC) + timedelta(hours=1 if writer.chance.random() < 0.5 else -1)
        for name in ("Date", "If-Modified-Since", "If-Unmodified-Since"):
            writer.headers[name] = format_datetime(when, usegmt=True)
    with Writing(writers) as writing:
        writing.all_save_again()
        TALLY.fault(len(wrong))
    for writer in writers:
        check_times(writer.program)
        rows = all_sessions(writer.program)
        now = datetime.now(UTC)
        assert all(datetime.fromisoformat(row["last_change_at"]) <= now for row in rows)
    check_everything(runs[-1], writers)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_server_clock_that_jumps_takes_no_word_and_no_time_away(runs, hours):
    writers = make_writers(runs[-1].port, people=2, chapters=2, seed=SEED)
    stories = list({writer.chapter["story_id"] for writer in writers})
    with Writing(writers) as writing:
        writing.all_save_again()
        values = {"by": timedelta(hours=hours), "stories": stories}
        for statement in SHIFTS.split(";"):
            ask_postgres(runs[-1], statement, values)
        TALLY.fault()
        writing.heal()
    for writer in writers:
        check_times(writer.program)
    check_everything(runs[-1], writers)
