"""Daphne on a socket that is already listening: `python -m nexus.serve FILE_DESCRIPTOR`."""

from __future__ import annotations

import sys

from daphne.server import Server


def main(descriptor: int) -> None:
    """Serve until told to stop."""
    from nexus.asgi import application

    Server(
        application=application,
        endpoints=[f"fd:fileno={descriptor}"],
        signal_handlers=True,
        request_buffer_size=256 * 1024,
        server_name="",
        verbosity=0,
        ping_interval=20,
        ping_timeout=30,
        application_close_timeout=5,
        websocket_max_message_size=64 * 1024,
        websocket_max_frame_size=64 * 1024,
    ).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
