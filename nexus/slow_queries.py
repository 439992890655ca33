"""A line for each statement that took too long, without its values, which may be prose."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db.backends.signals import connection_created

SLOW_SECONDS = 0.3
MOST_SQL = 500
logger = structlog.get_logger("nexus.performance")


def watch() -> None:
    connection_created.connect(_time_statements, dispatch_uid="nexus.slow_queries")


def _time_statements(connection: Any, **_sent: Any) -> None:
    """Wrap a connection's statements, once: the pool hands the same wrapper many of them."""
    if time_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(time_statement)


def time_statement(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - started
        if seconds > SLOW_SECONDS:
            text = " ".join(str(sql).split())[:MOST_SQL]
            logger.warning("slow_query", duration_ms=round(seconds * 1000, 1), sql=text)
