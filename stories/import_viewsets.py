"""Importing a book, for programs: send the file, look at the job's result, apply it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from jobs.serializers import JobSerializer
from nexus.lib.api import find
from nexus.lib.api_view import ApiView
from nexus.lib.fields import StrictCharField, StrictIntegerField
from nexus.lib.names import MAX_LENGTH
from stories import imports
from stories.importing.book import SPLITS
from stories.models import Story


class NewImportSerializer(serializers.Serializer[Any]):
    """A multipart form; without `story` the book becomes a new one."""

    file = serializers.FileField(allow_empty_file=True)
    story = serializers.UUIDField(required=False)
    title = StrictCharField(max_length=MAX_LENGTH, required=False, allow_blank=True, default="")
    split = serializers.ChoiceField(choices=SPLITS, required=False, default="auto")


class ImportChoiceSerializer(serializers.Serializer[Any]):
    """`chapters` are indexes into the result's list, 0-based; all when it is missing."""

    title = StrictCharField(max_length=MAX_LENGTH, required=False, allow_blank=True, default="")
    chapters = serializers.ListField(
        child=StrictIntegerField(min_value=0, max_value=100_000), required=False, max_length=100_000
    )


class ImportsView(ApiView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="start_import",
        request={"multipart/form-data": NewImportSerializer},
        responses={202: JobSerializer},
        tags=["imports"],
    )
    def post(self, request: Request) -> Response:
        """Have a book read; nothing is written before the result is applied."""
        values = self.body(NewImportSerializer)
        story_id = values.pop("story", None)
        story = find(Story.objects.live(), str(story_id), user=request.user) if story_id else None
        job = imports.start_import(
            request.user,  # type: ignore[arg-type]
            filename=values["file"].name,
            story=story,
            **values,
        )
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)


class ImportApplyView(ApiView):
    @extend_schema(
        operation_id="apply_import",
        request=ImportChoiceSerializer,
        responses={202: JobSerializer},
        tags=["imports"],
    )
    def post(self, request: Request, job_id: str) -> Response:
        """Write what a finished reading found, all chosen chapters or none; a job of its own."""
        values = self.body(ImportChoiceSerializer)
        reading = find(Job.objects.filter(kind=imports.READ), job_id, user=request.user)
        job = imports.apply_import(reading, title=values["title"], chosen=values.get("chapters"))
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)
