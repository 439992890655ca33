"""Long work, for programs: look, stop, try again."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.models import Job
from jobs.serializers import JobListSerializer, JobSerializer
from nexus.lib.api import PageQuery, after_cursor, cut_page, find
from nexus.lib.api_view import ApiView


class JobListView(ApiView):
    @extend_schema(
        operation_id="list_jobs",
        parameters=[PageQuery],
        responses=JobListSerializer,
        tags=["jobs"],
    )
    def get(self, request: Request) -> Response:
        """List the writer's jobs, newest first."""
        query = self.query(PageQuery)
        rows = Job.objects.visible_to(request.user).newest_first()  # type: ignore[arg-type]
        rows = rows.filter(after_cursor(query.get("cursor"), field="created_at"))
        limit = query["limit"]
        page, cursor = cut_page(list(rows[: limit + 1]), limit=limit, field="created_at")
        return Response(JobListSerializer({"jobs": page, "next_cursor": cursor}).data)


class JobView(ApiView):
    @extend_schema(operation_id="get_job", responses=JobSerializer, tags=["jobs"])
    def get(self, request: Request, job_id: str) -> Response:
        """Say how far a job is, and what came out."""
        return Response(JobSerializer(find(Job.objects.all(), job_id, user=request.user)).data)


class JobCancelView(ApiView):
    @extend_schema(operation_id="cancel_job", request=None, responses=JobSerializer, tags=["jobs"])
    def post(self, request: Request, job_id: str) -> Response:
        """Stop a job; 409 when it has ended."""
        job = find(Job.objects.all(), job_id, user=request.user)
        return Response(JobSerializer(services.cancel_job(job, at=timezone.now())).data)


class JobRetryView(ApiView):
    @extend_schema(operation_id="retry_job", request=None, responses=JobSerializer, tags=["jobs"])
    def post(self, request: Request, job_id: str) -> Response:
        """Run a failed or cancelled job again; 409 for any other, 429 with twenty under way."""
        job = find(Job.objects.all(), job_id, user=request.user)
        return Response(JobSerializer(services.retry_job(job)).data)
