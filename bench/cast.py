"""Who is looked at by `make screenshots`: writers with nothing, with a book, with years of books.

Everything is made through the services the pages use, but for the five years of days: those are
rows of the ledger, made by Postgres from its own numbers, so that every run has the same ones.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nexus import embedded

if TYPE_CHECKING:
    from accounts.models import User
    from stories.models import Chapter, Story

PASSWORD = "a quiet desk by the sea"
DEMO = ("demo@nexus.local", "write-a-little-daily")
FIRST = ("first@nexus.local", PASSWORD)
NEWCOMER = ("new@nexus.local", PASSWORD)
DILIGENT = ("huge@nexus.local", PASSWORD)
HOST = ("host@nexus.local", PASSWORD)
CHAPTERS, STORIES, YEARS = 500, 20, 5
LONG_CHAPTER = 20_000
READERS, WEEKS = 7, 20
PARAGRAPH = (
    "The lamp burned low and nobody in the house by the river had slept for three nights. "
    "“You might have said so,” she said, and put the kettle on; it was not a night for tea."
)
TITLES = (
    "W" + "a" * 198 + "!",
    "The Long Account of a Voyage Round the Northern Lights, with Some Remarks on Tides",
    "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle",
    "吾輩は猫である",
    "أولاد حارتنا",
    "Nights",
)
# Some sit down in the morning, some at night; one day in seven holds nothing, the others a few of
# the books: so many in a hundred.
SESSIONS = """
    INSERT INTO analytics_writingsession (
        id, user_id, story_id, story_title, chapter_title, started_at, last_change_at, ended_at,
        day, time_zone, typed, pasted, imported, restored, replaced, moved_in, applied, removed,
        cut, moved_out, undone, active_seconds, saves, words_start, words_end, source, count_rule,
        updated_at, cuts
    )
    SELECT gen_random_uuid(), story.owner_id, story.id, story.title, 'Night ' || 1 + luck %% 500,
        start, start + interval '58 minutes', start + interval '58 minutes', start::date, 'UTC',
        40 + luck %% 900, (luck %% 9) / 8 * 60, 0, 0, 0, 0, 0, luck %% 120, 0, 0, 0,
        300 + luck %% 3000, 40, 0, 0, 'editor', 'nexus-1', start, '[]'
    FROM stories_story AS story,
        generate_series(current_date - %(days)s, current_date - 1, '1 day') AS day,
        LATERAL (SELECT abs(hashtext(story.id::text || day)) AS luck) AS dice,
        LATERAL (SELECT (day + make_interval(hours => (6 + luck %% 17)::int)) AS start) AS clock
    WHERE story.owner_id = %(user)s AND story.trashed_at IS NULL
        AND luck / 1000 %% 100 < %(share)s AND hashtext(day::text) %% 7 <> 0
"""
HOURS = ", ".join(
    f"coalesce(sum(typed) FILTER (WHERE extract(hour FROM started_at) = {hour}), 0)"
    for hour in range(24)
)
DAYS = f"""
    INSERT INTO analytics_writingday (
        user_id, story_id, day, typed, pasted, imported, restored, replaced, moved_in, applied,
        removed, cut, moved_out, undone, active_seconds, saves, sessions, first_change_at,
        last_change_at, hours, rolled_up_at, rest, goal
    )
    SELECT user_id, story_id, day, sum(typed), sum(pasted), 0, 0, 0, 0, 0, sum(removed), 0, 0, 0,
        sum(active_seconds), sum(saves), count(*), min(started_at), max(last_change_at),
        ARRAY[{HOURS}]::int[], now(), '', 1500
    FROM analytics_writingsession WHERE user_id = %(user)s AND day < current_date
    GROUP BY GROUPING SETS ((user_id, story_id, day), (user_id, day))
    ON CONFLICT DO NOTHING
"""


def meet_studio(var: Path) -> None:
    """Let this process speak to the database of the studio that runs in a folder."""
    import django

    os.environ |= {
        "NEXUS_VAR": str(var),
        "DATABASE_URL": embedded.database_url(var),
        "REDIS_URL": embedded.redis_url(var),
        "DJANGO_SETTINGS_MODULE": "nexus.settings",
        "LOG_LEVEL": "ERROR",
    }
    django.setup()


def fill() -> None:
    """Let everybody move in beside the demo writer."""
    from django.utils import timezone

    from accounts.services import create_administrator
    from stories.services.stories import create_story

    at = timezone.now()
    join(*FIRST, name="Grace")
    create_story(join(*NEWCOMER, name="Ada"), title="The Keeper’s Year", at=at)
    create_administrator(*HOST)
    furnish_demo(at)
    write_for_years(join(*DILIGENT, name="Emilia"), at)
    bring_readers(at)


def join(email: str, password: str, *, name: str) -> User:
    from accounts.services import register

    return register(email=email, password=password, username=name, time_zone="Europe/London")


def furnish_demo(at: datetime) -> None:
    """Give the demo writer what two years of writing leave out: shelves, notes, mishaps."""
    from accounts import api_tokens
    from accounts.models import User
    from stories.anchors import Anchor
    from stories.models import Story
    from stories.services.chapters import trash_chapter
    from stories.services.comments import add_comment
    from stories.services.notes import write_notes
    from stories.services.shelves import create_series
    from stories.services.stories import create_story, trash_story
    from stories.services.tags import set_tags

    writer = User.objects.get(email=DEMO[0])
    stories = list(Story.objects.filter(owner=writer).order_by("created_at"))
    create_series(writer, title="The Coast", stories=stories[:2], at=at)
    for story, names in zip(stories, (["sea", "memoir"], ["sea"], ["first draft"]), strict=False):
        set_tags(story, names)
    book = longest(writer)
    chapter = open_chapter(book)
    quote = " ".join(chapter.text.split()[20:24])
    add_comment(chapter, text="Is this said too early?", anchor=Anchor(quote), at=at)
    add_comment(chapter, text="What the harbour was called.", anchor=Anchor("no such words"), at=at)
    synopsis = "The keeper learns who lit the lamp before him."
    write_notes(chapter, synopsis=synopsis, notes="Tides: look up the autumn of 1911.", at=at)
    if last := book.chapters.live().in_order().last():
        trash_chapter(last, at=at)
    trash_story(create_story(writer, title="An Abandoned Beginning", at=at), at=at)
    api_tokens.create(writer, name="Backup at night", scopes=["read"], expires_in_days=90)
    leave_jobs(writer, 1, at)


def longest(writer: User) -> Story:
    from stories.models import Story

    stories = Story.objects.visible_to(writer).live().with_counts()
    return max(stories, key=attrgetter("word_count"))


def open_chapter(story: Story) -> Chapter:
    """Return the chapter the pictures of a story’s editor and of all around it show."""
    chapters = story.chapters.live().in_order()
    return chapters[min(2, len(chapters) - 1)]


def leave_jobs(writer: User, times: int, at: datetime) -> None:
    """Leave one job of each outcome, `times` over."""
    from jobs.models import Job

    refused = "This is not an EPUB: it is not a zip archive. Nothing was imported."
    outcomes = (
        ("import.read", "broken-file.epub", "failed", refused),
        ("import.read", "An Enormous Book in Many Volumes, All of Them.docx", "running", ""),
        ("story.export", "The Keeper’s Year", "dead", "The work stopped three times."),
        ("account.export", "Everything of yours", "cancelled", ""),
    )
    Job.objects.bulk_create(
        Job(
            owner=writer,
            kind=kind,
            title=title,
            # What an export's page offers again.
            parameters={"format": "epub", "options": {}} if kind == "story.export" else {},
            status=status,
            error=error,
            step=12,
            steps=61,
            created_at=at - timedelta(hours=number),
            alive_at=at + timedelta(days=1),
        )
        for number in range(times)
        for kind, title, status, error in outcomes
    )


def write_for_years(writer: User, at: datetime) -> None:
    """Give a writer twenty stories, one of 500 chapters, and five years of days in all of them."""
    from django.db import connection

    from accounts import api_tokens
    from accounts.models import User
    from analytics.demo.plan import make_plan
    from stories.services.chapters import create_chapter, import_chapters
    from stories.services.shelves import create_series
    from stories.services.stories import create_story, trash_story
    from stories.services.tags import set_tags

    User.objects.filter(pk=writer.pk).update(created_at=at - timedelta(days=YEARS * 365))
    story = create_story(writer, title="The Keeper’s Year", at=at)
    long = {"title": "Night 1", "content": prose(LONG_CHAPTER // len(PARAGRAPH.split()))}
    nights = ({"title": f"Night {n}", "content": prose(2)} for n in range(2, CHAPTERS + 1))
    import_chapters(story, by=writer, chapters=[long, *nights], at=at)
    titles = (*TITLES, *(f"Volume {n}" for n in range(STORIES - len(TITLES) - 1)))
    others = [create_story(writer, title=title, at=at) for title in titles]
    for number, other in enumerate(others):
        set_tags(other, [*(f"tag {n}" for n in range(number)), other.title[:40]])
        create_chapter(other, by=writer, title=other.title, source="form", at=at)
    create_series(writer, title=TITLES[1], stories=others, at=at)
    for number in range(30):
        trash_story(create_story(writer, title=f"Beginning {number + 1}", at=at), at=at)
        api_tokens.create(writer, name=f"Program {number + 1}", scopes=["read", "write"])
    leave_jobs(writer, 12, at)
    span: dict[str, Any] = {"user": writer.pk, "days": YEARS * 365, "share": 20}
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, span)
        cursor.execute(DAYS, span)
    make_plan(story, words=story.chapters.count() * 70, at=at)


def prose(paragraphs: int) -> str:
    return f"<p>{PARAGRAPH}</p>" * paragraphs


def bring_readers(at: datetime) -> None:
    """Let so many write for so many weeks that a host is told sums of them."""
    from django.db import connection

    from accounts.models import User
    from stories.services.stories import create_story

    for number in range(READERS):
        one = User.objects.create_user(
            f"writer{number}@nexus.local", created_at=at - timedelta(days=7 * WEEKS)
        )
        create_story(one, title=f"Story {number}", at=at)
        with connection.cursor() as cursor:
            cursor.execute(SESSIONS, {"user": one.pk, "days": 7 * WEEKS, "share": 80})


def places() -> dict[tuple[str, str], dict[str, str]]:
    """Return, for each who signs in, what the addresses of bench/shown.py are filled with."""
    from accounts.models import User

    people = {one[0]: one for one in (FIRST, NEWCOMER, DEMO, DILIGENT, HOST)}
    found = User.objects.filter(email__in=people)
    return {people[one.email]: places_of(one) for one in found}


def places_of(writer: User) -> dict[str, str]:
    from accounts.models import User
    from analytics.models import WritingDay
    from jobs.models import Job
    from stories.models import Series, Story, Target

    mine = Story.objects.visible_to(writer).live()
    jobs = Job.objects.all() if writer.is_staff else Job.objects.visible_to(writer)
    last = WritingDay.objects.visible_to(writer).filter(typed__gt=300).order_by("-day").first()
    rows: dict[str, object] = {
        "series": Series.objects.visible_to(writer).first(),
        "target": Target.objects.visible_to(writer).first(),
        "failed": jobs.filter(status="failed").first(),
        "running": jobs.filter(status="running").first(),
        "wide": mine.filter(title=TITLES[0]).first(),
        "arabic": mine.filter(title=TITLES[4]).first(),
        "writer": User.objects.get(email=DEMO[0]),
    }
    rows |= book_places(writer) if mine.exists() else {}
    found = {name: str(getattr(row, "pk", row) or "") for name, row in rows.items()}
    return found | {
        "day": last.day.isoformat() if last else "",
        "first": (writer.created_at.date() + timedelta(days=1)).isoformat(),
        "word": "kettle" if writer.email == DILIGENT[0] else "light",
    }


def book_places(writer: User) -> dict[str, object]:
    book = longest(writer)
    wide = writer.stories.filter(title=TITLES[0]).first()
    if not book.chapters.exists():
        return {"story": book}
    longest_first = writer.email == DILIGENT[0]
    chapter = book.chapters.in_order().first() if longest_first else open_chapter(book)
    return {
        "story": book,
        "chapter": chapter,
        "version": chapter.versions.order_by("saved_at").first() if chapter else None,
        "revision": chapter.content_revision if chapter else "",
        "wide_chapter": wide.chapters.first() if wide else None,
    }


def refusals(names: tuple[str, ...]) -> dict[str, str]:
    """Return the pages of what cannot be answered; nobody is signed in on them."""
    from django.contrib.auth.models import AnonymousUser
    from django.template.loader import render_to_string
    from django.test import RequestFactory

    from nexus.error_views import ALONE

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    alone = {str(status) for status in ALONE}
    context = {"request_id": "0199f3a1c2d4"}
    return {
        name: render_to_string(f"errors/{name}.html", context, None if name in alone else request)
        for name in names
    }
