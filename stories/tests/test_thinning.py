"""The history thins with age; what a writer named, a conflict left or came last stays."""

from datetime import UTC, datetime, timedelta

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
