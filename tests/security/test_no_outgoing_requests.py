"""No address that a user gave is ever asked for: not by a page, a save, an import or an export.

Hostile files to import have a server that notes who asks (`stories/tests/test_import_hostile.py`);
here addresses stand wherever a writer can type, and the whole process is watched.
"""

import ast
import io
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from stories.exporting.book import Chapter as WrittenChapter
from stories.exporting.formats import FORMATS
from stories.models import Tag
from stories.services.shelves import create_series
from stories.tests.builders import make_chapter, make_story, save, send
from stories.tests.test_exporting import book, no_tick
from stories.tests.test_import_hostile import canary  # noqa: F401 - a fixture
from tests.security.test_strangers import PAGES, filled

APPS = ("nexus", "accounts", "jobs", "stories", "analytics")
CLIENTS = {"requests", "httpx", "aiohttp", "urllib3", "smtplib", "ftplib", "websockets", "boto3"}
CLIENTS |= {"urllib.request", "http.client", "socket"}
# Who may ask, and whom; none of these addresses comes from a user.
MAY_ASK = {
    "accounts/google/identity.py",  # Google
    "accounts/social_adapter.py",  # names the library's errors
    "nexus/celery.py",  # names options of the broker's line
    "nexus/lib/bucket.py",  # STORAGE_URL
    "nexus/management/commands/up.py",  # itself
    "nexus/middleware/deadline.py",  # cuts a connection to Postgres
    "nexus/testing.py",
}
_asked_for = []


def _watch(event, args):
    """Note every address this process looks up or connects to; our own servers have paths."""
    if event == "socket.getaddrinfo" or (event == "socket.connect" and isinstance(args[1], tuple)):
        _asked_for.append((event, args))


sys.addaudithook(_watch)


def prose(url):
    return (
        f'<p>word <img src="{url}/img"><a href="{url}/a">{url}/link</a></p>'
        f'<iframe src="{url}/frame"></iframe><link rel="stylesheet" href="{url}/css">'
        f'<video poster="{url}/poster" src="{url}/video"></video>'
        f"<p style=\"background:url('{url}/style')\">![x]({url}/markdown)</p>"
    )


@pytest.fixture
def typed(alice, as_alice, canary):  # noqa: F811
    """A story with an address in every field; the ids by the names of the slots."""
    url = canary.url
    story = make_story(alice, url, synopsis=prose(url), genre=url[:80], tags=[url[:40]])
    chapter = make_chapter(story, title=url)
    assert save(as_alice, chapter, prose(url)).status_code == 200
    facts = {"part_title": url, "synopsis": url, "notes": prose(url)}
    assert send(as_alice, "patch", f"/chapters/{chapter.pk}", facts).status_code == 200
    comment = {"text": prose(url), "anchor": {"quote": "word"}}
    assert send(as_alice, "post", f"/chapters/{chapter.pk}/comments", comment).status_code == 201
    send(as_alice, "patch", "/auth/me", {"username": url[:40], "avatar_url": f"{url}/avatar"})
    series = create_series(alice, title=url, stories=[story], at=story.created_at)
    return {
        "story_id": story.pk,
        "chapter_id": chapter.pk,
        "series_id": series.pk,
        "tag_id": Tag.objects.get(owner=alice).pk,
    }


def test_nobody_asks_for_an_address_that_was_typed(typed, as_alice, canary):  # noqa: F811
    del _asked_for[:]
    canary.asked.clear()
    test_pages = [page for page in PAGES if set(slots(page)) <= set(typed)]
    assert len(test_pages) > 30
    for page in ["", *test_pages, "search/?q=word"]:
        as_alice.get(filled(page, typed))
    chapters = [WrittenChapter(1, canary.url, canary.url, prose(canary.url))]
    for format in FORMATS.values():
        format.write(book(chapters, title=canary.url), io.BytesIO(), no_tick)
    assert canary.asked == [] and _asked_for == []
    # They would have been noticed.
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{canary.url}/seen")
    assert canary.asked == ["/seen"] and _asked_for


def slots(page):
    return [part.partition(":")[2].partition(">")[0] for part in page.split("<")[1:]]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_few_modules_can_ask_anybody_and_each_for_what_the_host_named():
    base = Path(settings.BASE_DIR)
    able = {
        str(path.relative_to(base))
        for app in APPS
        for path in (base / app).rglob("*.py")
        if "tests" not in path.parts and CLIENTS & set(imported(path))
    }
    assert able == MAY_ASK
