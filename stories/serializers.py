"""The shape of stories, chapters and plans in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from nexus.lib.api import PageQuery
from nexus.lib.errors import Invalid
from nexus.lib.fields import (
    ProseField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    TitleField,
)
from stories import covers
from stories.models import MAX_QUOTA, Plan, Story
from stories.saving import parse_base
from stories.series_serializers import (
    SeriesChoiceSerializer,
    SeriesPlaceSerializer,
    ShelfQuery,
    TagsField,
)
from stories.services.notes import MAX_CHAPTER_SYNOPSIS, MAX_NOTES
from stories.services.stories import MAX_GENRE, MAX_SYNOPSIS
from stories.services.targets import MAX_WEIGHT

Shape = serializers.Serializer[Any]
MAX_POSITION = 2**31 - 1


# --- Answers ------------------------------------------------------------------------


class ChapterItemSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    part_title = serializers.CharField()
    published = serializers.BooleanField(source="is_published")
    word_count = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    position = serializers.IntegerField()


class CoverUrlField(serializers.CharField):
    """Where the API hands a story's cover out; it changes with the picture."""

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]
        return covers.api_address(value.instance)


class StoryCardSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=Story.Status.choices)
    cover_url = CoverUrlField(source="cover", allow_null=True)
    total_chapters = serializers.IntegerField()
    word_count = serializers.IntegerField()
    latest_chapter_id = serializers.UUIDField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(), source="tag_names")
    series = SeriesPlaceSerializer(source="series_place", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class StorySerializer(StoryCardSerializer):
    synopsis = serializers.CharField()
    genre = serializers.CharField()
    chapters = ChapterItemSerializer(many=True, source="outline")


class StoryListSerializer(Shape):
    stories = StoryCardSerializer(many=True)


class ChapterListSerializer(Shape):
    story_id = serializers.UUIDField()
    story_title = serializers.CharField()
    story_status = serializers.ChoiceField(choices=Story.Status.choices)
    story_last_updated = serializers.DateTimeField()
    chapters = ChapterItemSerializer(many=True)


class ChapterSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    published = serializers.BooleanField(source="is_published")
    content = serializers.CharField()
    word_count = serializers.IntegerField()
    content_revision = serializers.IntegerField()
    content_hash = serializers.CharField()
    story_id = serializers.UUIDField()
    story_title = serializers.CharField(source="story.title")
    part_title = serializers.CharField()
    synopsis = serializers.CharField()
    notes = serializers.CharField(help_text=_("The writer’s own; counted and exported nowhere."))
    notes_version = serializers.IntegerField()
    position = serializers.IntegerField(allow_null=True)
    previous_chapter_id = serializers.UUIDField(allow_null=True)
    next_chapter_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TrashedStorySerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    total_chapters = serializers.IntegerField()
    word_count = serializers.IntegerField()
    trashed_at = serializers.DateTimeField()
    purge_at = serializers.DateTimeField()


class TrashedChapterSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    story_id = serializers.UUIDField()
    story_title = serializers.CharField(source="story.title")
    word_count = serializers.IntegerField()
    merged_into = serializers.UUIDField(
        source="merged_into_id",
        allow_null=True,
        help_text=_("The chapter that has its words too."),
    )
    trashed_at = serializers.DateTimeField()
    purge_at = serializers.DateTimeField()


class TrashSerializer(Shape):
    stories = TrashedStorySerializer(many=True)
    chapters = TrashedChapterSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SplitAnswerSerializer(Shape):
    chapter = ChapterSerializer()
    new_chapter = ChapterSerializer()


class MergeAnswerSerializer(Shape):
    chapter = ChapterSerializer()
    merged = TrashedChapterSerializer()


class PlanSerializer(Shape):
    story_id = serializers.UUIDField()
    total_words = serializers.IntegerField()
    start_words = serializers.IntegerField()
    start_on = serializers.DateField()
    due_on = serializers.DateField()
    weekday_weights = serializers.ListField(child=serializers.IntegerField())
    strategy = serializers.ChoiceField(choices=Plan.Strategy.choices)
    word_count = serializers.IntegerField()
    words_left = serializers.IntegerField()
    days_left = serializers.IntegerField()
    quota_today = serializers.IntegerField()


# --- Bodies -------------------------------------------------------------------------


class StoryChangeSerializer(Shape):
    title = TitleField(required=False)
    status = serializers.ChoiceField(choices=Story.Status.choices, required=False)
    synopsis = ProseField(max_length=MAX_SYNOPSIS, required=False)
    genre = TitleField(max_length=MAX_GENRE, allow_blank=True, required=False)
    tags = TagsField(required=False)
    series = SeriesChoiceSerializer(
        required=False, allow_null=True, help_text=_("Null: it stands for itself.")
    )


class NewStorySerializer(StoryChangeSerializer):
    title = TitleField()


class ChapterChangeSerializer(Shape):
    title = TitleField(required=False)
    content = ProseField(required=False, help_text=_("HTML or plain text."))
    published = StrictBooleanField(required=False)
    part_title = TitleField(allow_blank=True, required=False)
    synopsis = ProseField(max_length=MAX_CHAPTER_SYNOPSIS, required=False)
    notes = ProseField(max_length=MAX_NOTES, required=False)
    notes_version = StrictIntegerField(
        min_value=1,
        max_value=MAX_POSITION,
        required=False,
        help_text=_("That of the synopsis and notes being replaced: 412 when it is not the head."),
    )


class NewChapterSerializer(Shape):
    title = TitleField()
    content = ProseField(required=False, default="", help_text=_("HTML or plain text."))
    part_title = TitleField(allow_blank=True, required=False, default="")
    position = StrictIntegerField(min_value=0, max_value=MAX_POSITION, required=False)


class ReorderSerializer(Shape):
    """Either the whole order, or one move."""

    from_pos = StrictIntegerField(min_value=0, max_value=MAX_POSITION, required=False)
    to_pos = StrictIntegerField(min_value=0, max_value=MAX_POSITION, required=False)
    order = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_empty=True, max_length=10_000
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        positions = {"from_pos", "to_pos"} & attrs.keys()
        if "order" in attrs:
            if positions:
                raise serializers.ValidationError(_("Give either an order or two positions."))
            return attrs
        missing = {"from_pos", "to_pos"} - positions
        if missing:
            raise serializers.ValidationError(
                {field: serializers.ErrorDetail(str(_REQUIRED), "required") for field in missing}
            )
        return attrs


class BaseField(serializers.CharField):
    """The ETag of a chapter's text, as `stories.saving.parse_base` reads it."""

    default_error_messages = {"invalid_base": _("This must be the ETag of the chapter’s text.")}

    def to_internal_value(self, data: Any) -> str:
        try:
            return parse_base(super().to_internal_value(data))
        except Invalid as error:
            self.fail(error.code)


class SplitSerializer(Shape):
    """Where to split: before the outermost block of a number, or of an id."""

    at = StrictIntegerField(
        min_value=1,
        max_value=MAX_POSITION,
        required=False,
        help_text=_("The number of the outermost block, from 0, that begins the new chapter."),
    )
    block = StrictCharField(
        max_length=32, required=False, help_text=_("Its id, as in `data-b`, instead of `at`.")
    )
    title = TitleField(
        required=False, help_text=_("Left out: the heading it begins with, or the old one’s.")
    )
    base_revision = BaseField(max_length=40)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"at", "block"} & attrs.keys()) != 1:
            raise serializers.ValidationError(_("Give either a number or the id of a block."))
        return attrs


class ToStorySerializer(Shape):
    story_id = serializers.UUIDField()


class MergeNextSerializer(Shape):
    base_revision = BaseField(max_length=40)
    next_base_revision = BaseField(max_length=40)
    next_id = serializers.UUIDField(
        required=False, help_text=_("Where given, 412 when another chapter is the next one now.")
    )
    scene_break = StrictBooleanField(required=False, default=False)


class PlanChangeSerializer(Shape):
    total_words = StrictIntegerField(min_value=0, max_value=MAX_QUOTA)
    start_words = StrictIntegerField(min_value=0, max_value=MAX_QUOTA, required=False)
    start_on = serializers.DateField(required=False)
    due_on = serializers.DateField()
    weekday_weights = serializers.ListField(
        child=StrictIntegerField(min_value=0, max_value=MAX_WEIGHT),
        min_length=7,
        max_length=7,
        required=False,
    )
    strategy = serializers.ChoiceField(choices=Plan.Strategy.choices, required=False)

    def validate_weekday_weights(self, weights: list[int]) -> list[int]:
        if not any(weights):
            raise serializers.ValidationError(_("Please leave at least one day to write."))
        return weights


# --- Queries ------------------------------------------------------------------------


class StoryQuery(ShelfQuery):
    status = serializers.ChoiceField(choices=Story.Status.choices, required=False)


class ChapterQuery(Shape):
    as_html = serializers.BooleanField(
        required=False,
        default=True,
        help_text=_("False: plain text, one blank line between paragraphs."),
    )


class ListQuery(PageQuery):
    """`limit` and `cursor`."""


_REQUIRED = serializers.Field.default_error_messages["required"]
