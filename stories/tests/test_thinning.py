"""The history thins with age; what a writer named, a conflict left or came last stays."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from stories import thinning
from stories.models import ChapterVersion
from stories.saving import save_content
from stories.tests.builders import make_chapter, make_story

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content="<p>The first text.</p>")


def keep(chapter, times, **values):
    first = chapter.versions.count() + 1
    rows = [
        ChapterVersion(
            chapter=chapter, revision=first + index, content="<p>x</p>", content_hash="0" * 64,
            saved_at=at, created_at=at, **values,
        )
        for index, at in enumerate(times)
    ]  # fmt: skip
    return ChapterVersion.objects.bulk_create(rows)


def every(step, *, start, count):
    return [NOW - start - number * step for number in range(count)]


def test_every_save_can_be_brought_back_for_ten_minutes(alice, chapter):
    for second in range(5):
        at = NOW + timedelta(seconds=second)
        save_content(
            chapter.pk, by=alice, content=f"<p>Text {second}.</p>", base=None if not second else
            f"{second + 1}-{head_hash(chapter)}", at=at,
        )  # fmt: skip
    thinning.discard_recent(at=NOW + timedelta(minutes=9))
    kept = set(chapter.versions.values_list("content", flat=True))
    assert {f"<p>Text {n}.</p>" for n in range(4)} | {"<p>The first text.</p>"} == kept


def head_hash(chapter):
    chapter.refresh_from_db()
    return chapter.content_hash[:8]


def test_after_ten_minutes_only_the_states_of_every_five_stay(alice, chapter):
    keep(
        chapter, every(timedelta(seconds=10), start=timedelta(minutes=11), count=6), reason="recent"
    )
    keep(chapter, [NOW - timedelta(minutes=12)], reason="auto")
    keep(chapter, [NOW - timedelta(minutes=12)], reason="recent", name="The good one")
    assert thinning.discard_recent(at=NOW) == 6
    assert sorted(chapter.versions.values_list("reason", flat=True)) == ["auto", "recent"]


def test_the_last_fifty_stay_for_ever(chapter):
    keep(chapter, every(timedelta(minutes=5), start=timedelta(days=900), count=60))
    thinning.thin_histories(at=NOW)
    assert chapter.versions.count() == 50
    assert chapter.versions.earliest("created_at").created_at == NOW - timedelta(
        days=900, minutes=5 * 49
    )


def test_all_stay_for_two_days_then_hourly_then_daily_then_none(chapter):
    keep(chapter, every(timedelta(minutes=5), start=timedelta(0), count=60))
    two_days = keep(chapter, every(timedelta(minutes=5), start=timedelta(hours=30), count=60))
    hours = every(timedelta(minutes=10), start=timedelta(days=4), count=6 * 24)
    keep(chapter, hours)
    days = every(timedelta(hours=3), start=timedelta(days=40), count=8 * 10)
    keep(chapter, days)
    keep(chapter, every(timedelta(days=1), start=timedelta(days=400), count=30))
    thinning.thin_histories(at=NOW)
    left = list(chapter.versions.values_list("saved_at", flat=True))
    assert {version.saved_at for version in two_days} <= set(left)
    assert len([at for at in left if at in hours]) == len({f"{at:%F %H}" for at in hours})
    assert len([at for at in left if at in days]) == len({f"{at:%F}" for at in days})
    assert {
        max(at for at in days if at.date() == day) for day in {at.date() for at in days}
    } <= set(left)
    assert not [at for at in left if at < NOW - timedelta(days=365)]


def test_named_versions_and_conflict_copies_stay_for_ever(chapter):
    keep(chapter, every(timedelta(minutes=1), start=timedelta(0), count=60))
    keep(chapter, [NOW - timedelta(days=1000)], name="Before the cut")
    keep(chapter, [NOW - timedelta(days=1000)], reason="conflict")
    keep(chapter, [NOW - timedelta(days=1000)])
    assert thinning.thin_histories(at=NOW) == 1
    assert chapter.versions.filter(name="Before the cut").exists()
    assert chapter.versions.filter(reason="conflict").exists()


def test_one_chapters_history_is_not_thinned_for_anothers_sake(alice, chapter):
    other = make_chapter(chapter.story, title="Another")
    keep(chapter, every(timedelta(minutes=1), start=timedelta(days=900), count=60))
    keep(other, every(timedelta(minutes=1), start=timedelta(days=900), count=40))
    thinning.thin_histories(at=NOW)
    assert (chapter.versions.count(), other.versions.count()) == (50, 40)


def test_an_evening_of_typing_takes_none_of_the_last_fifty_away(chapter):
    keep(chapter, every(timedelta(minutes=5), start=timedelta(days=900), count=60))
    keep(chapter, every(timedelta(seconds=5), start=timedelta(0), count=80), reason="recent")
    thinning.thin_histories(at=NOW)
    assert chapter.versions.exclude(reason="recent").count() == 50
    assert chapter.versions.filter(reason="recent").count() == 80


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_history_what_saving_promises_to_keep_is_kept(chapter, seed):
    dice = Random(seed)
    rows = any_history(chapter, dice)
    at, nights = NOW, sorted(dice.sample(range(1, 500), 3))
    for night in [0, *nights]:
        at = NOW + timedelta(days=night)
        thinning.thin_histories(at=at)
        left = set(chapter.versions.values_list("pk", flat=True))
        assert promised(rows, at) <= left
        assert thinning.thin_histories(at=at) == 0
    # What is to stay for ever apart, one of each hour or day is left, and nothing of long ago.
    rest = [row for row in rows if row.pk in left - for_ever(rows)]
    slots = Counter(slot(row, at) for row in rest if age(row, at) >= timedelta(hours=48))
    assert not [name for name, count in slots.items() if count > 1]
    assert not [row for row in rest if age(row, at) > YEAR]


YEAR = timedelta(days=365)


def any_history(chapter, dice):
    """Bursts of writing over two years, some of it named, some one side of a conflict."""
    moments = set()
    for _burst in range(dice.randint(1, 12)):
        began = NOW - timedelta(hours=dice.choice([1, 40, 700, 3_000, 17_000]) * dice.random())
        pause = timedelta(minutes=dice.choice([1, 5, 50, 600]))
        moments |= {
            min(NOW, began + pause * number) for number in range(dice.choice([2, 5, 9, 80]))
        }
    rows = []
    for at in sorted(moments):
        reason = dice.choice(["auto"] * 8 + ["restore", "conflict"])
        rows += keep(chapter, [at], reason=reason, name="Named" if dice.random() < 0.05 else "")
    return rows


def promised(rows, at):
    """All for 48 hours, hourly for 30 days, daily for a year, some for ever (saving.md)."""
    last_of = {}
    for row in sorted(rows, key=lambda row: row.saved_at):
        last_of[f"{row.saved_at:%F %H}"] = last_of[f"{row.saved_at:%F}"] = row
    kept = for_ever(rows)
    for row in rows:
        hourly = last_of[f"{row.saved_at:%F %H}"] is row and age(row, at) < timedelta(days=30)
        daily = last_of[f"{row.saved_at:%F}"] is row and age(row, at) < YEAR
        if age(row, at) < timedelta(hours=48) or hourly or daily:
            kept.add(row.pk)
    return kept


def for_ever(rows):
    last = sorted(rows, key=lambda row: row.created_at)[-50:]
    return {row.pk for row in rows if row.name or row.reason == "conflict"} | {r.pk for r in last}


def slot(row, at):
    """The hour or the day of which one version stays."""
    is_hourly = age(row, at) < timedelta(days=30)
    return f"{row.saved_at:%F %H}" if is_hourly else f"{row.saved_at:%F}"


def age(row, at):
    return at - row.created_at
