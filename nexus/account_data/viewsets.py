"""Everything of the signed-in person, for programs: take it along, end the account, come back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.token_cookies import clear_cookies
from accounts.viewsets import me
from jobs.models import Job
from jobs.serializers import JobSerializer
from nexus.account_data import deletion, exports
from nexus.account_data.views import export_response
from nexus.lib.api import find
from nexus.lib.api_view import CLOSED, ApiView
from nexus.lib.fields import StrictCharField


class DeletionSerializer(serializers.Serializer[Any]):
    """The account's e-mail, and its password or a code of its second step."""

    email = StrictCharField(max_length=254)
    password = StrictCharField(
        max_length=1000, trim_whitespace=False, required=False, allow_blank=True, default=""
    )
    code = StrictCharField(max_length=20, required=False, allow_blank=True, default="")


class LeavingSerializer(serializers.Serializer[Any]):
    """From `purge_at` on nothing can be brought back."""

    deleted_at = serializers.DateTimeField()
    purge_at = serializers.DateTimeField()


class MeView(me.MeView):
    """The person, with the end of the account, which concerns every app."""

    open_while_leaving: ClassVar[frozenset[str]] = frozenset({"GET", "HEAD", "OPTIONS"})

    @extend_schema(
        operation_id="delete_me",
        request=DeletionSerializer,
        responses={202: LeavingSerializer},
        tags=["auth"],
    )
    def delete(self, request: Request) -> Response:
        """End the account: closed at once, deleted for good after 30 days.

        All sessions and tokens are dead with the answer. Until `purge_at` the writer may sign in
        again and restore the account; everything else is refused with 403 `account_deleting`.
        """
        values = self.body(DeletionSerializer)
        leaving = deletion.delete_account(self.person, **values, at=timezone.now())
        answer = Response(LeavingSerializer(leaving).data, status=status.HTTP_202_ACCEPTED)
        clear_cookies(answer)
        return answer


class RestoreView(ApiView):
    scopes = CLOSED
    open_while_leaving: ClassVar[frozenset[str]] = frozenset({"POST", "OPTIONS"})

    @extend_schema(
        operation_id="restore_me", request=None, responses=me.MeSerializer, tags=["auth"]
    )
    def post(self, request: Request) -> Response:
        """Take the end of the account back; harmless for one that stays."""
        return Response(me.MeSerializer(deletion.restore_account(self.person)).data)


class ExportsView(ApiView):
    scopes = CLOSED

    @extend_schema(
        operation_id="export_me", request=None, responses={202: JobSerializer}, tags=["auth"]
    )
    def post(self, request: Request) -> Response:
        """Have everything of the writer's put into one zip; while one is made, that is the answer.

        The job tells how far it is. 409 `enough_exports` while five finished ones are kept.
        """
        job = exports.start_export(self.person)
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)


class ExportDownloadView(ApiView):
    scopes = CLOSED

    @extend_schema(
        operation_id="download_export",
        responses={
            (200, "application/zip"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The archive; begin with its index.html."
            )
        },
        tags=["auth"],
    )
    def get(self, request: Request, export_id: str) -> HttpResponseBase:
        """Download an archive, for 7 days; 409 before it is done, 410 `expired` after them."""
        job = find(Job.objects.filter(kind=exports.KIND), export_id, user=self.person)
        return export_response(job, at=timezone.now())
