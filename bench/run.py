"""Speed as ratios, measured in one run on this machine: `make bench`.

Starts its own Postgres and Valkey in a throw-away folder with every write synced to disk, as
`make run` does; what a browser shows is measured in a studio of its own. Prints a table and writes
the same figures to `var/bench.json`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

from bench.browser import browser_figures  # noqa: E402 - needs the path
from bench.searching import search_figures  # noqa: E402 - needs the path
from bench.warehouse import ledger_figures, warehouse_figures  # noqa: E402 - needs the path
from nexus import embedded  # noqa: E402 - needs the path

SAVES = 400
ROUNDS = 8
READS = 40
CHAPTERS = 61
STORIES = 20
YEARS = 5
EXPORTED = 1_000_000
EXPORT_STORIES = 500
SENTENCE = "the lamp burned low and nobody in the house by the river had slept for three nights"

SESSIONS = """
    INSERT INTO analytics_writingsession (
        id, user_id, story_id, story_title, chapter_title, started_at, last_change_at, ended_at,
        day, time_zone, typed, pasted, imported, restored, replaced, moved_in, applied, removed,
        cut, moved_out, undone, active_seconds, saves, words_start, words_end, source, count_rule,
        updated_at, cuts
    )
    SELECT gen_random_uuid(), %(user)s, story, 'Bench', 'Bench', day, day, day,
        day::date, 'UTC', 200 + extract(doy FROM day)::int, 7, 0, 0, 0, 0, 0, 11,
        0, 0, 0, 1200, 40, 0, 0, 'editor', 'nexus-1', day, '[]'
    FROM unnest(%(stories)s::uuid[]) AS story,
        generate_series(now() - make_interval(days => %(days)s), now() - '1 day'::interval, '1 day')
            AS day
"""
COPY = "COPY (SELECT * FROM analytics_writingsession WHERE user_id = %s ORDER BY day) TO STDOUT CSV"
DAYS = """
    INSERT INTO analytics_writingday (
        user_id, story_id, day, typed, pasted, imported, restored, replaced, moved_in, applied,
        removed, cut, moved_out, undone, active_seconds, saves, sessions, hours, rolled_up_at,
        rest
    )
    SELECT user_id, story_id, day, sum(typed), sum(pasted), 0, 0, 0, 0, 0, sum(removed), 0, 0, 0,
        sum(active_seconds), sum(saves), count(*),
        array_fill(0, ARRAY[9]) || sum(typed + applied)::int || array_fill(0, ARRAY[14]), now(),
        ''
    FROM analytics_writingsession WHERE user_id = %(user)s AND day < current_date
    GROUP BY GROUPING SETS ((user_id, story_id, day), (user_id, day))
    ON CONFLICT DO NOTHING
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        var = Path(folder)
        os.environ |= {
            "NEXUS_VAR": folder,
            "NEXUS_PROFILE": "test",
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": embedded.database_url(var),
            "REDIS_URL": embedded.redis_url(var),
            "DJANGO_SETTINGS_MODULE": "nexus.settings",
        }
        with embedded.servers(var):
            figures = measure()
    figures += browser_figures(row)
    show(figures)
    target = BASE / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(figures, indent=2))


def measure() -> list[dict[str, Any]]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    studio = Studio()
    return [
        *text_figures(),
        *save_figures(studio),
        *page_figures(studio),
        *statistics_figures(studio),
        *warehouse_figures(row),
        *export_figures(studio),
        *ledger_figures(row, EXPORTED),
        *search_figures(studio, row=row, prose=prose, timed=timed),
    ]


class Studio:
    """One writer with one book of 61 chapters, spoken to through the whole WSGI stack."""

    def __init__(self) -> None:
        from django.test import Client
        from django.utils import timezone

        from accounts.models import User
        from nexus.wsgi import application
        from stories.services.chapters import import_chapters
        from stories.services.stories import create_story

        at = timezone.now()
        self.user = User.objects.create_user("bench@example.com", "bench-writes", username="Bench")
        self.story = create_story(self.user, title="Bench", at=at)
        book = [{"title": f"Chapter {n}", "content": prose(12_000)} for n in range(CHAPTERS)]
        self.chapters = import_chapters(self.story, by=self.user, chapters=book, at=at)
        client = Client()
        client.force_login(self.user, "allauth.account.auth_backends.AuthenticationBackend")
        self.cookies = "; ".join(f"{name}={value.value}" for name, value in client.cookies.items())
        self.handler = application

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        """Answer one request; raise when it is not a success."""
        answer: dict[str, Any] = {}

        def start(
            status: str, fields: list[tuple[str, str]], error: Any = None, /
        ) -> Callable[[bytes], object]:
            answer.update(status=int(status[:3]), headers=dict(fields))
            return len

        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.partition("?")[0],
            "QUERY_STRING": path.partition("?")[2],
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookies,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "http",
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        response = self.handler(environ, start)
        answer["body"] = b"".join(response)
        response.close()
        if answer["status"] >= 300:
            raise SystemExit(f"{method} {path} was answered {answer['status']}: {answer['body']!r}")
        return answer


def prose(size: int) -> str:
    """Return about `size` bytes of paragraphs."""
    paragraph = f"<p>“{', '.join([SENTENCE] * 5)}.”</p>"
    return paragraph * max(1, size // len(paragraph.encode()))


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Return the milliseconds of each call, after three that are not counted."""
    for _warm in range(3):
        act()
    taken = []
    for _counted in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def row(name: str, value: float, unit: str, bar: str, *, met: bool) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "bar": bar, "met": met}


def text_figures() -> list[dict[str, Any]]:
    from stories.saving import derive

    small, large = prose(30_000), prose(600_000)
    fast = statistics.median(timed(lambda: derive(small), 50))
    slow = statistics.median(timed(lambda: derive(large), 5))
    growth = slow / fast / (len(large) / len(small))
    return [
        row("clean and count 30 kB", fast, "ms", "≤ 1.5 ms", met=fast <= 1.5),
        row("600 kB against 30 kB, per byte", growth, "×", "≤ 1.5 × (linear)", met=growth <= 1.5),
    ]


def save_figures(studio: Studio) -> list[dict[str, Any]]:
    """Save in turn through the whole stack and bare, so that both meet the same machine."""
    chapter = studio.chapters[0].pk
    bare_save = BareSaver(studio, chapter)
    full: list[float] = []
    bare: list[float] = []
    for _round in range(ROUNDS):
        full += timed(saver(studio, chapter), SAVES // ROUNDS)
        bare += timed(bare_save, SAVES // ROUNDS)
    ratio = statistics.median(bare) / statistics.median(full)
    spread = statistics.quantiles(full, n=100)[98] / statistics.median(full)
    return [
        row("content save, 30 kB", statistics.median(full), "ms", "–", met=True),
        row("the same SQL, bare", statistics.median(bare), "ms", "–", met=True),
        row("save rate against bare", ratio, "×", "≥ 0.6 ×", met=ratio >= 0.6),
        row("save p99 against p50", spread, "×", "≤ 5 ×", met=spread <= 5),
    ]


def saver(studio: Studio, chapter_id: uuid.UUID) -> Callable[[], object]:
    """Return a function that saves 30 kB once more, as the editor does."""
    path = f"/api/v1/chapters/{chapter_id}/content"
    state = {"etag": studio.ask("GET", f"/api/v1/chapters/{chapter_id}")["headers"]["ETag"], "n": 0}

    def save() -> None:
        state["n"] += 1
        headers = {"if_match": state["etag"], "idempotency_key": str(uuid.uuid4())}
        answer = studio.ask("PUT", path, body_of(is_longer=state["n"] % 2 == 1), **headers)
        state["etag"] = answer["headers"]["ETag"]

    return save


@cache
def body_of(*, is_longer: bool) -> bytes:
    """Return the body of the editor's next save: a word more and a word less in turn."""
    activity = {"typed": 1} if is_longer else {"removed": 1}
    content = prose(30_000) + ("<p>more</p>" if is_longer else "")
    return json.dumps({"content": content, "activity": activity | {"active_ms": 2000}}).encode()


class BareSaver:
    """The same save without a framework: one prepared connection, nothing refused, no effects.

    It reads and writes what the real one does: person and session, receipt, story and chapter
    locked, kept version, text, ledger, receipt's result; it cleans, counts and hashes alike.
    """

    PERSON = """
        SELECT * FROM accounts_session AS session
        JOIN accounts_user AS person ON person.id = session.user_id
        JOIN accounts_preferences AS preferences ON preferences.user_id = person.id
        WHERE session_key = %s AND expire_date > now()
    """
    RECEIPT = """
        INSERT INTO stories_savereceipt (user_id, key, route, body_hash, created_at)
        VALUES (%s, %s, 'bare', %s, now()) ON CONFLICT (user_id, key) DO NOTHING RETURNING id
    """
    STORY = "UPDATE stories_story SET updated_at = now() WHERE id = %s AND owner_id = %s"
    CHAPTER = """
        SELECT id, title, text, word_count, content_revision, content_hash, content_saved_at,
            (SELECT max(created_at) FROM stories_chapterversion WHERE chapter_id = chapter.id)
        FROM stories_chapter AS chapter WHERE id = %s FOR NO KEY UPDATE
    """
    TEXT = """
        UPDATE stories_chapter SET content = %s, text = %s, word_count = %s, content_hash = %s,
            content_revision = content_revision + 1, content_saved_at = now(), updated_at = now()
        WHERE id = %s
    """
    LEDGER = """
        SELECT * FROM analytics_writingsession WHERE user_id = %s AND ended_at IS NULL FOR UPDATE
    """
    WORDS = """
        UPDATE analytics_writingsession SET typed = typed + %s, removed = removed + %s,
            active_seconds = active_seconds + 2, saves = saves + 1, words_end = %s,
            last_change_at = now(), updated_at = now()
        WHERE user_id = %s AND chapter_id = %s AND ended_at IS NULL
    """
    RESULT = "UPDATE stories_savereceipt SET status = 200, response = %s WHERE id = %s"

    def __init__(self, studio: Studio, chapter_id: uuid.UUID) -> None:
        import psycopg
        from django.conf import settings

        self.studio, self.chapter_id, self.number = studio, chapter_id, 0
        self.session_key = studio.cookies.partition("session_id=")[2].partition(";")[0]
        self.connection = psycopg.connect(settings.DATABASE_URL, autocommit=True)
        self.connection.prepare_threshold = 0

    def __call__(self) -> None:
        self.number += 1
        environ = {"wsgi.input": io.BytesIO(body_of(is_longer=self.number % 2 == 1))}
        self.application(environ, lambda status, headers: None)

    def application(self, environ: Any, start_response: Any) -> list[bytes]:
        """Answer one save, as a WSGI application."""
        from stories.saving import derive

        raw = environ["wsgi.input"].read()
        body = json.loads(raw)
        with self.connection.cursor() as cursor:
            person = cursor.execute(self.PERSON, [self.session_key]).fetchone()
            if person is None:
                raise SystemExit("The bare handler found no session.")
            text = derive(body["content"])
            answer = json.dumps({"hash": text.hash, "word_count": text.word_count})
            with self.connection.transaction():
                self._write(cursor, hashlib.sha256(raw).hexdigest(), body, text, answer)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [answer.encode()]

    def _write(self, cursor: Any, body_hash: str, body: Any, text: Any, answer: str) -> None:
        writer, story, chapter = self.studio.user.pk, self.studio.story.pk, self.chapter_id
        cursor.execute(self.RECEIPT, [writer, uuid.uuid4(), body_hash])
        (receipt,) = cursor.fetchone()
        cursor.execute(self.STORY, [story, writer])
        cursor.execute(self.CHAPTER, [chapter]).fetchone()
        cursor.execute(self.TEXT, [text.content, text.text, text.word_count, text.hash, chapter])
        cursor.execute(self.LEDGER, [writer]).fetchall()
        activity = body["activity"]
        counts = [activity.get("typed", 0), activity.get("removed", 0)]
        cursor.execute(self.WORDS, [*counts, text.word_count, writer, chapter])
        if cursor.rowcount != 1:
            raise SystemExit("The bare handler wrote no ledger row.")
        cursor.execute(self.RESULT, [answer, receipt])


def page_figures(studio: Studio) -> list[dict[str, Any]]:
    pages = {
        "desk": "/",
        f"story with {CHAPTERS} chapters": f"/stories/{studio.story.pk}/",
        "editor": f"/chapters/{studio.chapters[0].pk}/",
    }
    figures = []
    for name, path in pages.items():
        taken = statistics.median(timed(partial(studio.ask, "GET", path), READS))
        figures.append(query_figure(studio, name, path))
        figures.append(row(f"{name}, p50", taken, "ms", "≤ 15 ms", met=taken <= 15))
    return figures


def statistics_figures(studio: Studio) -> list[dict[str, Any]]:
    from django.utils import timezone

    from analytics.warehouse.months import close_months

    fill_ledger(studio)
    close_months(at=timezone.now())
    figures = []
    for name, path in statistics_addresses(studio).items():
        taken = statistics.quantiles(timed(partial(studio.ask, "GET", path), READS), n=20)[18]
        figures.append(query_figure(studio, name, path, most=18))
        figures.append(row(f"{name}, p95", taken, "ms", "≤ 60 ms", met=taken <= 60))
    return figures


def statistics_addresses(studio: Studio) -> dict[str, str]:
    """Return every page and endpoint of statistics, over as many years as it takes."""
    from django.utils import timezone

    day = studio.user.day_of(timezone.now() - timedelta(days=1))
    first = day - timedelta(days=YEARS * 365)
    story, span = f"/stories/{studio.story.pk}/analytics", f"from={first}&to={day}"
    return {
        "statistics page": "/analytics/",
        f"statistics page, {YEARS} years": f"/analytics/?from_date={first}&frequency=Monthly",
        "story’s statistics page": f"{story}/",
        f"story’s page, {YEARS} years": f"{story}/?from_date={first}",
        "page of all years": "/analytics/lifetime/",
        "day page": f"/days/{day}/",
        "dashboard": "/api/v1/me/dashboard",
        "overview": f"/api/v1/analytics/overview?{span}",
        "series by day": f"/api/v1/analytics/series?{span}",
        "series by month, one story": (
            f"/api/v1/analytics/series?bucket=month&story={studio.story.pk}&{span}"
        ),
        "heat map": f"/api/v1/analytics/heatmap?year={day.year}",
        "clock": f"/api/v1/analytics/clock?{span}",
        "story’s figures": f"/api/v1{story}?frequency=Monthly&from_date={first}",
        "a day": f"/api/v1/days/{day}",
        "sessions": f"/api/v1/sessions?{span}&limit=100",
        "series as CSV": f"/api/v1/analytics/series?format=csv&{span}",
        "streak": "/api/v1/streak",
        "plan page": f"/stories/{studio.story.pk}/plan/",
        "plan’s days": f"/api/v1/stories/{studio.story.pk}/plan/days",
        "forecast": f"/api/v1/stories/{studio.story.pk}/forecast",
        "targets page": "/targets/",
    }


def export_figures(studio: Studio) -> list[dict[str, Any]]:
    """Take a million sessions away as CSV: beside a bare COPY of the same rows, and in how much
    memory.
    """
    from django.db import connection

    from accounts.models import User
    from stories.services.stories import create_story

    at = studio.user.created_at
    writer = User.objects.create(username="million", email="million@bench.test")
    stories = [create_story(writer, title=f"Bench {n}", at=at).pk for n in range(EXPORT_STORIES)]
    with connection.cursor() as cursor:
        days = EXPORTED // EXPORT_STORIES
        # A million rows take longer than a request may.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(SESSIONS, {"user": writer.pk, "stories": stories, "days": days})
        cursor.execute("ANALYZE analytics_writingsession")
        began = time.perf_counter()
        with cursor.copy(COPY, [writer.pk]) as copy:
            for _block in copy:
                pass
        bare = time.perf_counter() - began
        cursor.execute("RESET statement_timeout")
    return [*streamed_export(writer, bare), row("the same rows by COPY", bare, "s", "–", met=True)]


def streamed_export(writer: Any, bare: float) -> list[dict[str, Any]]:
    from analytics.exports import csv_chunks
    from analytics.models import WritingSession
    from analytics.tables import session_table

    table = session_table(WritingSession.objects.filter(user=writer))
    before, began = peak_memory(), time.perf_counter()
    chunks = csv_chunks(table)
    next(chunks)
    next(chunks)
    first = time.perf_counter() - began
    rows = sum(chunk.count(b"\n") for chunk in chunks)
    taken, grown = time.perf_counter() - began, peak_memory() - before
    if rows < EXPORTED * 0.99:
        raise SystemExit(f"Only {rows:,} sessions were exported.")
    name = f"{EXPORTED:,} sessions as CSV"
    return [
        row(f"{name}, first rows after", first * 1000, "ms", "≤ 500 ms", met=first <= 0.5),
        row(name, taken, "s", "≤ 60 s", met=taken <= 60),
        row(f"{name}, memory", grown, "MB", "≤ 50 MB", met=grown <= 50),
    ]


def peak_memory() -> float:
    """Return the most memory this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill_ledger(studio: Studio) -> None:
    """Give the writer years of days in many stories, rolled up as the worker leaves them."""
    from django.db import connection
    from django.utils import timezone

    from analytics.rollups import roll_up_day
    from stories.services.stories import create_story
    from stories.services.targets import set_plan

    at = timezone.now()
    stories = [create_story(studio.user, title=f"Bench {n}", at=at) for n in range(1, STORIES)]
    with connection.cursor() as cursor:
        ids = [studio.story.pk, *(story.pk for story in stories)]
        cursor.execute(SESSIONS, {"user": studio.user.pk, "stories": ids, "days": YEARS * 365})
        cursor.execute(DAYS, {"user": studio.user.pk})
        cursor.execute("VACUUM ANALYZE")
    today = studio.user.day_of(at)
    roll_up_day(studio.user, today, at=at)
    set_plan(
        studio.story,
        total_words=200_000,
        start_on=today - timedelta(days=365),
        due_on=today + timedelta(days=365),
    )


def query_figure(studio: Studio, name: str, path: str, most: int = 12) -> dict[str, Any]:
    queries = count_queries(studio, path)
    return row(f"{name}, queries", queries, "", f"≤ {most}", met=queries <= most)


def count_queries(studio: Studio, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    studio.ask("GET", path)
    with CaptureQueriesContext(connection) as queries:
        studio.ask("GET", path)
    return len(queries)


def show(figures: list[dict[str, Any]]) -> None:
    for figure in figures:
        value = f"{figure['value']:,.2f} {figure['unit']}".strip()
        mark = "" if figure["bar"] == "–" else ("met" if figure["met"] else "NOT MET")
        print(f"{figure['name']:<42}{value:>14}   {figure['bar']:<18}{mark}")


if __name__ == "__main__":
    main()
