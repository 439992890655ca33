"""A request sent again under its key is done once, whichever app answers it."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from jobs.models import Job


def book(text=b"# One\n\nWords.", name="book.md"):
    return {"file": SimpleUploadedFile(name, text)}


def upload(client, key, **book_values):
    return client.post("/api/v1/imports", book(**book_values), headers={"idempotency-key": key})


@pytest.fixture
def key():
    return str(uuid.uuid4())


def test_an_upload_sent_twice_is_read_once(as_alice, key):
    first, second = upload(as_alice, key), upload(as_alice, key)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Job.objects.count() == 1


@pytest.mark.parametrize("other", [{"text": b"# Two"}, {"name": "other.md"}])
def test_another_file_under_the_same_key_is_refused(as_alice, key, other):
    upload(as_alice, key)
    refused = upload(as_alice, key, **other)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Job.objects.count() == 1


def test_an_uploaded_file_is_whole_after_its_digest(as_alice, key):
    upload(as_alice, key)
    with Job.objects.get().upload.open() as kept:
        assert kept.read() == b"# One\n\nWords."


def test_a_stop_sent_twice_is_answered_twice_alike(as_alice, alice, key):
    job = Job.objects.create(owner=alice, kind="import.read")
    sent = {"content_type": "application/json", "headers": {"idempotency-key": key}}
    address = f"/api/v1/jobs/{job.pk}/cancel"
    first, second = (as_alice.post(address, **sent) for _again in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()


def test_a_changed_profile_is_answered_from_its_receipt(as_alice, alice, key):
    sent = {
        "data": {"username": "Ada"},
        "content_type": "application/json",
        "headers": {"idempotency-key": key},
    }
    as_alice.patch("/api/v1/auth/me", **sent)
    User.objects.filter(pk=alice.pk).update(username="Changed since")
    assert as_alice.patch("/api/v1/auth/me", **sent).json()["username"] == "Ada"
    alice.refresh_from_db()
    assert alice.username == "Changed since"


@pytest.mark.parametrize("path", ["/imports", "/auth/me"])
def test_a_malformed_key_is_refused(as_alice, path):
    ask = as_alice.post if path == "/imports" else as_alice.patch
    body = {"data": book()} if path == "/imports" else {"data": {}}
    content = {} if path == "/imports" else {"content_type": "application/json"}
    answer = ask(f"/api/v1{path}", **body, **content, headers={"idempotency-key": "once"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_key")


def test_signing_in_keeps_no_receipt(anonymous, alice, key):
    body = {"email": alice.email, "password": "alice-writes-books"}
    sent = {"content_type": "application/json", "headers": {"idempotency-key": key}}
    answers = [anonymous.post("/api/v1/auth/login", body, **sent) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Idempotency-Replayed" not in answers[1].headers
