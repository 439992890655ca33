"""The shape of saved texts in the API: versions, what lies between two, and the merging of two."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from nexus.lib.fields import ProseField, TitleField
from stories.models import ChapterVersion

Shape = serializers.Serializer[Any]


class VersionItemSerializer(Shape):
    id = serializers.UUIDField(allow_null=True, help_text=_("Null for the head."))
    revision = serializers.IntegerField(
        allow_null=True, help_text=_("Null for the other side of a conflict.")
    )
    hash = serializers.CharField()
    word_count = serializers.IntegerField()
    reason = serializers.CharField()
    name = serializers.CharField()
    saved_at = serializers.DateTimeField()


class VersionSerializer(VersionItemSerializer):
    content = serializers.CharField()


class VersionListSerializer(Shape):
    head = VersionItemSerializer()
    versions = VersionItemSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PieceSerializer(Shape):
    op = serializers.ChoiceField(choices=["equal", "delete", "insert"])
    text = serializers.CharField()


class MergePartSerializer(Shape):
    kind = serializers.ChoiceField(choices=["same", "mine", "theirs", "clash"])
    html = serializers.CharField(help_text="Empty for a clash, or for what a side took away.")
    mine = serializers.CharField()
    theirs = serializers.CharField()


class MergedSerializer(Shape):
    head = VersionSerializer()
    is_base_known = serializers.BooleanField()
    clashes = serializers.IntegerField()
    parts = MergePartSerializer(many=True)
    merged = serializers.CharField(help_text="The whole text, with the choices made.")


class DifferenceSerializer(Shape):
    older = VersionItemSerializer()
    newer = VersionItemSerializer()
    pieces = PieceSerializer(many=True)


class UndoSerializer(Shape):
    version_id = serializers.UUIDField(help_text="The version that still has the words.")
    words = serializers.IntegerField()


class SavedSerializer(Shape):
    revision = serializers.IntegerField()
    hash = serializers.CharField()
    word_count = serializers.IntegerField()
    saved_at = serializers.DateTimeField()
    normalised = serializers.BooleanField()
    already_applied = serializers.BooleanField()
    undo = UndoSerializer(
        allow_null=True, help_text="When at least half of the text and 200 words were taken out."
    )


class VersionNameSerializer(Shape):
    name = TitleField(allow_blank=True)


class ConflictCopySerializer(Shape):
    content = ProseField()
    reason = serializers.ChoiceField(choices=[ChapterVersion.Reason.CONFLICT.value])


class MergeSerializer(Shape):
    """A text that could not be saved, and what it was based on."""

    content = ProseField()
    base_revision = serializers.CharField(
        max_length=40, help_text="The ETag of the text it was based on."
    )
    base_content = ProseField(required=False)
    choices = serializers.ListField(
        child=serializers.ChoiceField(choices=["mine", "theirs", "both"]),
        required=False,
        max_length=10_000,
        help_text="One for each clash, in order; what is missing counts as both.",
    )


class DiffQuery(Shape):
    to = serializers.CharField(max_length=64)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a word of Python and cannot be declared.
        return {"from": serializers.CharField(max_length=64), **super().get_fields()}
