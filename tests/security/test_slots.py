"""A foreign id under one's own: whoever owns the story does not own what the next slot names."""

import uuid

import pytest
from django.utils import timezone

from stories.models import Replacement
from stories.services.targets import create_target
from stories.tests.builders import make_chapter, make_story
from tests.security.test_strangers import (  # noqa: F401 - owned and trashed are fixtures
    CANARY,
    OPERATIONS,
    everything_of,
    owned,
    trashed,
)

NESTED = [operation for operation in OPERATIONS if len(operation.owned_slots) > 1]


@pytest.fixture
def bobs(bob):
    """What Bob owns, by the slots that come first."""
    today = timezone.now().date()
    story = make_story(bob, "Bob's")
    chapter = make_chapter(story, title="Bob's")
    create_target(story, quota=7, frequency="Daily", from_date=today, to_date=today)
    Replacement.objects.create(story=story, find="a", replacement="b", count=1, steps=[])
    return {"story_id": story.pk, "chapter_id": chapter.pk}


def test_some_operations_have_two_slots():
    slots = {operation.owned_slots[1] for operation in NESTED}
    assert slots == {"target_id", "replacement_id", "comment_id", "version"}


@pytest.mark.parametrize("operation", NESTED, ids=str)
def test_another_writers_id_under_ones_own_is_404(
    operation,
    bobs,
    owned,  # noqa: F811
    as_bob,
    alice,
):
    before = everything_of(alice)
    first, second = operation.owned_slots
    named = [owned["version_id"], owned["version"]] if second == "version" else [owned[second]]
    for value in [*named, uuid.uuid4()]:
        answer = operation.ask(as_bob, {first: bobs[first], second: value})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), value
        assert CANARY not in answer.content.lower()
    assert everything_of(alice) == before
