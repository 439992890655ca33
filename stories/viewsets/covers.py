"""The cover of a story, for programs."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api_view import ApiView
from stories import covers
from stories import serializers as shapes
from stories.viewsets.answers import own_story, whole_story

SIZE_NAMES = tuple(covers.SIZES)


class NewCoverSerializer(serializers.Serializer[Any]):
    """A multipart form with one JPEG, PNG or WebP of at most 5 MB and 40 megapixels."""

    file = serializers.FileField()


class CoverQuery(serializers.Serializer[Any]):
    size = serializers.ChoiceField(choices=SIZE_NAMES, required=False, default="")


class CoverView(ApiView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="get_cover",
        parameters=[CoverQuery],
        responses={
            (200, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY, description="The picture."),
            (200, "image/webp"): OpenApiResponse(OpenApiTypes.BINARY, description="A smaller one."),
        },
        tags=["covers"],
    )
    def get(self, request: Request, story_id: str) -> HttpResponseBase:
        """Download the cover, whole or `small` or `large`; 404 `no_cover` without one."""
        size = self.query(CoverQuery)["size"]
        return covers.serve_cover(request._request, own_story(request, story_id), size=size)

    @extend_schema(
        operation_id="replace_cover",
        request={"multipart/form-data": NewCoverSerializer},
        responses=shapes.StorySerializer,
        tags=["covers"],
    )
    def put(self, request: Request, story_id: str) -> Response:
        """Upload a cover; of its file nothing but the picture is kept."""
        file = self.body(NewCoverSerializer)["file"]
        story = own_story(request, story_id)
        covers.set_cover(story, file=file, at=timezone.now())
        return Response(whole_story(story))

    @extend_schema(operation_id="remove_cover", responses={204: None}, tags=["covers"])
    def delete(self, request: Request, story_id: str) -> Response:
        """Go back to the cover that is set from the title."""
        covers.remove_cover(own_story(request, story_id), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
