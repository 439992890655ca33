"""A portrait: an address that programs keep, or a picture that its writer alone sees."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import portraits
from nexus.lib import effects
from nexus.tests.pictures_cast import SECRET, opened, picture, told


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(raw):
    return SimpleUploadedFile("me.jpg", raw, "image/jpeg")


def files_kept():
    return default_storage.listdir("portraits")[1] if default_storage.exists("portraits") else []


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//other.example/x", "https://[broken"]
)
def test_a_portrait_that_is_no_web_address_is_refused(as_alice, address):
    answer = as_alice.patch(
        "/api/v1/auth/me", {"profile_img": address}, content_type="application/json"
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("address", ["", "https://example.com/a.png", "/media/a.png", "a.png"])
def test_a_web_address_is_kept_and_shown_on_no_page(as_alice, address):
    answer = as_alice.patch(
        "/api/v1/auth/me", {"profile_img": address}, content_type="application/json"
    )
    assert answer.json()["profile_img"] == address
    assert "example.com/a.png" not in as_alice.get("/settings/").content.decode()


def test_an_uploaded_portrait_is_square_and_in_every_header(as_alice, as_bob, alice):
    answer = as_alice.post("/settings/portrait/", {"file": upload(told())})
    assert (answer.status_code, answer.url) == (302, "/settings/")
    alice.refresh_from_db()
    for page in ("/", "/settings/"):
        assert alice.portrait_url in as_alice.get(page).content.decode()
        assert "portrait.jpg" not in as_bob.get(page).content.decode()
    shown = as_alice.get(alice.portrait_url)
    raw = shown.getvalue()
    assert opened(raw).size == (256, 256) and SECRET not in raw
    assert shown["Cache-Control"].startswith("private") and "Cookie" in shown["Vary"]
    assert as_bob.get(alice.portrait_url).status_code == 404


def test_no_picture_is_refused_with_a_sentence_and_the_rest_of_the_page(as_alice, alice):
    answer = as_alice.post("/settings/portrait/", {"file": upload(b"words")})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "no picture that Nexus can read" in page and f'value="{alice.username}"' in page


def test_a_new_portrait_and_none_leave_no_old_file(
    as_alice, alice, django_capture_on_commit_callbacks
):
    for colour in ("red", "blue"):
        with django_capture_on_commit_callbacks(execute=True):
            as_alice.post("/settings/portrait/", {"file": upload(picture(colour=colour))})
        assert effects.drain(20) and len(files_kept()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        as_alice.post("/settings/portrait/remove/")
    alice.refresh_from_db()
    assert effects.drain(20) and files_kept() == [] and alice.portrait_url == ""


def test_what_was_left_behind_is_swept_up_after_a_day(alice):
    portraits.put_portrait(alice, picture())
    default_storage.save("portraits/0123.jpg", upload(picture()))
    assert portraits.sweep_portraits(at=timezone.now()) == 0
    assert portraits.sweep_portraits(at=timezone.now() + timedelta(days=2)) == 1
    assert files_kept() == [alice.portrait.name.removeprefix("portraits/")]
