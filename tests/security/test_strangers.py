"""A stranger gets nothing: 403 on every object of the API, 404 on every page, whatever is asked.

Walks the OpenAPI document and the URLconf, so that an address added later is walked too.
"""

import io
import re
import uuid
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import get_resolver
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts import api_tokens
from accounts.models import Session
from analytics.models import RestDay
from analytics.resting import declare_rest
from jobs.models import Job
from nexus.tests.pictures_cast import picture
from stories.history import keep_conflict_copy
from stories.models import Chapter, Comment, Plan, Replacement, Series, Story, StoryTag, Tag, Target
from stories.services.chapters import trash_chapter
from stories.services.shelves import create_series
from stories.services.stories import trash_story
from stories.services.targets import create_target, set_plan
from stories.tests.builders import make_chapter, make_story, save, send

# No word of any page; the time zones have a Canary.
CANARY = b"xylograph"
DATES = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
# Bodies of the right shape, where `{}` is not: shape is refused before the stranger is.
WANTED = {"find": "xylograph", "replacement": "mine now"}
BODIES = {
    "POST /stories/{story_id}/replace/preview": WANTED,
    "POST /stories/{story_id}/replace": WANTED
    | {"chapters": [{"id": str(uuid.UUID(int=7)), "base_revision": "2-00000000"}]},
    "POST /stories/{story_id}/chapters": {"title": "Mine now"},
    "POST /stories/{story_id}/chapters/reorder": {"from_pos": 0, "to_pos": 0},
    "POST /stories/{story_id}/targets": {"quota": 5, "frequency": "Weekly", **DATES},
    "PUT /stories/{story_id}/plan": {"total_words": 5, "due_on": "2026-12-31"},
    "POST /rest-days": {"from_date": "2026-01-01"},
    "PUT /chapters/{chapter_id}/content": {"content": "<p>mine now</p>"},
    "POST /chapters/{chapter_id}/move": {"story_id": "00000000-0000-4000-8000-000000000000"},
    "POST /chapters/{chapter_id}/split": {"at": 1, "base_revision": "2-00000000"},
    "POST /chapters/{chapter_id}/merge-next": {
        "base_revision": "2-00000000",
        "next_base_revision": "1-00000000",
    },
    "POST /chapters/{chapter_id}/versions": {"content": "<p>mine now</p>", "reason": "conflict"},
    "POST /chapters/{chapter_id}/merge": {"content": "<p>mine</p>", "base_revision": "1-00000000"},
    "PATCH /chapters/{chapter_id}/versions/{version}": {"name": "mine now"},
    "POST /stories/{story_id}/exports": {"format": "epub"},
    "POST /chapters/{chapter_id}/comments": {"text": "mine", "anchor": {"quote": "prose"}},
    "PATCH /series/{series_id}": {"title": "Mine now"},
}
QUERIES = {
    "GET /chapters/{chapter_id}/diff": "?from=1&to=2",
    "GET /search": "?q=xylograph",
}
# What needs no sign-in, and what has no slot and is the asking writer's own.
PUBLIC = {
    "POST /auth/register",
    "POST /auth/verify",
    "POST /auth/login",
    "POST /auth/refresh",
    "GET /auth/.well-known/jwks.json",
    "POST /auth/google/callback",
    "POST /auth/password/reset",
    "POST /auth/password/reset/confirm",
    "GET /health",
}
# What does not even tell a stranger that it exists.
HIDDEN = {"DELETE /auth/sessions/{session_id}"}
# Also what a browser keeps for the time without a network, the same for everybody.
OPEN_TO_ALL = re.compile(
    r"^(accounts|admin|health|api)/|^health|^\\.well-known/|^$|^service-worker\.js$|^offline/$"
    r"|^manifest\.webmanifest$|^favicon\.ico$"
)


@dataclass(frozen=True)
class Operation:
    method: str
    path: str

    def __str__(self):
        return f"{self.method} {self.path}"

    @property
    def slots(self):
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def owned_slots(self):
        return [slot for slot in self.slots if slot != "day"]

    def filled(self, ids):
        return self.path.format(**ids)

    def ask(self, client, ids):
        path = self.filled(ids) + QUERIES.get(str(self), "")
        if self.path == "/imports":
            file = io.BytesIO(b"# One\n\nText.")
            file.name = "book.md"
            return client.post("/api/v1/imports", {"file": file})
        if str(self) == "PUT /stories/{story_id}/cover":
            body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("x.jpg", picture())})
            return client.put(f"/api/v1{path}", body, content_type=MULTIPART_CONTENT)
        headers = {"If-Match": '"2-00000000"', "Idempotency-Key": str(uuid.uuid4())}
        return send(client, self.method.lower(), path, BODIES.get(str(self), {}), **headers)


def operations():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in schema["paths"].items():
        for method in methods:
            yield Operation(method.upper(), path.removeprefix("/api/v1"))


OPERATIONS = list(operations())
WITH_OWNER = [operation for operation in OPERATIONS if operation.owned_slots]


@pytest.fixture
def owned(alice, as_alice):
    """Everything Alice can own, each with a canary in it; the ids by the names of the slots."""
    today = timezone.now().date()
    facts = {"synopsis": "xylograph synopsis", "genre": "xylograph genre"}
    story = make_story(alice, "Xylograph title", tags=["xylograph tag"], **facts)
    chapter = make_chapter(story, title="Xylograph chapter", content="<p>xylograph prose</p>")
    make_chapter(story, title="Xylograph two", content="<p>xylograph prose two</p>")
    assert save(as_alice, chapter, "<p>xylograph prose again</p>").status_code == 200
    now = timezone.now()
    kept = keep_conflict_copy(chapter, content="<p>xylograph copy</p>", by=alice, at=now)
    target = create_target(story, quota=7, frequency="Daily", from_date=today, to_date=today)
    rest = declare_rest(alice, from_date=today, note="xylograph", today=today)
    set_plan(story, total_words=9, start_on=today, due_on=today)
    job = Job.objects.create(owner=alice, kind="import.read", title="xylograph", status="failed")
    taken = Job.objects.create(
        owner=alice, kind="account.export", title="xylograph", status="done", upload="exports/x.zip"
    )
    book = Job.objects.create(
        owner=alice,
        kind="story.export",
        title="xylograph",
        status="done",
        upload="exports/y.epub",
        parameters={"format": "epub", "options": {}},
    )
    token, _ = api_tokens.create(alice, name="xylograph", scopes=["read"])
    facts = {"find": "xylograph", "replacement": "xylograph", "count": 1, "steps": []}
    step = Replacement.objects.create(story=story, **facts)
    facts = {"text": "xylograph remark", "quote": "xylograph prose"}
    comment = Comment.objects.create(chapter=chapter, stamp="", **facts)
    Chapter.objects.filter(pk=chapter.pk).update(synopsis="xylograph line", notes="xylograph note")
    series = create_series(alice, title="Xylograph series", stories=[story], at=now)
    return {
        "story_id": story.pk,
        "chapter_id": chapter.pk,
        "target_id": target.pk,
        "rest_id": rest.pk,
        "job_id": job.pk,
        "export_id": taken.pk,
        "story_export_id": book.pk,
        "session_id": Session.objects.get(user=alice).public_id,
        "token_id": token.pk,
        "replacement_id": step.pk,
        "series_id": series.pk,
        "tag_id": Tag.objects.get(owner=alice).pk,
        "version": 2,
        "version_id": kept.id,
        "comment_id": comment.pk,
        "day": today.isoformat(),
    }


@pytest.fixture
def trashed(alice, owned):
    """The same with a story and a chapter from the trash, where only restoring finds them."""
    now = timezone.now()
    story = make_story(alice, "Xylograph trashed story")
    chapter = make_chapter(Story.objects.get(pk=owned["story_id"]), title="Xylograph trashed")
    trash_story(story, at=now)
    trash_chapter(chapter, at=now)
    return owned | {"story_id": story.pk, "chapter_id": chapter.pk}


def belongings(operation_path, owned, trashed):
    is_restore = re.search(r"(story_id|chapter_id)[}>]/restore", operation_path)
    return trashed if is_restore else owned


def everything_of(user):
    """Return what Alice has, to show that nobody changed it."""
    return [
        list(Story.objects.filter(owner=user).order_by("pk").values()),
        list(Chapter.objects.filter(story__owner=user).order_by("pk").values()),
        list(Comment.objects.filter(chapter__story__owner=user).order_by("pk").values()),
        list(Target.objects.filter(story__owner=user).order_by("pk").values()),
        list(RestDay.objects.filter(user=user).order_by("pk").values()),
        list(Plan.objects.filter(story__owner=user).order_by("pk").values()),
        list(Job.objects.filter(owner=user).order_by("pk").values()),
        list(Session.objects.filter(user=user).order_by("pk").values("public_id")),
        list(user.api_tokens.order_by("pk").values()),
        list(Series.objects.filter(owner=user).order_by("pk").values()),
        list(Tag.objects.filter(owner=user).order_by("pk").values()),
        list(StoryTag.objects.filter(story__owner=user).order_by("pk").values()),
    ]


# --- The API ----------------------------------------------------------------------


def test_the_document_names_every_address_of_the_api():
    routed = set()
    for pattern in get_resolver("nexus.api").url_patterns[0].url_patterns:
        raw = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(pattern.pattern))
        plain = raw.removeprefix("^").removesuffix("$").removesuffix("/?").replace("\\.", ".")
        routed.add(f"/{plain}")
    assert routed - {"/schema"} == {operation.path for operation in OPERATIONS}


@pytest.mark.parametrize("operation", WITH_OWNER, ids=str)
def test_another_writers_object_is_403(operation, owned, trashed, as_bob, alice):
    ids = belongings(operation.path, owned, trashed)
    before = everything_of(alice)
    answer = operation.ask(as_bob, ids)
    refusal = (404, "not_found") if str(operation) in HIDDEN else (403, "permission_denied")
    assert (answer.status_code, answer.json()["code"]) == refusal
    assert CANARY not in answer.content.lower()
    assert everything_of(alice) == before


@pytest.mark.parametrize("operation", WITH_OWNER, ids=str)
def test_what_does_not_exist_is_404_in_every_slot(operation, owned, trashed, as_alice):
    ids = belongings(operation.path, owned, trashed)
    for slot in operation.owned_slots:
        absent = 2_000_000_000 if slot == "version" else uuid.uuid4()
        for value in (absent, "nonsense", "1" * 40, "%00"):
            answer = operation.ask(as_alice, ids | {slot: value})
            assert answer.status_code == 404, (slot, value, answer.content)
            assert answer.json()["code"] == "not_found"


def test_whoever_is_not_signed_in_gets_403(owned, anonymous):
    for operation in OPERATIONS:
        answer = operation.ask(anonymous, owned)
        assert CANARY not in answer.content.lower()
        if str(operation) in PUBLIC:
            assert answer.status_code in {200, 400, 401, 422}, operation
        else:
            assert answer.status_code == 403, operation
            assert answer.json()["code"] == "not_authenticated", operation


def test_lists_hold_nothing_of_other_writers(owned, trashed, as_bob):
    slots = ("story_id", "chapter_id", "target_id", "rest_id", "job_id", "export_id", "series_id")
    secrets = [CANARY, *(str(owned[slot]).encode() for slot in slots)]
    for operation in sorted(OPERATIONS, key=lambda one: one.path == "/auth/logout"):
        if not operation.owned_slots:
            answer = operation.ask(as_bob, owned)
            assert answer.status_code < 500, operation
            assert not any(secret in answer.content.lower() for secret in secrets), operation
            assert answer.status_code != 403 or operation.path == "/auth/logout", operation


def test_a_target_is_found_through_its_own_story_only(owned, as_alice, as_bob, alice, bob):
    target = owned["target_id"]
    other, foreign = make_story(alice, "Other"), make_story(bob, "Bob's")
    for method in ("get", "put", "patch", "delete"):
        assert send(as_alice, method, f"/stories/{other.pk}/targets/{target}").status_code == 404
        assert send(as_bob, method, f"/stories/{foreign.pk}/targets/{target}").status_code == 404
    assert Target.objects.filter(pk=target).exists()


def test_another_writers_ids_are_refused_in_queries_and_bodies(owned, as_bob, bob):
    own = make_story(bob, "Bob's")
    make_chapter(own)
    story, chapter = owned["story_id"], owned["chapter_id"]
    assert send(as_bob, "get", f"/sessions?story={story}").status_code == 403
    answer = send(as_bob, "post", f"/stories/{own.pk}/chapters/reorder", {"order": [str(chapter)]})
    assert answer.status_code == 422
    mine = own.chapters.get().pk
    assert (
        send(as_bob, "post", f"/chapters/{mine}/move", {"story_id": str(story)}).status_code == 403
    )
    file = io.BytesIO(b"# One\n\nText.")
    file.name = "book.md"
    answer = as_bob.post("/api/v1/imports", {"file": file, "story": str(story)})
    assert answer.status_code == 403


# --- The pages --------------------------------------------------------------------


def pages(resolver=None, before=""):
    """Return every address of a page that is not the administrators' or the API's."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        raw = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            found += pages(pattern, raw)
        elif not OPEN_TO_ALL.match(raw.replace("^", "")):
            found.append(raw)
    return found


PAGES = pages()
FOR_STAFF = {"status/"}
# Nobody of the cast has put a picture of herself there.
NOT_YET = {"settings/portrait.jpg"}


def filled(page, ids):
    return "/" + re.sub(r"<\w+:(\w+)>", lambda slot: str(ids[slot[1]]), page)


@pytest.mark.parametrize("page", [page for page in PAGES if ":" in page.replace("<day:", "")])
def test_another_writers_page_is_404(page, owned, trashed, as_bob, alice):
    ids = belongings(page, owned, trashed)
    before = everything_of(alice)
    answers = [as_bob.get(filled(page, ids)), as_bob.post(filled(page, ids), {"title": "Mine"})]
    assert {answer.status_code for answer in answers} in ({404}, {404, 405})
    assert not any(CANARY in answer.content.lower() for answer in answers)
    assert everything_of(alice) == before


def test_a_page_sends_whoever_is_not_signed_in_to_the_door(owned, trashed, anonymous):
    for page in PAGES:
        for ask in (anonymous.get, anonymous.post):
            answer = ask(filled(page, owned))
            assert answer.status_code in {302, 405}, page
            if answer.status_code == 302:
                assert answer.url.startswith("/accounts/login/?next=/"), page


def test_a_writers_own_pages_hold_nothing_of_others(owned, trashed, as_bob):
    for page in ["", *PAGES]:
        if "uuid:" not in page:
            answer = as_bob.get(filled(page, owned))
            expected = {404, 405} if page in FOR_STAFF | NOT_YET else {200, 405}
            assert answer.status_code in expected, page
            assert CANARY not in answer.content.lower(), page


def admin_pages(resolver=None, before=""):
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        raw = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            found += admin_pages(pattern, raw)
        elif raw.startswith("admin/") and "^" not in raw:
            found.append(raw)
    return found


def test_the_administration_is_closed_to_writers(owned, as_bob):
    for page in admin_pages():
        address = "/" + re.sub("<[^>]+>", str(owned["story_id"]), page)
        answer = as_bob.get(address)
        assert answer.status_code in {302, 403, 404}, page
        assert CANARY not in answer.content.lower(), page
