"""A personal token does what its scopes say and nothing else, on every operation of the API.

The table is written out here, by method and by the few exceptions, so that an operation added later
is closed, read or write by default, and only opened to `analytics` by somebody who means it.
"""

import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts import api_tokens
from accounts.authentication import StudioAuthentication
from accounts.models import ApiToken, User
from nexus.lib.api_view import MET_BY
from stories.anchors import Anchor
from stories.content_view import chapter_content
from stories.history import keep_conflict_copy
from stories.models import SaveReceipt, SearchEntry, Story
from stories.services.comments import add_comment
from stories.services.notes import write_notes
from stories.services.stories import update_story
from stories.tests.builders import make_chapter, save
from tests.security.test_strangers import (  # noqa: F401 - owned and trashed are fixtures
    OPERATIONS,
    belongings,
    everything_of,
    owned,
    trashed,
)

pytestmark = pytest.mark.django_db
# In no title: those are needed to tell which story a number is about.
PHRASE = "quicksilver"
# Numbers, the titles beside them, and no prose: no text, version, comparison, snippet or synopsis.
NUMBERS = {
    "GET /me/dashboard",
    "GET /analytics/clock",
    "GET /analytics/heatmap",
    "GET /analytics/overview",
    "GET /analytics/series",
    "GET /days/{day}",
    "GET /rest-days",
    "GET /sessions",
    "GET /stories/targets",
    "GET /streak",
    "GET /stories/{story_id}/analytics",
    "GET /stories/{story_id}/forecast",
    "GET /stories/{story_id}/plan",
    "GET /stories/{story_id}/plan/days",
    "GET /stories/{story_id}/targets",
    "GET /stories/{story_id}/targets/{target_id}",
}
# Questions that are too long for an address.
ASKS = {"POST /chapters/{chapter_id}/merge", "POST /stories/{story_id}/replace/preview"}
# What any token may look at.
OPEN = {"GET /health", "GET /auth/me"}
KINDS = [
    ("read",),
    ("write",),
    ("analytics",),
    ("write", "analytics"),
    ("read", "write", "analytics"),
]


def need(operation):
    """Return the scope an operation needs, None where no personal token will do."""
    if str(operation) in OPEN:
        return "any"
    if operation.path.startswith("/auth/"):
        return None
    if str(operation) in NUMBERS:
        return "analytics"
    return "read" if operation.method == "GET" or str(operation) in ASKS else "write"


def view_of(operation, ids):
    found = resolve(f"/api/v1{operation.filled(ids)}").func
    return None if found is chapter_content else found.cls


def asks_who(operation, ids):
    """Say whether an operation looks at tokens; the doors, where people come in, do not."""
    view = view_of(operation, ids)
    return view is None or StudioAuthentication in view.authentication_classes


@pytest.fixture
def ids(alice, as_alice, owned):  # noqa: F811
    """Everything Alice can own, with the phrase wherever prose is kept."""
    story = Story.objects.get(pk=owned["story_id"])
    update_story(story, synopsis=f"The {PHRASE}.", at=timezone.now())
    chapter = make_chapter(story, title="Birds", content=f"<p>A {PHRASE}.</p>")
    for number in range(2):
        text = f"<p>One {PHRASE}, number {number}.</p>"
        assert save(as_alice, chapter, text).status_code == 200
        chapter.refresh_from_db()
    text = f"<p>Copy of a {PHRASE}.</p>"
    kept = keep_conflict_copy(chapter, content=text, by=alice, at=timezone.now())
    comment = add_comment(
        chapter, text=f"Is it a {PHRASE}?", anchor=Anchor(PHRASE), at=timezone.now()
    )
    write_notes(chapter, notes=f"No {PHRASE}.", at=timezone.now())
    # Whatever else is named in a path belongs to what no token may see.
    others = {slot: uuid.uuid4() for operation in OPERATIONS for slot in operation.slots}
    versions = {"version": 2, "version_id": kept.id}
    return others | owned | versions | {"chapter_id": chapter.pk, "comment_id": comment.pk}


@pytest.fixture
def bearer(alice):
    """Return a program that presents a token with these scopes."""

    def client(*scopes):
        _, secret = api_tokens.create(alice, name="program", scopes=scopes)
        # Its use is noted once a minute: not while rows are compared.
        ApiToken.objects.update(last_used_at=timezone.now())
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return client


def ask_each(client, ids, trash):
    """Yield every operation with its answer, each asked of the same rows."""
    for operation in OPERATIONS:
        with transaction.atomic():
            yield operation, operation.ask(client, belongings(operation.path, ids, trash))
            transaction.set_rollback(True)


def refused(answer):
    return answer.status_code == 403 and answer.json()["code"] == "insufficient_scope"


# --- The table ----------------------------------------------------------------------


def test_the_exceptions_are_operations():
    assert {str(operation) for operation in OPERATIONS} >= NUMBERS | ASKS | OPEN


def test_every_view_declares_what_the_table_says(ids):
    for operation in OPERATIONS:
        view = view_of(operation, ids)
        if view is not None and asks_who(operation, ids):
            assert view.scope_for(operation.method) == need(operation), operation
        if operation.method == "GET":
            assert view.scope_for("HEAD") == view.scope_for("OPTIONS") == view.scope_for("GET")


def test_the_document_says_it_too(ids):
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    for operation in OPERATIONS:
        described = paths[f"/api/v1{operation.path}"][operation.method.lower()]
        security = described.get("security", [{}])
        said = [way["personal_token"][0] for way in security if "personal_token" in way]
        if asks_who(operation, ids) and {} not in security:
            assert said == list(MET_BY.get(need(operation), ())), operation
        else:
            assert said == [], operation


@pytest.mark.parametrize("scopes", KINDS, ids="+".join)
def test_a_token_does_what_its_scopes_say(scopes, bearer, ids, trashed):  # noqa: F811
    client = bearer(*scopes)
    for operation, answer in ask_each(client, ids, trashed):
        if not asks_who(operation, ids):
            continue
        if set(scopes) & set(MET_BY.get(need(operation), ())):
            assert answer.status_code not in {401, 403}, (operation, answer.content)
            assert answer.status_code < 500, operation
        else:
            assert refused(answer), (operation, answer.status_code, answer.content)


# --- What it means --------------------------------------------------------------------


@pytest.mark.parametrize("scopes", [kind for kind in KINDS if "read" not in kind], ids="+".join)
def test_without_read_no_answer_holds_prose(scopes, bearer, ids, trashed):  # noqa: F811
    client = bearer(*scopes)
    for operation, answer in ask_each(client, ids, trashed):
        assert PHRASE not in answer.text, operation


def test_with_read_prose_is_there_to_be_found(bearer, ids, trashed):  # noqa: F811
    answers = ask_each(bearer("read", "write"), ids, trashed)
    found = {str(operation) for operation, answer in answers if PHRASE in answer.text}
    assert found >= {
        "GET /stories/{story_id}",
        "GET /chapters/{chapter_id}",
        "GET /chapters/{chapter_id}/versions/{version}",
        "GET /chapters/{chapter_id}/diff",
        "PATCH /stories/{story_id}",
        "PATCH /chapters/{chapter_id}",
        "GET /chapters/{chapter_id}/comments",
        "PATCH /chapters/{chapter_id}/comments/{comment_id}",
        "PATCH /chapters/{chapter_id}/versions/{version}",
        "POST /chapters/{chapter_id}/merge",
    }


def test_a_change_still_answers_with_all_that_is_no_prose(bearer, ids):
    answer = bearer("write").patch(
        f"/api/v1/chapters/{ids['chapter_id']}", {}, content_type="application/json"
    )
    assert answer.status_code == 200
    assert answer.json()["id"] == str(ids["chapter_id"]) and answer.json()["word_count"] > 0
    assert "content" not in answer.json()


@pytest.mark.parametrize("scopes", [("read",), ("analytics",), ("read", "analytics")], ids="+".join)
def test_without_write_nothing_changes(scopes, bearer, ids, trashed, alice):  # noqa: F811
    client = bearer(*scopes)

    def rows():
        # The receipts of questions that came with a key are the studio's own, and so is the index.
        models = [one for one in apps.get_models() if one not in {SaveReceipt, SearchEntry}]
        return {model: model.objects.count() for model in models}

    before = rows(), everything_of(alice), User.objects.filter(pk=alice.pk).values().get()
    for operation in OPERATIONS:
        if asks_who(operation, ids):
            operation.ask(client, belongings(operation.path, ids, trashed))
    after = rows(), everything_of(alice), User.objects.filter(pk=alice.pk).values().get()
    assert after == before


def revoke():
    ApiToken.objects.all().delete()


def expire():
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def disable():
    User.objects.update(is_active=False)


def leave():
    User.objects.update(deleted_at=timezone.now())


@pytest.mark.parametrize("end", [revoke, expire, disable, leave])
def test_a_dead_token_is_401_everywhere(end, bearer, ids):
    client = bearer("read", "write", "analytics")
    end()
    for operation in OPERATIONS:
        if asks_who(operation, ids):
            answer = operation.ask(client, ids)
            assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token"), operation
            assert answer.headers["WWW-Authenticate"] == "Bearer", operation


def test_a_scope_comes_before_the_object_and_the_body(bearer, ids):
    client = bearer("analytics")
    assert refused(client.get("/api/v1/chapters/nonsense"))
    assert refused(client.post("/api/v1/stories", "{", content_type="application/json"))
    path = f"/api/v1/chapters/{ids['chapter_id']}/content"
    assert refused(client.put(path, "{", content_type="application/json"))
