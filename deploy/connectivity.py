"""Whether the parts of a stack answer each other: asked inside the `web` container.

Tries each address up to 15 times, 2 s apart, prints `[ok]` or `[error]` for it and ends with 0 when
all answered, else with 1.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from urllib.parse import urlsplit

TRIES = 15
PAUSE = 2.0
PLACES = {
    "Nexus": "http://nginx:8080/api/v1/health",
    "Grafana": "http://grafana:3000/api/health",
    "Prometheus": "http://prometheus:9090/-/ready",
    "MinIO": "http://minio:9000/minio/health/live",
}


def fault_of(address: str) -> str:
    """Return why an address does not answer well, or an empty string."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    # The name the site goes by; the others do not look at it.
    host = urlsplit(os.environ.get("SITE_URL", "http://localhost")).netloc
    try:
        connection.request("GET", parts.path, headers={"Host": host})
        status = connection.getresponse().status
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"answered {status}"


def try_repeatedly(address: str, *, tries: int = TRIES, pause: float = PAUSE) -> str:
    """Return the last fault of an address, or an empty string as soon as it answers."""
    for number in range(tries):
        if number:
            time.sleep(pause)
        if not (fault := fault_of(address)):
            return ""
    return fault


def main(places: dict[str, str], *, tries: int = TRIES, pause: float = PAUSE) -> int:
    """Print a line for each place; return the code to end with."""
    is_well = True
    for name, address in places.items():
        fault = try_repeatedly(address, tries=tries, pause=pause)
        is_well = is_well and not fault
        line = f"[error] {name}: {fault}" if fault else f"[ok] {name}"
        sys.stdout.write(f"{line}\n")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(PLACES))
