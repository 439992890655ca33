"""Beat's sign of life: whenever it hands out a task, it stamps a key that fades by itself."""

from __future__ import annotations

from typing import Any

import redis
import structlog
from celery import signals
from django.conf import settings

# The shortest schedule is 20 s; five missed ones mean that nobody beats.
FADES_AFTER = 100
logger = structlog.get_logger("nexus.background_jobs")


def key() -> str:
    return f"{settings.LIVE_PREFIX}:beat"


@signals.beat_init.connect
def stamp_from_now_on(**kwargs: Any) -> None:
    stamp()
    signals.before_task_publish.connect(stamp, weak=False)


def stamp(**kwargs: Any) -> None:
    try:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1)
        client.set(key(), "1", ex=FADES_AFTER)
        client.close()
    except redis.RedisError as error:
        logger.warning("beat_not_stamped", reason=type(error).__name__)


def is_beating(patience: float) -> bool:
    """Say whether beat was at work lately; raises RedisError when nobody can tell."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=patience, socket_connect_timeout=patience
    )
    try:
        return bool(client.exists(key()))
    finally:
        client.close()
