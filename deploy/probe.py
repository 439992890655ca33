"""Health check of a container that serves HTTP: asks itself for the lightest page."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def is_alive(port: int) -> bool:
    """Ask as nginx would: by the site's own host name."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    host = urlsplit(os.environ.get("SITE_URL", "http://localhost")).netloc
    try:
        connection.request("GET", "/health/live", headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_alive(int(sys.argv[1])) else 1)
