"""The Celery application: started by `up` as one worker and one beat.

A task carries the id of the request that queued it, so that one search finds both in the log.
"""

from __future__ import annotations

import os
import socket
from typing import Any

from celery import Celery, Task, signals
from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
# Of 19; the worker's children begin with it.
NICENESS = 10
# A dead line is found by its own probes, within a minute: seconds, seconds, number, milliseconds.
PROBES = {
    name: value
    for option, value in (
        ("TCP_KEEPIDLE", 20),
        ("TCP_KEEPINTVL", 10),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 60_000),
    )
    if (name := getattr(socket, option, None)) is not None
}


class StudioTask(Task):
    """Tries again, without a word, what a database that is restarting interrupted."""

    abstract = True
    # The third is what a transaction hears that a Postgres which stood still gave up on.
    autoretry_for = (OperationalError, InterfaceError, InternalError)
    retry_backoff = True
    retry_backoff_max = 60
    max_retries = 6


app = Celery("nexus", task_cls=StudioTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The first for its signals, the second since it is no app and so would not be found.
app.conf.imports = ("nexus.heartbeat", "nexus.account_data.tasks")


@signals.setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Leave `nexus.logging` in charge: having a receiver is what stops Celery's own set-up."""


@signals.worker_init.connect
def yield_to_people(**kwargs: Any) -> None:
    """Let pages and saves have the processor first: nobody waits for a task as for an answer."""
    os.nice(NICENESS)


@signals.worker_init.connect
def wait_for_the_broker(**kwargs: Any) -> None:
    """Wait for a broker that is silent, instead of giving up on its answer.

    A task whose end could not be told keeps its place in the worker; with as many of them as there
    are places, a worker would take nothing any more, though the broker had long come back.
    """
    options = {"socket_connect_timeout": 1, "socket_keepalive": True}
    app.conf.broker_transport_options = options | {"socket_keepalive_options": PROBES}


@signals.worker_process_init.connect
def send_without_waiting(**kwargs: Any) -> None:
    """What a task queues itself must not hold it for ever, as in any other process."""
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    request_id = get_contextvars().get("request_id")
    if headers is not None and request_id:
        headers["request_id"] = request_id


@signals.task_prerun.connect
def bind_request_id(task_id: str, task: Task, **kwargs: Any) -> None:
    clear_contextvars()
    bind_contextvars(task=task.name, task_id=task_id)
    request_id = getattr(task.request, "request_id", None)
    if request_id:
        bind_contextvars(request_id=request_id)


@signals.task_postrun.connect
def forget_request_id(**kwargs: Any) -> None:
    clear_contextvars()
