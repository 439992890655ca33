"""No page answers with a 500, whatever is sent; the API's twin of this is `test_api_never_500`."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import api_tokens
from accounts.models import Session
from analytics.models import RestDay
from jobs.models import Job
from stories.history import keep_conflict_copy
from stories.models import Comment, Replacement, Tag
from stories.services.shelves import create_series
from stories.services.targets import create_target
from stories.tests.builders import make_chapter, make_story
from tests.security.test_strangers import PAGES, filled

VISITORS_PAGES = [
    "",
    "accounts/login/",
    "accounts/signup/",
    "accounts/logout/",
    "accounts/email/",
    "accounts/password/change/",
    "accounts/password/reset/",
    "accounts/password/reset/key/1-x/",
    "accounts/confirm-email/x:y:z/",
    "accounts/reauthenticate/",
    "accounts/email/confirm/x:y:z/",
    "accounts/2fa/authenticate/",
    "accounts/2fa/reauthenticate/",
    "accounts/2fa/webauthn/login/",
    "accounts/2fa/webauthn/reauthenticate/",
    "accounts/2fa/webauthn/add/",
    "accounts/2fa/totp/activate/",
    "admin/login/",
    "health",
    "api/docs",
    "api/v1/",
]
FIELDS = """
    title part_title text base choice synopsis status genre direction order published chapters
    story split quota frequency from_date to_date username pen_name time_zone day_end_hour
    week_start theme idle_minutes email login password password1 oldpassword next action
    code credential name at next_base next_id scene_break
    find replacement match_case whole_words seen out shown take apply
    series tags notes version quote paragraph act
""".strip().split()
QUERY_FIELDS = """
    q cursor case whole page status sort edit frequency from_date to_date next story at title
    scene_break tag moved to
""".strip().split()
VALUES = [
    "",
    "\x00",
    "a\x00b",
    "\u202e\u0301" + "x" * 3_000,
    "9" * 40,
    "0001-01-01",
    "9999-12-31",
    "mine",
    "up",
    "Daily",
    "1-00000000",
    str(uuid.UUID(int=7)),
]
RAW = [
    "%00",
    "%ff%fe",
    "%ED%A0%80",
    "%F0%9F%92%A9",
    "x" * 3_000,
    "..%2f%25%00",
    "9" * 40,
    "0001-01-01",
    "9999-12-31",
]
BODIES = [
    ("application/json", b"{"),
    ("application/x-www-form-urlencoded", b"title=%ff%fe&text=%ED%A0%80&base=%00&%00=1"),
    ("application/x-www-form-urlencoded", b"a=1&" * 2_000),
    ("application/x-www-form-urlencoded; charset=nonsense", b"title=x"),
    ("multipart/form-data; boundary=", b"--x"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="title'),
    ("\x7f", b"\x00"),
]
FILES = [
    ("\x00.epub", b""),
    ("../../x.docx", b"PK\x03\x04"),
    ("x" * 500, b"\x00" * 10),
]


@pytest.fixture
def ids(alice, signed_in):
    signed_in(alice)
    token, _secret = api_tokens.create(alice, name="Program", scopes=["read"])
    today = timezone.now().date()
    story = make_story(alice, tags=["sea"])
    series = create_series(alice, title="Tides", stories=[story], at=timezone.now())
    chapter = make_chapter(story)
    make_chapter(story, title="Two")
    kept = keep_conflict_copy(chapter, content="<p>Copy</p>", by=alice, at=timezone.now())
    target = create_target(story, quota=7, frequency="Daily", from_date=today, to_date=today)
    job = Job.objects.create(owner=alice, kind="import.read", title="Book", status="failed")
    step = Replacement.objects.create(story=story, find="a", replacement="b", count=1, steps=[])
    return {
        "replacement_id": step.pk,
        "series_id": series.pk,
        "tag_id": Tag.objects.get(owner=alice).pk,
        "story_id": story.pk,
        "chapter_id": chapter.pk,
        "comment_id": Comment.objects.create(chapter=chapter, text="x", quote="one", stamp="").pk,
        "target_id": target.pk,
        "job_id": job.pk,
        "version_id": kept.id,
        "session_id": Session.objects.get(user=alice).public_id,
        "token_id": token.pk,
        "rest_id": RestDay.objects.create(user=alice, from_date=today, to_date=today).pk,
        "day": today.isoformat(),
    }


def answers(client, address):
    for value in VALUES:
        yield client.post(address, dict.fromkeys(FIELDS, value))
    for raw in RAW:
        query = "&".join(f"{name}={raw}" for name in QUERY_FIELDS)
        yield client.generic("GET", f"{address}?{query}")
    for content_type, body in BODIES:
        yield client.generic("POST", address, body, content_type=content_type)
    for name, content in FILES:
        yield client.post(address, {"file": SimpleUploadedFile(name, content), "title": "x"})
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "NONSENSE"):
        yield client.generic(method, address)
    for header in ("Accept-Language", "Cookie", "Referer", "Host", "HX-Request", "Range"):
        yield client.get(address, headers={header: "\x7f;;,=\xff"})
    yield client.get(address + "%00/..%2f")


@pytest.mark.parametrize("page", ["", *PAGES])
def test_a_page_survives_whatever_is_sent(page, ids, as_alice):
    session = as_alice.cookies["session_id"].value
    for answer in answers(as_alice, filled(page, ids)):
        assert answer.status_code < 500, (answer.request, answer.content[:500])
        # Some answers sign the writer out; the next one is asked by her again.
        as_alice.cookies["session_id"] = session


@pytest.mark.parametrize("page", VISITORS_PAGES)
def test_a_visitors_page_survives_whatever_is_sent(page, ids):
    for answer in answers(Client(), filled(page, ids)):
        assert answer.status_code < 500, (answer.request, answer.content[:500])


def test_strange_addresses_are_404(as_alice):
    for page in PAGES:
        for part in ("%00", "x", "9" * 300, "%ff", "\u0661", str(uuid.UUID(int=7))):
            answer = as_alice.get("/" + re.sub(r"<[^>]+>", part, page))
            assert answer.status_code in {404, 405} or "<" not in page, (page, part)
