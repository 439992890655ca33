"""What the API refuses, how a refusal looks, and which one comes first."""

import json
import uuid

import pytest

from stories.models import Story
from stories.tests.builders import make_chapter, make_story, send

PROBLEM = {"type", "title", "status", "detail", "code", "request_id"}


@pytest.fixture
def story(alice):
    return make_story(alice)


def refused(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= PROBLEM
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"] and body["request_id"] == answer.headers["X-Request-ID"]
    return body


def test_a_refusal_is_a_problem_document_with_the_fields_at_fault(as_alice):
    answer = send(as_alice, "post", "/stories", {"status": "Nonsense"})
    body = refused(answer, 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"title", "status"}
    assert all(error["message"] and error["code"] for error in body["errors"])


def test_not_signed_in_comes_before_everything(anonymous):
    refused(send(anonymous, "post", "/stories", b"{"), 403, "not_authenticated")
    refused(send(anonymous, "get", "/stories/nonsense"), 403, "not_authenticated")
    refused(send(anonymous, "delete", "/stories"), 403, "not_authenticated")


def test_malformed_comes_before_absent(as_alice):
    path = f"/stories/{uuid.uuid4()}"
    refused(send(as_alice, "patch", path, b"{"), 400, "malformed")
    answer = as_alice.patch(f"/api/v1{path}", data="x=1", content_type="text/plain")
    refused(answer, 415, "unsupported_media_type")


def test_shape_comes_before_absent(as_alice):
    refused(send(as_alice, "patch", f"/stories/{uuid.uuid4()}", {"title": None}), 422, "invalid")
    refused(
        send(as_alice, "post", f"/stories/{uuid.uuid4()}/chapters", {"title": "a\nb"}),
        422,
        "invalid",
    )
    path = f"/stories/{uuid.uuid4()}/analytics?frequency=Hourly"
    assert send(as_alice, "get", path).status_code == 422
    path = f"/chapters/{uuid.uuid4()}?as_html=maybe"
    refused(send(as_alice, "get", path), 422, "invalid")


def test_shape_comes_before_foreign(as_bob, story):
    refused(send(as_bob, "patch", f"/stories/{story.pk}", {"title": ""}), 422, "invalid")


def test_foreign_comes_before_conflict(as_bob, bob, story):
    make_story(bob, "Taken")
    answer = send(as_bob, "patch", f"/stories/{story.pk}", {"title": "Taken"})
    refused(answer, 403, "permission_denied")


def test_a_strangers_duplicate_target_is_403_not_409(as_alice, as_bob, story):
    body = {
        "quota": 100,
        "frequency": "Daily",
        "from_date": "2026-01-01",
        "to_date": "2026-12-31",
    }
    path = f"/stories/{story.pk}/targets"
    assert send(as_alice, "post", path, body).status_code == 201
    refused(send(as_bob, "post", path, body), 403, "permission_denied")
    assert send(as_alice, "post", path, body).status_code == 409
    reversed_dates = body | {"to_date": "2025-12-31"}
    assert send(as_alice, "post", path, reversed_dates).status_code == 422


def test_a_stale_base_comes_after_foreign(as_bob, story):
    chapter = make_chapter(story)
    answer = send(
        as_bob, "patch", f"/chapters/{chapter.pk}", {"content": "x"}, **{"If-Match": "9-00000000"}
    )
    refused(answer, 403, "permission_denied")


@pytest.mark.parametrize("raw_id", ["nonsense", "1", "%00", "..", "a" * 500, "%ff", "null"])
def test_an_id_that_is_no_uuid_is_404(as_alice, raw_id):
    for path in (f"/stories/{raw_id}", f"/chapters/{raw_id}", f"/stories/{raw_id}/chapters"):
        refused(send(as_alice, "get", path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("delete", "/stories"),
        ("post", "/stories/{}"),
        ("get", "/stories/{}/restore"),
        ("put", "/stories/{}/chapters"),
        ("get", "/stories/{}/chapters/reorder"),
        ("patch", "/stories/{}/plan"),
        ("post", "/trash"),
        ("trace", "/stories"),
        ("nonsense", "/stories"),
    ],
)
def test_a_wrong_method_is_405(as_alice, story, method, path):
    answer = send(as_alice, method, path.format(story.pk))
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"]


def test_an_unknown_address_is_404_as_json_without_redirect(as_alice, anonymous):
    for client in (as_alice, anonymous):
        for path in ("/nothing", "/nothing/", "", "/stories/x/y/z"):
            refused(client.get(f"/api/v1{path}"), 404, "not_found")
        refused(client.post("/api/nothing", {}), 404, "not_found")


def test_each_path_answers_with_and_without_a_slash(as_alice, story):
    chapter = make_chapter(story)
    for path in (
        "/stories",
        f"/stories/{story.pk}",
        f"/stories/{story.pk}/chapters",
        f"/chapters/{chapter.pk}",
        f"/chapters/{chapter.pk}/versions",
        "/trash",
        "/health",
    ):
        assert as_alice.get(f"/api/v1{path}").status_code == 200
        assert as_alice.get(f"/api/v1{path}/").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_another_site_cannot_change_anything(as_alice, header):
    refused(send(as_alice, "post", "/stories", {"title": "A"}, **header), 403, "cross_origin")
    assert not Story.objects.exists()
    assert send(as_alice, "get", "/stories", **header).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_and_programs_can(as_alice, header):
    assert send(as_alice, "post", "/stories", {"title": "A"}, **header).status_code == 201


def test_a_presented_token_that_is_worth_nothing_is_401(as_alice, anonymous):
    for client in (as_alice, anonymous):
        for header in ("Bearer nonsense", "bearer ", "Bearer"):
            answer = send(client, "get", "/stories", Authorization=header)
            refused(answer, 401, "invalid_token")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    refused(
        send(anonymous, "get", "/stories", Authorization="Basic eA=="), 403, "not_authenticated"
    )


def test_a_body_beyond_the_limit_is_413(as_alice):
    body = json.dumps({"title": "A", "synopsis": "x" * 7_000_000})
    refused(send(as_alice, "post", "/stories", body), 413, "too_large")
    huge = json.dumps({"title": "A", "synopsis": "x" * 13_000_000})
    refused(send(as_alice, "post", "/stories", huge), 413, "too_large")
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    refused(send(as_alice, "post", "/stories", huge, **keyed), 413, "too_large")


def test_whoever_asks_for_an_unknown_type_gets_json(as_alice):
    answer = send(as_alice, "get", "/stories", Accept="text/csv")
    assert (answer.status_code, answer.json()) == (200, {"stories": []})
    assert send(as_alice, "get", "/stories?format=xml").status_code == 200


def test_a_signed_in_browser_sees_the_browsable_api(as_alice, story):
    for path in ("/stories", f"/stories/{story.pk}", "/stories/nonsense", "/trash"):
        answer = send(as_alice, "get", path, Accept="text/html")
        assert answer.headers["Content-Type"].startswith("text/html"), path


def test_a_request_id_is_echoed(as_alice):
    answer = send(as_alice, "get", "/stories/x", **{"X-Request-ID": "my-own.id_1"})
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"] == "my-own.id_1"


def test_an_unforeseen_error_is_a_500_that_says_nothing_of_the_inside(as_alice, story):
    from stories.signals import chapter_saved

    def fail(**event):
        raise RuntimeError("secret inside")

    chapter_saved.connect(fail)
    as_alice.raise_request_exception = False
    try:
        body = {"title": "A", "content": "one"}
        answer = send(as_alice, "post", f"/stories/{story.pk}/chapters", body)
    finally:
        chapter_saved.disconnect(fail)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["correlation_id"] == answer.headers["X-Request-ID"]
    assert b"secret" not in answer.content
