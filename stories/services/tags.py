"""Giving stories tags, and keeping the tags of a writer in order."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nexus.lib.errors import Invalid, NotFound
from nexus.lib.names import title_key
from stories.models import Story, StoryTag, Tag
from stories.services.shelves import hold_shelves
from stories.tags import clean_tag, clean_tags


@transaction.atomic
def set_tags(story: Story, names: Iterable[str]) -> None:
    """Let a story have exactly these tags, in this order; Invalid for what is no tag.

    A tag the writer has already keeps the name it was first given. One that no story has any more
    is gone.
    """
    wanted = {title_key(name): name for name in clean_tags(names)}
    hold_shelves(story.owner_id)
    known = _tags_of(story.owner_id, wanted)
    new = [
        Tag(owner_id=story.owner_id, name=name, key=key)
        for key, name in wanted.items()
        if key not in known
    ]
    Tag.objects.bulk_create(new)
    tags = known | {tag.key: tag for tag in new}
    StoryTag.objects.filter(story=story).delete()
    StoryTag.objects.bulk_create(
        StoryTag(story=story, tag=tags[key], place=place)
        for place, key in enumerate(wanted, start=1)
    )
    _forget_unused(story.owner_id)


@transaction.atomic
def rename_tag(tag: Tag, *, name: str) -> Tag:
    """Give a tag another name; one that has the name already takes its stories in.

    Returns the tag that has them now. NotFound when the tag has gone meanwhile.
    """
    name = clean_tag(name, field="name")
    hold_shelves(tag.owner_id)
    other = Tag.objects.filter(owner=tag.owner_id, key=title_key(name)).exclude(pk=tag.pk).first()
    if other is not None:
        return merge_tags(tag, into=other)
    if not Tag.objects.filter(pk=tag.pk).update(name=name, key=title_key(name)):
        raise NotFound(_("There is no such tag."))
    tag.name, tag.key = name, title_key(name)
    return tag


@transaction.atomic
def merge_tags(tag: Tag, *, into: Tag) -> Tag:
    """Give every story of one tag the other instead; a story with both keeps the other once."""
    if tag.pk == into.pk:
        raise Invalid.field("into", _("Please choose another tag."))
    hold_shelves(tag.owner_id)
    has_both = StoryTag.objects.filter(tag=into).values("story")
    StoryTag.objects.filter(tag=tag, story__in=has_both).delete()
    StoryTag.objects.filter(tag=tag).update(tag=into)
    delete_tag(tag)
    return into


@transaction.atomic
def delete_tag(tag: Tag) -> None:
    """Take a tag off every story; the stories stay."""
    hold_shelves(tag.owner_id)
    if not Tag.objects.filter(pk=tag.pk).delete()[0]:
        raise NotFound(_("There is no such tag."))


def _tags_of(owner_id: UUID, keys: Iterable[str]) -> dict[str, Tag]:
    return {tag.key: tag for tag in Tag.objects.filter(owner=owner_id, key__in=list(keys))}


def _forget_unused(owner_id: UUID) -> None:
    Tag.objects.filter(owner=owner_id).unused().delete()
