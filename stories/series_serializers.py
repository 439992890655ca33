"""The shape of series and tags in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from nexus.lib.errors import Invalid
from nexus.lib.fields import StrictCharField, StrictIntegerField, TitleField
from stories.models import Story
from stories.services.shelves import MAX_BOOKS
from stories.tags import MAX_TAGS, clean_tag, clean_tags

Shape = serializers.Serializer[Any]
# More than a story may have: the same tag may be named twice.
MAX_NAMED = 5 * MAX_TAGS


# --- Answers ------------------------------------------------------------------------


class SeriesPlaceSerializer(Shape):
    """Which series a story is in."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    position = serializers.IntegerField(help_text=_("Which book of the series, from 1."))


class SeriesBookSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    position = serializers.IntegerField(help_text=_("Which book of the series, from 1."))
    status = serializers.ChoiceField(choices=Story.Status.choices)
    word_count = serializers.IntegerField()


class SeriesSerializer(Shape):
    id = serializers.UUIDField()
    title = serializers.CharField()
    word_count = serializers.IntegerField()
    books = SeriesBookSerializer(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class SeriesListSerializer(Shape):
    series = SeriesSerializer(many=True)


# --- Bodies -------------------------------------------------------------------------


class TagField(StrictCharField):
    """One tag by the rule of `stories.tags`."""

    def to_internal_value(self, data: Any) -> str:
        return _shaped(clean_tag, super().to_internal_value(data))


class TagsField(serializers.ListField):
    """All tags of a story: what is not named any more is taken off."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"child": StrictCharField(), "max_length": MAX_NAMED}
        usual["help_text"] = _("All of them: at most 20, of up to 40 characters, without commas.")
        super().__init__(**(usual | options))

    def to_internal_value(self, data: Any) -> list[str]:
        return _shaped(clean_tags, super().to_internal_value(data))


class SeriesChoiceSerializer(Shape):
    """The series a story goes into; what else is sent is ignored."""

    id = serializers.UUIDField()
    position = StrictIntegerField(
        min_value=1,
        max_value=MAX_BOOKS,
        required=False,
        help_text=_("Which book it becomes, from 1; left out, it keeps its place or is the last."),
    )


class NewSeriesSerializer(Shape):
    title = TitleField()
    stories = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MAX_BOOKS,
        required=False,
        default=list,
        help_text=_("Its books in order; those of another series leave it."),
    )


class SeriesChangeSerializer(Shape):
    title = TitleField(required=False)
    order = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MAX_BOOKS,
        required=False,
        help_text=_("All its stories, each once."),
    )


# --- Queries ------------------------------------------------------------------------


class ShelfQuery(Shape):
    """By which tag and which series stories are listed."""

    tag = TagField(required=False, help_text=_("A tag, whatever its case."))
    series = serializers.UUIDField(required=False)


def _shaped(clean: Callable[[Any], Any], value: Any) -> Any:
    try:
        return clean(value)
    except Invalid as error:
        raise serializers.ValidationError(error.detail, code=error.code) from error
