"""A writer finds, reads and brings back what a chapter was."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from stories.history import keep_conflict_copy
from stories.models import Chapter
from stories.saving import save_content
from stories.services.chapters import create_chapter
from stories.services.stories import create_story

AT = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)


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
    ]


def test_the_history_lists_the_replaced_text_and_the_other_side_of_a_conflict(
    as_alice, alice, chapter
):
    keep_conflict_copy(chapter, content="<p>Hers</p>", by=alice, at=AT)
    page = as_alice.get(reverse("stories:history", args=[chapter.pk])).content.decode()
    assert "Before it was replaced" in page
    assert "The other side of a conflict" in page


def test_a_version_reads_whole_and_says_what_changed_since(as_alice, chapter, version):
    page = as_alice.get(reverse("stories:version", args=[chapter.pk, version.pk])).content.decode()
    assert "<p>The old lamp.</p>" in page
    assert "<del>old " in page
    assert "<ins>new " in page


def test_a_version_brought_back_is_the_text_and_what_it_replaced_is_kept(
    as_alice, chapter, version
):
    as_alice.post(reverse("stories:version_restore", args=[chapter.pk, version.pk]))
    head = Chapter.objects.get(pk=chapter.pk)
    assert head.content == "<p>The old lamp.</p>"
    assert head.content_revision == 3
    assert "<p>The new lamp.</p>" in chapter.versions.values_list("content", flat=True)


def test_a_stranger_finds_no_history(as_bob, chapter, version):
    assert [as_bob.get(page).status_code for page in pages_of(chapter, version)] == [404, 404]
    restore = reverse("stories:version_restore", args=[chapter.pk, version.pk])
    assert as_bob.post(restore).status_code == 404


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
