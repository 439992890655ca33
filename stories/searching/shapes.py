"""The shape of a search in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from nexus.lib.api import PageQuery
from nexus.lib.fields import ProseField, StrictChoiceField
from stories.searching.answer import WITHIN, Place
from stories.searching.paging import read_place

Shape = serializers.Serializer[Any]
LONGEST_QUERY = 1_000


class SearchQuery(PageQuery):
    """`q`: words that must all be there, “a phrase”, -without; the last may be only begun."""

    q = ProseField(max_length=LONGEST_QUERY)
    story = serializers.UUIDField(required=False)

    def get_fields(self) -> dict[str, Any]:
        # A keyword of Python cannot be an attribute.
        return {**super().get_fields(), "in": StrictChoiceField(choices=[*WITHIN], default="all")}

    def validate_cursor(self, raw: str) -> Place:  # type: ignore[override]
        return read_place(raw)


class TextPartSerializer(Shape):
    text = serializers.CharField()
    is_hit = serializers.BooleanField(help_text="True for what was looked for.")


class SnippetSerializer(Shape):
    parts = TextPartSerializer(many=True)
    paragraph = serializers.IntegerField(help_text="In which paragraph of the text, from 0.")
    is_cut_before = serializers.BooleanField()
    is_cut_after = serializers.BooleanField()


class HitSerializer(Shape):
    story_id = serializers.UUIDField(source="story.pk")
    story_title = serializers.CharField(source="story.title")
    chapter_id = serializers.UUIDField(
        source="chapter.pk",
        default=None,
        allow_null=True,
        help_text="Null when the story itself was found: its title or synopsis.",
    )
    chapter_title = serializers.CharField(source="chapter.title", default=None, allow_null=True)
    title = TextPartSerializer(many=True, help_text="The title of what was found, in parts.")
    snippet = SnippetSerializer(source="passage", allow_null=True)
    in_notes = serializers.BooleanField(
        help_text="True when the snippet is of the chapter’s synopsis and notes."
    )


class SearchStorySerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    hits = serializers.IntegerField()


class SearchSerializer(Shape):
    total = serializers.IntegerField(help_text="Chapters and stories found, on all pages.")
    unread = serializers.IntegerField(
        help_text="Chapters so new that they are not looked through yet: ask again in a moment."
    )
    is_shortened = serializers.BooleanField(
        source="question.is_shortened", help_text="Only the beginning of a long question was taken."
    )
    hits = HitSerializer(many=True)
    stories = SearchStorySerializer(many=True, source="shelves")
    next_cursor = serializers.CharField(allow_null=True)
