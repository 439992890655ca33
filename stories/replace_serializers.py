"""The shape of find and replace in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from nexus.lib.errors import Invalid
from nexus.lib.fields import StrictBooleanField, StrictCharField, StrictIntegerField
from stories.replacing import MAX_FIND, MAX_REPLACEMENT, wanted
from stories.serializers import MAX_POSITION, BaseField
from stories.services.replacing import CHANGED, FORGOTTEN, GONE

Shape = serializers.Serializer[Any]
MAX_HITS_SHOWN = 1_000
MAX_CHAPTERS = 10_000


class WantedSerializer(Shape):
    """Literal words and what to put in their place; "" takes them out."""

    find = StrictCharField(max_length=MAX_FIND, trim_whitespace=False)
    replacement = StrictCharField(
        max_length=MAX_REPLACEMENT, trim_whitespace=False, allow_blank=True
    )
    match_case = StrictBooleanField(
        required=False, default=False, help_text=_("Also tells straight quotes from curly ones.")
    )
    whole_words = StrictBooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        names = ("find", "replacement", "match_case", "whole_words")
        try:
            attrs["asked"] = wanted(**{name: attrs[name] for name in names})
        except Invalid as refusal:
            errors = {error.field: error.message for error in refusal.errors}
            raise serializers.ValidationError(errors) from refusal
        return attrs


class PreviewQuestionSerializer(WantedSerializer):
    limit = StrictIntegerField(
        min_value=0,
        max_value=MAX_HITS_SHOWN,
        required=False,
        default=200,
        help_text=_("How many hits are shown; all of them are counted."),
    )
    offset = StrictIntegerField(min_value=0, max_value=MAX_POSITION, required=False, default=0)


class ReplacedPartSerializer(Shape):
    """A chapter as the preview showed it."""

    id = serializers.UUIDField()
    base_revision = BaseField(max_length=40)
    leave_out = serializers.ListField(
        child=StrictIntegerField(min_value=0, max_value=MAX_POSITION),
        required=False,
        default=list,
        help_text=_("The numbers of the hits that are to stay."),
    )


class ReplaceSerializer(WantedSerializer):
    chapters = serializers.ListField(
        child=ReplacedPartSerializer(), min_length=1, max_length=MAX_CHAPTERS
    )


class PlaceSerializer(Shape):
    number = serializers.IntegerField(help_text=_("Within its chapter, from 0."))
    before = serializers.CharField()
    words = serializers.CharField()
    after = serializers.CharField()


class ChapterHitsSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    base_revision = serializers.CharField()
    count = serializers.IntegerField()
    hits = PlaceSerializer(many=True, help_text=_("Those within `limit` and `offset`."))


class PreviewSerializer(Shape):
    count = serializers.IntegerField()
    chapters = ChapterHitsSerializer(many=True)


class ReplacedChapterSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    base_revision = serializers.CharField()
    word_count = serializers.IntegerField()


class ReplacementSerializer(Shape):
    id = serializers.UUIDField()
    count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    chapters = ReplacedChapterSerializer(many=True)


class LeftChapterSerializer(Shape):
    id = serializers.UUIDField(source="chapter_id")
    title = serializers.CharField()
    why = serializers.ChoiceField(choices=[CHANGED, GONE, FORGOTTEN])


class TakenBackSerializer(Shape):
    restored = ReplacedChapterSerializer(many=True)
    left = LeftChapterSerializer(many=True)
