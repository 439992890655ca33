"""Addresses of jobs below `/api/v1/`."""

from jobs import viewsets
from nexus.lib.routes import route

urlpatterns = [
    route("jobs", viewsets.JobListView.as_view(), name="jobs"),
    route("jobs/<job_id>", viewsets.JobView.as_view(), name="job"),
    route("jobs/<job_id>/cancel", viewsets.JobCancelView.as_view(), name="job-cancel"),
    route("jobs/<job_id>/retry", viewsets.JobRetryView.as_view(), name="job-retry"),
]
