"""A writer finds, reads and brings back what a chapter was."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from stories.history import keep_conflict_copy
from stories.models import Chapter, ChapterVersion
from stories.saving import save_content
from stories.services.chapters import create_chapter
from stories.services.stories import create_story
from stories.thinning import discard_recent

AT = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
LATER = AT + timedelta(days=2)


@pytest.fixture
def chapter(alice):
    story = create_story(alice, title="Salt", at=AT)
    made = create_chapter(
        story, by=alice, title="One", content="<p>The old lamp.</p>", source="form", at=AT
    )
    save_content(made.pk, by=alice, content="<p>The new lamp.</p>", base=None, at=AT)
    return made


@pytest.fixture
def version(chapter):
    return chapter.versions.get()


def pages_of(chapter, version):
    return [
        reverse("stories:history", args=[chapter.pk]),
        reverse("stories:version", args=[chapter.pk, version.pk]),
        f"{reverse('stories:compare', args=[chapter.pk])}?from={version.pk}&to=2",
    ]


def test_the_history_lists_the_replaced_text_and_the_other_side_of_a_conflict(
    as_alice, alice, chapter
):
    keep_conflict_copy(chapter, content="<p>Hers</p>", by=alice, at=AT)
    page = as_alice.get(reverse("stories:history", args=[chapter.pk])).content.decode()
    assert "Before it was replaced" in page
    assert "One side of a conflict" in page


def test_a_version_reads_whole_and_leads_to_what_changed_since(as_alice, chapter, version):
    page = as_alice.get(reverse("stories:version", args=[chapter.pk, version.pk])).content.decode()
    assert "<p>The old lamp.</p>" in page
    assert f"compare/?from={version.pk}&amp;to=2" in page


def test_a_version_brought_back_is_the_text_and_what_it_replaced_is_kept(
    as_alice, chapter, version
):
    as_alice.post(reverse("stories:version_restore", args=[chapter.pk, version.pk]))
    head = Chapter.objects.get(pk=chapter.pk)
    assert head.content == "<p>The old lamp.</p>"
    assert head.content_revision == 3
    assert "<p>The new lamp.</p>" in chapter.versions.values_list("content", flat=True)


def test_a_stranger_finds_no_history(as_bob, chapter, version):
    assert [as_bob.get(page).status_code for page in pages_of(chapter, version)] == [404] * 3
    restore = reverse("stories:version_restore", args=[chapter.pk, version.pk])
    assert as_bob.post(restore).status_code == 404
    name = reverse("stories:name", args=[chapter.pk])
    assert as_bob.post(name, {"version": version.pk, "name": "x"}).status_code == 404


def test_a_version_of_another_chapter_is_not_found(as_alice, alice, chapter, version):
    other = create_chapter(chapter.story, by=alice, title="Two", source="form", at=AT)
    assert as_alice.get(pages_of(other, version)[1]).status_code == 404


def test_a_chapter_without_versions_says_when_one_is_kept(as_alice, alice, chapter):
    other = create_chapter(chapter.story, by=alice, title="Two", source="form", at=AT)
    page = as_alice.get(reverse("stories:history", args=[other.pk])).content.decode()
    assert "No earlier version yet." in page


def test_the_list_costs_the_same_for_many_versions(
    as_alice, alice, chapter, django_assert_max_num_queries
):
    for number in range(12):
        keep_conflict_copy(chapter, content=f"<p>{number}</p>", by=alice, at=AT)
    with django_assert_max_num_queries(6):
        as_alice.get(reverse("stories:history", args=[chapter.pk]))


def test_saving_to_a_chapter_in_the_trash_says_so_to_its_owner_alone(as_alice, as_bob, chapter):
    as_alice.post(reverse("stories:chapter_trash", args=[chapter.pk]))
    address = f"/api/v1/chapters/{chapter.pk}/content"
    body = {"content": "<p>x</p>"}
    hers = as_alice.put(address, body, content_type="application/json")
    his = as_bob.put(address, body, content_type="application/json")
    assert (hers.status_code, his.status_code) == (404, 404)
    assert "in the trash" in hers.json()["detail"]
    assert "in the trash" not in his.json()["detail"]


def past(client, chapter, **query):
    return client.get(reverse("stories:history", args=[chapter.pk]), query)


def keep(chapter, revision, *, at, words=1, **values):
    """A kept version as thinning or months of writing leave it."""
    fields = {"content": f"<p>{revision}</p>", "content_hash": f"{revision or 0:064x}"} | values
    return ChapterVersion(
        chapter=chapter, revision=revision, word_count=words, saved_at=at, created_at=at, **fields
    )


def test_versions_are_grouped_by_the_writers_own_days(as_alice, alice, chapter):
    alice.time_zone, alice.day_end_hour = "Europe/Berlin", 4
    alice.save()
    chapter.versions.all().delete()
    late = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)  # half past two at night, still the 11th
    ChapterVersion.objects.bulk_create(
        [keep(chapter, 100, at=AT), keep(chapter, 101, at=late), keep(chapter, 102, at=LATER)]
    )
    page = past(as_alice, chapter)
    days = [(heading, len(rows)) for heading, rows in page.context["days"]]
    assert days == [("Friday 13 March 2026", 1), ("Wednesday 11 March 2026", 2)]


def test_each_version_says_how_many_words_it_has_gained(as_alice, chapter):
    chapter.versions.all().delete()
    rows = [
        keep(chapter, 100, at=AT, words=100),
        keep(chapter, 101, at=AT + timedelta(minutes=5), words=220),
        keep(chapter, None, at=AT + timedelta(minutes=6), reason="conflict"),
        keep(chapter, 102, at=AT + timedelta(minutes=10), words=180),
    ]
    ChapterVersion.objects.bulk_create(rows)
    page = past(as_alice, chapter)
    [(_day, shown)] = page.context["days"]
    assert [row["change"] for row in shown] == [-40, None, 120, None]
    assert "+120" in page.content.decode() and "−40" in page.content.decode()


def test_the_states_of_the_last_minutes_stand_by_themselves(as_alice, chapter):
    rows = [keep(chapter, 100 + n, at=AT, reason="recent") for n in range(30)]
    ChapterVersion.objects.bulk_create(rows)
    page = past(as_alice, chapter)
    assert len(page.context["recent"]) == 30
    assert sum(len(rows) for _day, rows in page.context["days"]) == 1
    assert "30 states of the last minutes" in page.content.decode()


def test_a_version_is_named_renamed_and_unnamed(as_alice, chapter, version):
    address = reverse("stories:name", args=[chapter.pk])
    for body, name in (
        ({"name": "First draft"}, "First draft"),
        ({"name": "Draft one"}, "Draft one"),
        ({"name": "Draft one", "forget": "1"}, ""),
    ):
        answer = as_alice.post(address, {"version": version.pk} | body)
        version.refresh_from_db()
        assert version.name == name
        assert answer.url.endswith(f"/history/#version-{version.pk}")
    assert as_alice.post(address, {"version": "x", "name": "y"}).status_code == 404


def test_the_present_moment_can_be_named_even_when_it_has_passed_meanwhile(
    as_alice, alice, chapter
):
    chapter.refresh_from_db()
    revision = chapter.content_revision
    save_content(chapter.pk, by=alice, content="<p>Newer.</p>", base=None, at=AT)
    address = reverse("stories:name", args=[chapter.pk])
    as_alice.post(address, {"version": revision, "name": "Sent to Bob"})
    assert chapter.versions.get(name="Sent to Bob").content == "<p>The new lamp.</p>"
    as_alice.post(address, {"version": revision + 1, "name": "Now"})
    assert past(as_alice, chapter).context["head"]["name"] == "Now"


def test_a_name_too_long_is_refused_in_words(as_alice, chapter, version):
    address = reverse("stories:name", args=[chapter.pk])
    page = as_alice.post(address, {"version": version.pk, "name": "x" * 300}, follow=True)
    assert "255" in page.content.decode()
    version.refresh_from_db()
    assert version.name == ""


def test_a_moment_once_named_does_not_vanish_within_minutes_of_losing_its_name(as_alice, chapter):
    [kept] = ChapterVersion.objects.bulk_create([keep(chapter, 100, at=AT, reason="recent")])
    address = reverse("stories:name", args=[chapter.pk])
    as_alice.post(address, {"version": kept.pk, "name": "Mine"})
    as_alice.post(address, {"version": kept.pk, "forget": "1"})
    discard_recent(at=AT + timedelta(hours=1))
    assert ChapterVersion.objects.filter(pk=kept.pk).exists()


def test_ten_thousand_versions_open_page_by_page_within_half_a_second(as_alice, chapter):
    chapter.versions.all().delete()
    ChapterVersion.objects.bulk_create(
        keep(chapter, 100 + n, at=AT + timedelta(minutes=5 * n)) for n in range(10_000)
    )
    seen, before = [], ""
    past(as_alice, chapter)
    for _page in range(3):
        began = time.process_time()
        page = past(as_alice, chapter, before=before)
        assert time.process_time() - began < 0.5
        seen += [row["id"] for _day, rows in page.context["days"] for row in rows]
        before = page.context["older"]
    newest = chapter.versions.order_by("-saved_at").values_list("pk", flat=True)
    assert seen == list(newest[:150])


def test_a_page_after_a_version_of_another_chapter_is_not_found(as_alice, alice, chapter, version):
    other = create_chapter(chapter.story, by=alice, title="Two", source="form", at=AT)
    assert past(as_alice, other, before=version.pk).status_code == 404
    assert past(as_alice, chapter, before="nonsense").status_code == 200
