"""One line for one event, on standard output: JSON in production, readable on a laptop.

With a folder, each kind of event is also written to a file of its own there, always as JSON. Every
process writes to the same files; each is begun anew every day and at 50 MB, and 30 are kept.

Django's `LOGGING_CONFIG` points here. Lines of other libraries go through the same processors, so
each carries the id of the request or task it belongs to.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from psycopg import OperationalError
from psycopg.errors import IdleInTransactionSessionTimeout
from redis import RedisError
from structlog.types import EventDict, Processor, WrappedLogger

# Postgres repeats the offending row in these, and a row may hold prose.
ROW_LINES = re.compile(r"^\s*(DETAIL|CONTEXT|LINE \d+|HINT):?.*$\n?", re.MULTILINE)
FILE_BYTES = 50_000_000
FILES_KEPT = 30
# The loggers of each file; what is an error is in `errors.log` besides.
FILES = {
    "http": ("nexus.http",),
    "database": ("django.db", "psycopg", "nexus.deadline", "nexus.database"),
    "performance": ("nexus.performance",),
    "background_jobs": ("nexus.background_jobs", "nexus.effects", "celery", "kombu"),
}
# Django's own form of Postgres's errors is raised from them.
OUTAGES = (
    RedisError,
    OperationalError,
    IdleInTransactionSessionTimeout,
    ConnectionError,
    TimeoutError,
)


def configure(options: dict[str, str]) -> None:
    """Set up logging from `{"level": …, "format": "json" | "plain", "folder": "" | path}`."""
    is_json = options["format"] == "json"
    chosen = _standard_library(options["level"], is_json=is_json)
    if options["folder"]:
        _also_into_files(chosen, Path(options["folder"]))
    # No line says where in the code it was written, or in which thread.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    logging.config.dictConfig(chosen)
    structlog.configure(
        processors=_of_structlog(),
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


@cache
def _of_structlog() -> list[Processor]:
    """Return one and the same list: Django may be set up twice, and loggers in use keep theirs."""
    return [
        structlog.stdlib.filter_by_level,
        *_shared(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_outages,
        structlog.processors.format_exc_info,
        without_rows,
    ]


def _standard_library(level: str, *, is_json: bool) -> dict[str, Any]:
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if is_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": _formatter(renderer)},
        "filters": {"unforeseen": {"()": Unforeseen}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": sys.stdout,
                "formatter": "lines",
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # The request line already says what was refused; here only what broke.
            "django.request": {"level": "ERROR", "filters": ["unforeseen"]},
            "django.security": {"level": "ERROR"},
            # A forbidden condition in an address of the admin is answered 400; nothing broke.
            "django.security.DisallowedModelAdminLookup": {"level": "CRITICAL"},
            # Queries hold prose.
            "django.db.backends": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }


def _formatter(renderer: Processor) -> dict[str, Any]:
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _shared(),
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }


def _also_into_files(chosen: dict[str, Any], folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    chosen["formatters"]["json"] = _formatter(structlog.processors.JSONRenderer())
    for name, loggers in FILES.items():
        chosen["filters"][name] = {"()": Among, "loggers": loggers}
        chosen["handlers"][name] = _file(folder / f"{name}.log") | {"filters": [name]}
    chosen["handlers"]["errors"] = _file(folder / "errors.log") | {"level": "ERROR"}
    chosen["root"]["handlers"] += [*FILES, "errors"]


def _file(path: Path) -> dict[str, Any]:
    return {
        "class": "concurrent_log_handler.ConcurrentTimedRotatingFileHandler",
        "filename": str(path),
        "formatter": "json",
        "when": "midnight",
        "utc": True,
        "maxBytes": FILE_BYTES,
        "backupCount": FILES_KEPT,
        "encoding": "utf-8",
        "chmod": 0o600,
    }


class Among(logging.Filter):
    """Lets pass what comes from one of these loggers or from below it."""

    def __init__(self, loggers: tuple[str, ...]) -> None:
        super().__init__()
        self.loggers = loggers

    def filter(self, record: logging.LogRecord) -> bool:
        return any(f"{record.name}.".startswith(f"{name}.") for name in self.loggers)


class Unforeseen(logging.Filter):
    """Lets pass what nobody had foreseen: a database that is away is answered 503, and no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", 500) != 503


def without_outages(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Say in one line that the worker or the clock lost its servers: both heal by themselves.

    Celery shows how it noticed, in tracebacks; losing them may even end it, to be started again.
    """
    if event.get("logger", "").startswith(("celery", "kombu")):
        found = event.get("exc_info")
        error = found[1] if isinstance(found, tuple) else found
        if isinstance(error, BaseException) and (cause := _outage_behind(error)):
            del event["exc_info"]
            event["cause"] = type(cause).__name__
    return event


def _outage_behind(error: BaseException | None) -> BaseException | None:
    """Return what a failure began with, if it was a server that is away."""
    while error is not None:
        if isinstance(error, OUTAGES):
            return error
        error = error.__cause__ or error.__context__
    return None


def without_rows(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Drop from a traceback what Postgres quotes of the row or statement."""
    if "exception" in event:
        event["exception"] = ROW_LINES.sub("", str(event["exception"]))
    return event
