"""What a host can watch: counters and timings in the manner of Prometheus, by `/metrics`.

Labels are few and fixed (routes as the code writes them, methods, outcomes): nothing a visitor
sends becomes a series, and none is about a writer or a text. With several processes behind one
address, `PROMETHEUS_MULTIPROC_DIR` names a folder they add up in.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
if FOLDER:
    Path(FOLDER).mkdir(parents=True, exist_ok=True)

# The library looks for the folder when it is imported.
from prometheus_client import Counter, Gauge, Histogram  # noqa: E402

# Seconds. The bar of a save is 0.5, the slow request 1, the request's own limit 4.5.
BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 3, 5)

REQUESTS = Counter("nexus_http_requests", "Requests answered.", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "nexus_http_request_seconds", "How long answers took.", ["route", "method"], buckets=BUCKETS
)
SAVES = Counter(
    "nexus_saves", "Saves of a chapter: ok, replayed, conflict or refused.", ["outcome"]
)
SAVE_SECONDS = Histogram("nexus_save_seconds", "How long acknowledged saves took.", buckets=BUCKETS)
WORDS_WRITTEN = Counter("nexus_words_written", "Words typed, by the ledger.")
LOGINS_FAILED = Counter("nexus_logins_failed", "Sign-ins refused for a wrong password.")
SOCKETS_OPEN = Gauge("nexus_sockets_open", "WebSockets open now.", multiprocess_mode="livesum")
FRAMES_DROPPED = Counter(
    "nexus_frames_dropped", "Live messages lost to sockets that did not keep up."
)
REDIS_FAILOVERS = Counter(
    "nexus_redis_failovers", "Times a process went on without Redis, which did not answer."
)
POOL_CONNECTIONS = Gauge(
    "nexus_pool_connections",
    "Connections of the pool to Postgres: in_use or idle.",
    ["state"],
    multiprocess_mode="livesum",
)
POOL_WAITING = Gauge(
    "nexus_pool_waiting", "Requests waiting for a connection.", multiprocess_mode="livesum"
)
EFFECTS_LOST = Counter(
    "nexus_effects_lost", "What should follow a commit and did not, to heal later.", ["lane"]
)
