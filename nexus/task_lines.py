"""A line for each task that ran, under the id of the request that asked for it.

The clock's own tasks come every few seconds and are told on the level DEBUG.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from celery import Task, signals

logger = structlog.get_logger("nexus.background_jobs")
STARTED = "nexus_started"


@signals.task_prerun.connect
def begin(task: Task, **kwargs: Any) -> None:
    task.request.update({STARTED: time.perf_counter()})


@signals.task_postrun.connect
def tell(task: Task, task_id: str, state: str | None = None, **kwargs: Any) -> None:
    started = getattr(task.request, STARTED, None)
    request_id = getattr(task.request, "request_id", None)
    say = logger.info if request_id else logger.debug
    say(
        "task",
        task=task.name,
        task_id=task_id,
        request_id=request_id,
        state=state,
        duration_ms=round((time.perf_counter() - started) * 1000, 1) if started else None,
    )
