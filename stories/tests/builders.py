"""Rows for tests, made by the services themselves."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from django.db import connection

from nexus.lib.errors import DomainError
from stories.services.chapters import create_chapter
from stories.services.stories import create_story

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)


def make_story(owner, title="Emma", **values):
    return create_story(owner, title=title, at=values.pop("at", NOW), **values)


def make_chapter(story, title="One", content="<p>one two three</p>", **values):
    values = {"source": "editor", "at": NOW} | values
    return create_chapter(story, by=story.owner, title=title, content=content, **values)


def words(count, word="word"):
    return f"<p>{' '.join(f'{word}{number}' for number in range(count))}</p>"


def send(client, method, path, body=None, **headers):
    """Send JSON and return the answer; header names are written as on the wire."""
    data = body if isinstance(body, (bytes, str)) else json.dumps({} if body is None else body)
    data = "" if method == "get" else data
    return client.generic(
        method.upper(), f"/api/v1{path}", data, content_type="application/json", headers=headers
    )


def save(client, chapter, content, *, base=None, key=None, **more):
    """PUT a chapter's text as the editor does."""
    headers = {
        "If-Match": f'"{base or chapter.etag}"',
        "Idempotency-Key": str(key or uuid.uuid4()),
    }
    return send(
        client, "put", f"/chapters/{chapter.pk}/content", {"content": content} | more, **headers
    )


def in_threads(work, jobs):
    """Do the work of each job in one of six threads; return the answers, refusals among them."""

    def run(job):
        try:
            return work(job)
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(run, jobs))
