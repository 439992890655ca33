"""Tags: what may be one, whose they are, and how a writer keeps them in order."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from nexus.lib.errors import Invalid
from stories.models import StoryTag, Tag
from stories.services.stories import restore_story, trash_story
from stories.services.tags import delete_tag, merge_tags, rename_tag, set_tags
from stories.tags import clean_tags, join_tags, split_tags
from stories.tests.builders import NOW, make_story


def names(story):
    rows = StoryTag.objects.filter(story=story).order_by("place")
    return list(rows.values_list("tag__name", flat=True))


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", []),
        (" , ,, ", []),
        ("fantasy, first draft", ["fantasy", "first draft"]),
        ("Fantasy, fantasy,FANTASY", ["Fantasy"]),
        ("  much   space  ", ["much space"]),
        ("Cafe\u0301, CAF\u00c9", ["Caf\u00e9"]),
        ("x" * 40, ["x" * 40]),
    ],
)
def test_a_line_of_tags_is_read(typed, tags):
    assert clean_tags(split_tags(typed)) == tags


@pytest.mark.parametrize(
    "tags", [["x" * 41], ["a\nb"], ["a,b"], [""], ["\u200b"], [str(n) for n in range(21)]]
)
def test_what_is_no_tag_is_refused(tags):
    with pytest.raises(Invalid):
        clean_tags(tags)


@given(st.lists(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20)))
def test_what_was_taken_as_tags_is_typed_the_same_again(raw):
    try:
        tags = clean_tags(raw)
    except Invalid:
        return
    assert clean_tags(split_tags(join_tags(tags))) == tags


@pytest.mark.django_db
def test_a_story_has_exactly_the_tags_it_was_given_in_their_order(alice):
    story = make_story(alice, tags=["sea", "Alpha"])
    assert names(story) == ["sea", "Alpha"]
    set_tags(story, ["alpha", "new"])
    assert names(story) == ["Alpha", "new"]
    assert set(Tag.objects.values_list("name", flat=True)) == {"Alpha", "new"}


@pytest.mark.django_db
def test_a_tag_is_one_whatever_its_case_and_each_writers_own(alice, bob):
    first, second = make_story(alice, tags=["Sea"]), make_story(alice, "Two", tags=["SEA"])
    make_story(bob, tags=["sea"])
    assert names(second) == names(first) == ["Sea"]
    assert Tag.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.create(owner=alice, name="sEa", key="sea")


@pytest.mark.django_db
def test_the_database_holds_a_story_to_twenty_tags(alice):
    story = make_story(alice, tags=[f"tag {n}" for n in range(20)])
    extra = Tag.objects.create(owner=alice, name="one more", key="one more")
    with pytest.raises(IntegrityError), transaction.atomic():
        StoryTag.objects.create(story=story, tag=extra, place=21)


@pytest.mark.django_db
def test_a_trashed_story_keeps_its_tags(alice):
    story, other = make_story(alice, tags=["sea"]), make_story(alice, "Two")
    trash_story(story, at=NOW)
    set_tags(other, ["land"])
    assert [tag.stories_total for tag in Tag.objects.with_counts().by_name()] == [1, 0]
    restore_story(story, at=NOW)
    assert names(story) == ["sea"]


@pytest.mark.django_db
def test_a_tag_is_renamed_everywhere(alice):
    story = make_story(alice, tags=["see", "x"])
    rename_tag(Tag.objects.get(key="see"), name="Sea")
    assert names(story) == ["Sea", "x"]


@pytest.mark.django_db
def test_a_tag_renamed_to_one_there_is_goes_over_into_it(alice):
    both = make_story(alice, tags=["sea", "ocean"])
    one = make_story(alice, "Two", tags=["ocean"])
    kept = rename_tag(Tag.objects.get(key="ocean"), name="SEA")
    assert (kept.name, names(both), names(one)) == ("sea", ["sea"], ["sea"])
    assert Tag.objects.count() == 1
    with pytest.raises(Invalid):
        merge_tags(kept, into=kept)


@pytest.mark.django_db
def test_a_tag_is_taken_off_every_story(alice):
    story = make_story(alice, tags=["sea", "land"])
    delete_tag(Tag.objects.get(key="sea"))
    assert names(story) == ["land"]
