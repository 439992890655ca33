"""Exporting a story, for programs: ask for a file, watch the job, download it."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from jobs.serializers import JobSerializer
from nexus.lib.api import find
from nexus.lib.api_view import ApiView
from nexus.lib.fields import StrictBooleanField, StrictCharField, StrictChoiceField
from stories import exports
from stories.export_forms import LANGUAGE, MAX_CONTACT, MAX_NAME, MAX_NOTE
from stories.exporting.book import FONTS, MANUSCRIPT_STYLES, PAGE_SIZES
from stories.exporting.formats import FORMATS
from stories.models import Story


class ExportOptionsSerializer(serializers.Serializer[Any]):
    """All optional. Without `page_size` the format decides: 6 by 9 inches, or letter."""

    author = StrictCharField(max_length=MAX_NAME, required=False, allow_blank=True)
    author_note = StrictCharField(max_length=MAX_NOTE, required=False, allow_blank=True)
    contact = StrictCharField(
        max_length=MAX_CONTACT,
        required=False,
        allow_blank=True,
        help_text="Of a manuscript's first page: one line each, the legal name first.",
    )
    cover = StrictBooleanField(
        required=False, help_text="The uploaded picture, in `epub`, `docx` and `pdf`."
    )
    drafts = StrictBooleanField(required=False)
    font = StrictChoiceField(choices=FONTS, required=False)
    front_matter = StrictBooleanField(required=False)
    language = serializers.RegexField(LANGUAGE, max_length=35, required=False)
    manuscript_style = StrictChoiceField(choices=MANUSCRIPT_STYLES, required=False)
    page_size = StrictChoiceField(choices=PAGE_SIZES, required=False)


class NewExportSerializer(serializers.Serializer[Any]):
    """`chapters` are ids of the story's chapters; all when it is missing."""

    format = StrictChoiceField(choices=tuple(FORMATS))
    chapters = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_empty=False, max_length=100_000
    )
    options = ExportOptionsSerializer(required=False)


class StoryExportsView(ApiView):
    @extend_schema(
        operation_id="start_story_export",
        request=NewExportSerializer,
        responses={202: JobSerializer},
        tags=["exports"],
    )
    def post(self, request: Request, story_id: str) -> Response:
        """Have a story written as a file; the job tells how far it is.

        The same wish, while it is being met, is met once. 409 `nothing_to_export` without a
        chapter, `exports_running` while three are made, `enough_exports` while fifty are kept.
        """
        values = self.body(NewExportSerializer)
        story = find(Story.objects.live(), story_id, user=request.user)
        job = exports.start_export(
            story,
            format=values["format"],
            chapters=values.get("chapters"),
            options=exports.Options(**values.get("options", {})),
        )
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)


class StoryExportFileView(ApiView):
    @extend_schema(
        operation_id="download_story_export",
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The file, in the type of its format."
            )
        },
        tags=["exports"],
    )
    def get(self, request: Request, story_export_id: str) -> HttpResponseBase:
        """Download a finished file, for 7 days; 409 before it is done, 410 `expired` after them."""
        job = find(Job.objects.filter(kind=exports.KIND), story_export_id, user=request.user)
        return exports.download(job, at=timezone.now())
