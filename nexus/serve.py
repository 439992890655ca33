"""Daphne for Nexus: `python -m nexus.serve 3` (a listening socket) or `… 0.0.0.0:8001`."""

from __future__ import annotations

import sys

from daphne.server import Server

from nexus import web_request, websocket

FRAME_BYTES = 64 * 1024


def main(place: str) -> None:
    """Serve until told to stop."""
    from nexus.asgi import application

    web_request.install()
    websocket.install()
    Server(
        application=application,
        endpoints=[endpoint(place)],
        signal_handlers=True,
        request_buffer_size=256 * 1024,
        server_name="",
        verbosity=0,
        ping_interval=20,
        ping_timeout=30,
        application_close_timeout=5,
        websocket_max_message_size=FRAME_BYTES,
        websocket_max_frame_size=FRAME_BYTES,
    ).run()


def endpoint(place: str) -> str:
    """Return Twisted's words for a file descriptor or an address."""
    if place.isdigit():
        return f"fd:fileno={place}"
    interface, _, port = place.rpartition(":")
    return f"tcp:port={int(port)}:interface={interface}"


if __name__ == "__main__":
    main(sys.argv[1])
