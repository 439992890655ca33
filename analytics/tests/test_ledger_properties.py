"""Whatever is written, reported and claimed: the ledger adds up, everywhere to the same numbers."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from analytics import reports, rollups
from analytics.models import WritingDay, WritingSession
from analytics.moves import mark_of
from analytics.periods import Period
from analytics.reports.days import figures_of
from analytics.reports.figures import Figures, add_up
from analytics.tests.builders import at, make_chapter
from analytics.warehouse import months, open_warehouse
from analytics.words import CAUSES
from stories.counting import count_words
from stories.models import Chapter
from stories.replacing import hits_in_story, wanted
from stories.saving import save_content
from stories.services.chapters import restore_chapter
from stories.services.division import Cut, Neighbour, merge_with_next, split_chapter
from stories.services.replacing import Part, replace_in_story, undo_replacement
from stories.text import top_blocks

pytestmark = pytest.mark.django_db
START = at("2026-03-28 21:00")
LATER = at("2026-04-10 12:00")
PASSAGE = "a passage of ten words that may be carried about"
PIECES = st.sampled_from(["one", "two—three", "well-known", "日本", "…", "3.14", PASSAGE])
TEXTS = st.lists(st.lists(PIECES, max_size=5).map(" ".join), max_size=4).map("\n\n".join)
COUNTS = st.dictionaries(
    st.sampled_from(["typed", "pasted", "removed", "cut", "undone", "applied"]),
    st.integers(0, 40),
    max_size=3,
)
WAITS = st.sampled_from([1, 8, 60, 400, 4000, 20_000])
SAVE = st.fixed_dictionaries(
    {
        "chapter": st.integers(0, 1),
        "text": TEXTS,
        "wait": WAITS,
        "source": st.sampled_from(["editor", "editor", "editor", "form", "api", "import"]),
        "cause": st.sampled_from(["typed", "typed", "replaced", "restored"]),
        "claim": st.one_of(st.none(), COUNTS),
        "is_honest": st.booleans(),
        "back": st.sampled_from([None, 5, 300, 9000, 200_000]),
        "active_ms": st.integers(0, 4_000_000),
    }
)
SAVES = st.lists(SAVE, min_size=1, max_size=12)
DIVISION = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["split", "split", "merge", "merge", "restore", "replace"]),
        "place": st.integers(0, 5),
        "at": st.integers(1, 3),
        "wait": WAITS,
    }
)
ZONES = st.sampled_from([("UTC", 0), ("Europe/London", 3), ("Australia/Lord_Howe", 2)])


def activity_of(step, now, difference):
    """Return what an editor says; an honest one makes it add up."""
    if step["claim"] is None:
        return None
    claim = dict(step["claim"])
    if step["is_honest"]:
        net = sum(claim.get(name, 0) for name in ("typed", "pasted", "applied"))
        net -= sum(claim.get(name, 0) for name in ("removed", "cut", "undone"))
        missing = difference - net
        name = "typed" if missing > 0 else "removed"
        claim[name] = claim.get(name, 0) + abs(missing)
    moves = [
        {"cause": cause, "words": claim[cause], "mark": mark_of(PASSAGE)}
        for cause in ("cut", "pasted")
        if claim.get(cause)
    ]
    since = None if step["back"] is None else (now - timedelta(seconds=step["back"])).isoformat()
    return claim | {"moves": moves, "since": since, "active_ms": step["active_ms"]}


def write(user, chapters, steps):
    now = START
    for step in steps:
        now += timedelta(seconds=step["wait"])
        if "do" in step:
            divide(user, chapters[0].story, step, now)
            continue
        chapter = chapters[step["chapter"]]
        if Chapter.objects.filter(pk=chapter.pk, trashed_at__isnull=False).exists():
            continue
        before = Chapter.objects.get(pk=chapter.pk).word_count
        save_content(
            chapter.pk,
            by=user,
            content=step["text"],
            base=None,
            activity=activity_of(step, now, count_words(step["text"]) - before),
            source=step["source"],
            cause=step["cause"],
            at=now,
        )


def divide(user, story, step, now):
    """Split, merge, bring back what was merged, or replace a word everywhere: none is written."""
    rows = list(Chapter.objects.filter(story=story).live().in_order())
    place = step["place"] % len(rows)
    before = sums(user)
    if step["do"] == "restore":
        away = Chapter.objects.filter(merged_into__isnull=False).first()
        if away is not None:
            restore_chapter(away, at=now)
            before["net"] += away.word_count
    elif step["do"] == "replace":
        before["net"] += replace(user, story, step, now)
    elif step["do"] == "split" and step["at"] < len(top_blocks(rows[place].content)):
        cut, base = Cut(step["at"]), rows[place].etag
        split_chapter(rows[place], by=user, base=base, cut=cut, source="form", at=now)
    elif step["do"] == "merge" and place + 1 < len(rows):
        head, after = rows[place], rows[place + 1]
        following = Neighbour(after.etag)
        merge_with_next(head, by=user, base=head.etag, following=following, source="api", at=now)
    assert sums(user) == before


def replace(user, story, step, now):
    """Replace a word across the story, now and then undone; return how many words more it has."""

    def count():
        return sum(row.word_count for row in Chapter.objects.filter(story=story).live())

    asked = wanted(find="one", replacement=["", "two words", "日本"][step["at"] - 1])
    found = hits_in_story(story, asked)
    if not found:
        return 0
    before = count()
    parts = [Part(row.chapter.pk, row.chapter.etag) for row in found]
    done = replace_in_story(story, asked=asked, parts=parts, by=user, source="form", at=now)
    if step["place"] == 0:
        undo_replacement(done, by=user, at=now)
    return count() - before


def sums(user):
    rows = WritingSession.objects.filter(user=user)
    return {
        "net": sum(row.net for row in rows),
        "written": sum(row.words_written for row in rows),
        "gross": sum(row.gross for row in rows),
        "moved": sum(row.moved_in - row.moved_out for row in rows),
        "seconds": sum(row.active_seconds for row in rows),
    }


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(SAVE, DIVISION, DIVISION), min_size=3, max_size=14), ZONES)
def test_splitting_and_merging_write_no_word_and_lose_none(db, steps, zone):
    User.objects.filter(username="Hypatia").delete()
    user = User.objects.create_user(
        "hypatia@example.com", username="Hypatia", time_zone=zone[0], day_end_hour=zone[1]
    )
    first = make_chapter(user, content="one two\n\nthree\n\n***\n\nfour—five six")
    make_chapter(user, story=first.story, title="Two", content=f"{PASSAGE}\n\n日本")
    write(user, list(Chapter.objects.in_order()), steps)
    rows = list(WritingSession.objects.filter(user=user))

    for kept in Chapter.objects.filter(story=first.story):
        net = sum(row.net for row in rows if row.chapter_id == kept.pk)
        assert net == (0 if kept.merged_into_id else kept.word_count)
        assert kept.word_count == count_words(kept.text)
    for row in rows:
        assert row.day == user.day_of(row.started_at) == user.day_of(row.last_change_at)
        assert min(getattr(row, cause) for cause in CAUSES) >= 0
    days_agree(user, first.story_id, rows, is_rolled_up=True)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SAVES, ZONES, st.booleans())
def test_the_ledger_adds_up_whatever_happens(db, steps, zone, is_rolled_up):
    User.objects.filter(username="Hypatia").delete()
    user = User.objects.create_user(
        "hypatia@example.com", username="Hypatia", time_zone=zone[0], day_end_hour=zone[1]
    )
    first = make_chapter(user)
    chapters = [first, make_chapter(user, story=first.story, title="Two")]
    write(user, chapters, steps)
    rows = list(WritingSession.objects.filter(user=user))

    for chapter in chapters:
        kept = Chapter.objects.get(pk=chapter.pk)
        net = sum(row.net for row in rows if row.chapter_id == chapter.pk)
        assert net == kept.word_count == count_words(kept.text)
    for row in rows:
        assert 0 <= row.active_seconds <= (row.last_change_at - row.started_at).total_seconds()
        assert row.day == user.day_of(row.started_at) == user.day_of(row.last_change_at)
        assert row.ended_at is None or row.ended_at == row.last_change_at
        assert min(getattr(row, cause) for cause in CAUSES) >= 0
    assert sum(row.moved_in for row in rows) == sum(row.moved_out for row in rows)
    assert sum(row.saves for row in rows) == len(steps)
    days_agree(user, first.story_id, rows, is_rolled_up=is_rolled_up)


def days_agree(user, story_id, rows, *, is_rolled_up):
    """Sum the sessions by day; rollup, report of the writer and of the story say the same."""
    days = {row.day for row in rows}
    by_day = {day: add_up(figures_of(r) for r in rows if r.day == day) for day in days}
    if is_rolled_up:
        for day in days:
            rollups.roll_up_day(user, day, at=LATER)
        WritingSession.objects.filter(user=user).update(updated_at=START)
        for kept in WritingDay.objects.filter(user=user, story=None):
            assert {c: getattr(kept, c) for c in CAUSES} == {
                c: getattr(by_day[kept.day], c) for c in CAUSES
            }
            assert sum(kept.hours) == kept.words_written
    span, today = Period(min(days), max(days)), user.day_of(LATER)
    assert reports.figures_by_day(user, within=span, today=today) == by_day
    assert reports.figures_by_day(user, within=span, today=today, story_id=story_id) == by_day
    told = [reports.day_report(user, day, at=LATER).figures for day in sorted(days)]
    assert add_up(told) == add_up(by_day.values()) != Figures()
    reports_agree(user, span, by_day)
    if is_rolled_up:
        answers_agree(user, span, by_day)
        warehouse_agrees(user, by_day)


@pytest.fixture(autouse=True)
def _own_warehouse(tmp_path):
    with override_settings(WAREHOUSE_URL=str(tmp_path)):
        yield


def warehouse_agrees(user, by_day):
    """Closed months in files and the open one together say what the sessions sum to."""
    sums = ", ".join(f"sum({cause})::INTEGER" for cause in CAUSES)
    months.close_months(at=LATER)
    with open_warehouse(LATER, user) as warehouse:
        rows = warehouse.execute(f"SELECT day, {sums} FROM sessions GROUP BY day").fetchall()
    assert {day: dict(zip(CAUSES, told, strict=True)) for day, *told in rows} == {
        day: {cause: getattr(figures, cause) for cause in CAUSES} for day, figures in by_day.items()
    }


def reports_agree(user, span, by_day):
    """Series, overview, years and hours say what the sessions sum to."""
    whole, words = add_up(by_day.values()), {day: f.words_written for day, f in by_day.items()}
    for bucket in ("day", "week", "month"):
        rows = reports.series(user, bucket=bucket, within=span, at=LATER).rows
        assert add_up(row.figures for row in rows) == whole
    days = reports.series(user, within=span, at=LATER).rows
    assert {r.period.first: r.figures for r in days if r.figures != Figures()} == by_day
    assert reports.overview(user, within=span, at=LATER).figures == whole
    years = {day.year for day in by_day}
    shown = [day for year in years for day in reports.heat_year(user, year=year, at=LATER).days]
    assert {day.day: day.words for day in shown if day.words} == {
        d: n for d, n in words.items() if n
    }
    assert reports.clock(user, within=span, at=LATER).words == whole.words_written


def answers_agree(user, span, by_day):
    """API, CSV and pages say the same as the reports, through the whole stack."""
    client, whole = Client(), add_up(by_day.values())
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    asked = {"from": span.first, "to": span.last}

    def told(path, **query):
        return client.get(f"/api/v1{path}", asked | query)

    def rows_of(path, **query):
        text = b"".join(told(path, format="csv", **query).streaming_content).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    overview = told("/analytics/overview").json()
    assert overview["causes"] == {cause: getattr(whole, cause) for cause in CAUSES}
    assert (overview["words"], overview["net_words"]) == (whole.words_written, whole.net)
    series = {row["from_date"]: row for row in rows_of("/analytics/series")}
    sessions = rows_of("/sessions")
    for day, figures in by_day.items():
        row = series[str(day)]
        assert (int(row["words"]), int(row["net_words"])) == (figures.words_written, figures.net)
        own = [line for line in sessions if line["day"] == str(day)]
        assert {c: sum(int(line[c]) for line in own) for c in CAUSES} == {
            c: getattr(figures, c) for c in CAUSES
        }
    day = max(by_day)
    shown = client.get(f"/days/{day}/").context["figures"]
    assert number(shown[0]["value"]) == by_day[day].words_written
    assert number(shown[1]["value"]) == by_day[day].net
    page = {"from_date": span.first, "to_date": span.last}
    bars = client.get("/analytics/", page).context["series"].rows
    assert sum(number(row[1]) for row in bars) == whole.words_written


def number(said):
    """Read what a page says."""
    return int(re.sub(r"[^0-9-]", "", said.replace("−", "-")))
