"""The save without a framework, which the product's rate is held against: a WSGI application.

It runs the product's own statements on the same rows, in one transaction on a connection kept by
each thread, and cleans, counts and hashes alike. It refuses nothing, checks nothing, tells nobody.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import uuid
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
django.setup()

import psycopg  # noqa: E402 - after the settings, like all that follows
from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import sessions  # noqa: E402
from accounts.models import Session  # noqa: E402
from analytics import services  # noqa: E402
from nexus.lib.ids import new_id  # noqa: E402
from stories import receipts, saving  # noqa: E402
from stories.counting import RULE  # noqa: E402

PERSON = sessions._query("session_key")
USER = [field.attname for field in Session._meta.concrete_fields].index("user_id")
CHANGED = ("id", "last_change_at", "ended_at", *services.CHANGED)
Start = Callable[[str, list[tuple[str, str]]], object]
_kept = threading.local()


def application(environ: dict[str, Any], start_response: Start) -> list[bytes]:
    """Answer one save."""
    raw = environ["wsgi.input"].read()
    body = json.loads(raw)
    chapter = uuid.UUID(environ["PATH_INFO"].split("/")[4])
    key = uuid.UUID(environ["HTTP_IDEMPOTENCY_KEY"])
    with connection().cursor() as cursor:
        cookie = environ["HTTP_COOKIE"].partition("session_id=")[2].partition(";")[0]
        person = cursor.execute(PERSON, [cookie, timezone.now()]).fetchone()
        if person is None:
            raise SystemExit("The bare handler found no session.")
        with connection().transaction():
            claim = [person[USER], key, "bare", hashlib.sha256(raw).hexdigest()]
            receipt = cursor.execute(receipts.CLAIM, claim).fetchone()[0]
            answer = json.dumps(write(cursor, person[USER], chapter, body))
            cursor.execute(receipts.KEEP, [200, answer, receipt])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [answer.encode()]


def write(cursor: Any, user: uuid.UUID, chapter: uuid.UUID, body: Any) -> dict[str, Any]:
    """Write text, kept version and ledger; return what a save is answered."""
    at = timezone.now()
    prose = saving.derive(body["content"])
    values: dict[str, Any] = {"at": at, "owner": user, "chapter": chapter}
    head = dict(zip(saving.HEAD, cursor.execute(saving.LOCK, values).fetchone(), strict=False))
    kept = {"version": new_id(), "reason": "recent", "count_rule": RULE}
    text = {"content": prose.content, "text": prose.text, "word_count": prose.word_count}
    cursor.execute(saving.WRITE, values | kept | text | {"content_hash": prose.hash})
    cursor.execute(services.LOCK_OPEN, {"user": user, "idle": services.IDLE_MINUTES})
    session = dict(zip(services.COLUMNS, cursor.fetchone(), strict=False))
    session |= {"typed": session["typed"] + 1, "saves": session["saves"] + 1, "last_change_at": at}
    row = {name: session[name] for name in CHANGED}
    cursor.execute(services.CHANGE, {"rows": json.dumps([row], default=str), "now": at})
    if cursor.rowcount != 1:
        raise SystemExit("The bare handler wrote no ledger row.")
    revision = head["content_revision"] + 1
    return {"revision": revision, "hash": prose.hash, "word_count": prose.word_count}


def connection() -> Any:
    """Return this thread's connection."""
    if not hasattr(_kept, "connection"):
        _kept.connection = psycopg.connect(
            settings.DATABASE_URL, autocommit=True, prepare_threshold=0
        )
    return _kept.connection
