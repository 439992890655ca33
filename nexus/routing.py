"""Every address of a WebSocket."""

from django.urls import re_path

from analytics.consumers import LiveConsumer

websocket_urlpatterns = [
    re_path(r"^ws/live/?$", LiveConsumer.as_asgi()),
]
