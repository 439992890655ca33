"""Every address of a WebSocket."""

from django.urls import re_path

from analytics.consumers import LiveConsumer
from jobs.consumers import TaskConsumer

websocket_urlpatterns = [
    re_path(r"^ws/live/?$", LiveConsumer.as_asgi()),
    re_path(r"^ws/tasks/(?P<job_id>[^/]+)/?$", TaskConsumer.as_asgi()),
]
