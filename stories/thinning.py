"""Lets the history grow old: the older a version, the fewer of its neighbours are kept.

Every save can be brought back for ten minutes. Of the kept versions all stay for 48 hours, then the
last of each hour for 30 days, then the last of each day for a year. Whatever its age, a version
stays when a writer named it, when it is one side of a conflict, or when it is among the last fifty
of its chapter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from stories.models import ChapterVersion

RECENT_FOR = timedelta(minutes=10)
ALL_FOR = timedelta(hours=48)
HOURLY_FOR = timedelta(days=30)
DAILY_FOR = timedelta(days=365)
LAST_KEPT = 50
CHAPTERS_A_RUN = 200
# Hours and days are those of UTC, so that a change of time zone keeps nothing and loses nothing.
# What is kept for minutes only is none of the last fifty, or an evening's writing would take away
# what is to stay for ever.
THIN = """
    WITH ranked AS (
        SELECT id, name, reason, created_at,
            row_number() OVER newest AS place,
            row_number() OVER (
                PARTITION BY chapter_id,
                    CASE
                        WHEN created_at > %(hourly)s
                        THEN date_trunc('hour', saved_at AT TIME ZONE 'UTC')
                        ELSE date_trunc('day', saved_at AT TIME ZONE 'UTC')
                    END,
                    created_at > %(hourly)s
                ORDER BY saved_at DESC, id DESC
            ) AS place_in_slot
        FROM stories_chapterversion
        WHERE chapter_id = ANY(%(chapters)s) AND (reason <> 'recent' OR name <> '')
        WINDOW newest AS (PARTITION BY chapter_id ORDER BY created_at DESC, id DESC)
    )
    DELETE FROM stories_chapterversion WHERE id IN (
        SELECT id FROM ranked
        WHERE place > %(last)s AND name = '' AND reason <> 'conflict' AND created_at <= %(all)s
            AND (created_at <= %(daily)s OR place_in_slot > 1)
    )
"""
LONG_HISTORIES = """
    SELECT chapter_id FROM stories_chapterversion
    WHERE %(after)s::uuid IS NULL OR chapter_id > %(after)s
    GROUP BY chapter_id
    HAVING count(*) > %(last)s AND min(created_at) <= %(all)s
    ORDER BY chapter_id LIMIT %(most)s
"""


def discard_recent(*, at: datetime) -> int:
    """Delete what was only kept for the ten minutes after it was replaced; return how many."""
    recent = ChapterVersion.objects.filter(reason=ChapterVersion.Reason.RECENT, name="")
    return recent.filter(created_at__lte=at - RECENT_FOR)._raw_delete(recent.db)


def thin_histories(*, at: datetime) -> int:
    """Delete the versions that have become too many for their age; return how many."""
    values: dict[str, Any] = {
        "all": at - ALL_FOR,
        "hourly": at - HOURLY_FOR,
        "daily": at - DAILY_FOR,
        "last": LAST_KEPT,
        "most": CHAPTERS_A_RUN,
        "after": None,
    }
    deleted = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LONG_HISTORIES, values)
            chapters = [row[0] for row in cursor.fetchall()]
            if not chapters:
                return deleted
            cursor.execute(THIN, values | {"chapters": chapters})
            deleted += cursor.rowcount
        values["after"] = chapters[-1]
