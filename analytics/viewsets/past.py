"""Applying the writing day to the past, for programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.redate_all import apply_to_past
from jobs.serializers import JobSerializer
from nexus.lib.api_view import ApiView


class ApplyToPastView(ApiView):
    @extend_schema(
        operation_id="apply_to_past",
        request=None,
        responses={202: JobSerializer},
        tags=["analytics"],
    )
    def post(self, request: Request) -> Response:
        """Count all earlier days by the present time zone and end of day; never done unasked.

        Asked again while it is under way, the answer is the same job.
        """
        job = apply_to_past(request.user)  # type: ignore[arg-type]
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)
