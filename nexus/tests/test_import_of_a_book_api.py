"""Bringing a book in as a program does."""

import io
from uuid import uuid4

import pytest
from django.utils import timezone

from jobs import services
from jobs.models import Job
from nexus.tests.import_cast import BOOK, read, titles
from stories.models import Story
from stories.services.stories import create_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(alice):
    return create_story(alice, title="Emma", at=timezone.now())


def send(client, content=BOOK, name="salt-road.md", **fields):
    return client.post("/api/v1/imports", {"file": _file(content, name), **fields})


def _file(content, name):
    file = io.BytesIO(content.encode())
    file.name = name
    return file


def test_a_program_imports_a_book(as_alice):
    answer = send(as_alice, title="By Program")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    job_id = answer.json()["id"]
    services.run_job(job_id)
    result = as_alice.get(f"/api/v1/jobs/{job_id}").json()["result"]
    assert result["title"] == "By Program"
    assert [chapter["title"] for chapter in result["chapters"]] == ["One", "Two", "Three"]

    applied = as_alice.post(
        f"/api/v1/imports/{job_id}/apply/", {"chapters": [1]}, content_type="application/json"
    )
    assert applied.status_code == 202
    services.run_job(applied.json()["id"])
    assert titles() == ["Two"]
    assert Story.objects.get().title == "By Program"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"split": "pages"}, "split"),
        ({"story": "no-id"}, "story"),
        ({"title": "x" * 256}, "title"),
    ],
)
def test_a_bad_field_is_422(as_alice, fields, field):
    answer = send(as_alice, **fields)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Job.objects.exists()


def test_no_file_or_an_empty_one_is_422(as_alice):
    assert as_alice.post("/api/v1/imports", {"title": "x"}).status_code == 422
    assert send(as_alice, content="").json()["errors"][0]["field"] == "file"


def test_json_is_415_and_a_torn_form_400(as_alice):
    url = "/api/v1/imports"
    assert as_alice.post(url, {}, content_type="application/json").status_code == 415
    torn = as_alice.post(url, b"--x", content_type="multipart/form-data; boundary=")
    assert torn.status_code == 400


def test_the_order_of_refusal(client, as_alice, as_bob, story):
    assert send(client, split="pages").status_code == 403
    assert send(as_bob, split="pages", story=str(story.pk)).status_code == 422
    assert send(as_bob, story=str(uuid4())).status_code == 404
    assert send(as_bob, story=str(story.pk)).status_code == 403
    assert not Job.objects.exists()


def test_applying_has_its_refusals(client, as_alice, as_bob):
    reading = read(as_alice)
    url = f"/api/v1/imports/{reading.pk}/apply"

    def apply_by(who, body, url=url):
        return who.post(url, body, content_type="application/json").status_code

    assert apply_by(client, {}) == 403
    assert apply_by(as_bob, {"chapters": "all"}) == 422
    assert apply_by(as_bob, {}) == 403
    assert apply_by(as_alice, {"chapters": [7]}) == 422
    assert apply_by(as_alice, {"chapters": [True]}) == 422
    assert apply_by(as_alice, {"title": "bell\x07"}) == 422
    assert apply_by(as_alice, {}, "/api/v1/imports/no-id/apply") == 404
    assert apply_by(as_alice, {}) == 202
    assert apply_by(as_alice, {}) == 409


def test_applying_again_with_the_same_key_is_the_same_job(as_alice):
    reading = read(as_alice)
    key = {"Idempotency-Key": str(uuid4())}
    ids = {
        as_alice.post(
            f"/api/v1/imports/{reading.pk}/apply", {}, "application/json", headers=key
        ).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 1
