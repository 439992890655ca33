"""The shape of comments in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from nexus.lib.fields import ProseField, StrictBooleanField, StrictCharField, StrictIntegerField
from stories.anchors import Anchor
from stories.services.comments import MAX_COMMENT, MAX_QUOTE
from stories.text.tokens import drop_invisible

Shape = serializers.Serializer[Any]
MAX_PLACE = 2**31 - 1
MAX_CONTEXT = 64
SHOWN = ("quote", "prefix", "suffix")


class AnchorSerializer(Shape):
    """A passage by its words, the words around it, and where it stands."""

    quote = serializers.CharField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()
    block = serializers.CharField(help_text=_("The id of the block it begins in, as in `data-b`."))
    paragraph = serializers.IntegerField(
        allow_null=True, help_text=_("The number of that block among those with text, from 0.")
    )
    start = serializers.IntegerField(
        allow_null=True, help_text=_("Where it begins in that block, in characters.")
    )


class CommentSerializer(Shape):
    id = serializers.UUIDField()
    chapter_id = serializers.UUIDField()
    text = serializers.CharField()
    anchor = AnchorSerializer(source="*")
    found = serializers.BooleanField(
        source="is_found", help_text=_("False: the passage is not in the chapter’s text.")
    )
    resolved = serializers.BooleanField(source="is_resolved")
    resolved_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CommentListSerializer(Shape):
    comments = CommentSerializer(many=True)


class SoughtSerializer(Shape):
    """Where a comment is to stand: its words at least; the more is told, the surer it is found."""

    quote = ProseField(max_length=MAX_QUOTE)
    prefix = ProseField(max_length=MAX_CONTEXT, required=False)
    suffix = ProseField(max_length=MAX_CONTEXT, required=False)
    block = StrictCharField(max_length=32, required=False, allow_blank=True)
    paragraph = StrictIntegerField(
        min_value=0, max_value=MAX_PLACE, required=False, allow_null=True
    )
    start = StrictIntegerField(min_value=0, max_value=MAX_PLACE, required=False, allow_null=True)

    def validate_quote(self, quote: str) -> str:
        return said(quote)

    def validate(self, attrs: dict[str, Any]) -> Any:
        words = {
            name: drop_invisible(attrs.get(name, "")) for name in ("quote", "prefix", "suffix")
        }
        return Anchor(**attrs | words)


def said(text: str) -> str:
    """Return `text` when there is something in it to read."""
    if not drop_invisible(text).strip():
        raise serializers.ValidationError(_("Please write something here."), code="blank")
    return text


class NewCommentSerializer(Shape):
    text = ProseField(max_length=MAX_COMMENT)
    anchor = SoughtSerializer()

    def validate_text(self, text: str) -> str:
        return said(text)


class CommentChangeSerializer(Shape):
    text = ProseField(max_length=MAX_COMMENT, required=False)
    resolved = StrictBooleanField(required=False)
    anchor = SoughtSerializer(required=False)
    version = StrictIntegerField(
        min_value=1,
        max_value=MAX_PLACE,
        required=False,
        help_text=_("The version that was read: 412 when the words are not those any more."),
    )

    def validate_text(self, text: str) -> str:
        return said(text)
