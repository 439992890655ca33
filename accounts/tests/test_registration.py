"""Making an account: what comes back, and every refusal in its shape."""

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Session, User
from accounts.tests.test_auth_api import NEW, assert_limited, assert_problem, post

pytestmark = pytest.mark.django_db
FORM = {
    "pen_name": "George Eliot",
    "email": "mary@example.com",
    "password1": "middlemarch-1871",
    "time_zone": "Europe/London",
}


def sign_up(client, **changes):
    return client.post("/accounts/signup/", FORM | changes)


@pytest.mark.parametrize("slash", ["", "/"])
def test_register_makes_a_writer_and_does_not_sign_in(client, slash):
    answer = post(client, f"register{slash}", NEW)
    user = User.objects.get()
    assert answer.status_code == 201
    token = answer.json()["verification_token"]
    assert answer.json() == {
        "verification_token": token,
        "id": str(user.pk),
        "username": "George Eliot",
        "email": "mary@example.com",
        "profile_img": "",
        "role": "user",
        "is_verified": False,
        "time_zone": "UTC",
        "day_end_hour": 0,
        "week_start": 1,
        "created_at": answer.json()["created_at"],
    }
    assert not client.cookies and not Session.objects.exists()
    assert EmailAddress.objects.get().email == "mary@example.com"


def test_register_names_a_writer_after_her_address_when_she_gives_no_name(client):
    assert post(client, "register", NEW | {"username": ""}).json()["username"] == "mary"


def test_who_registered_by_the_api_signs_in_by_the_page(client):
    post(client, "register", NEW)
    form = {"login": "mary@example.com", "password": NEW["password"]}
    assert client.post("/accounts/login/", form).status_code == 302


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@EXAMPLE.COM", " alice@example.com "])
def test_register_with_a_taken_address_is_a_conflict(client, alice, email):
    assert_problem(post(client, "register", NEW | {"email": email}), 409, "taken")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"email": "no-address"}, "invalid", "email"),
        ({"email": None}, "invalid", "email"),
        ({"email": 5}, "invalid", "email"),
        ({"email": "a\x00b@example.com"}, "invalid", "email"),
        ({"password": "short"}, "weak_password", "password"),
        ({"password": "mary@example.com"}, "weak_password", "password"),
        ({"password": None}, "invalid", "password"),
        ({"username": "bell\x07"}, "invalid", "username"),
        ({"username": "x" * 101}, "invalid", "username"),
        ({"username": "\ud800"}, "invalid", "username"),
        ({"time_zone": "Mars/Olympus"}, "invalid", "time_zone"),
        ({"time_zone": 5}, "invalid", "time_zone"),
        ({"profile_img": "javascript:alert(1)"}, "invalid", "profile_img"),
        ({"profile_img": "ftp://example.com/a.png"}, "invalid", "profile_img"),
        ({"password": "x" * 1001}, "invalid", "password"),
    ],
)
def test_register_refuses_the_shape(client, change, code, field):
    answer = post(client, "register", NEW | change)
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert not User.objects.exists()


def test_register_lists_all_that_is_missing(client):
    assert_problem(post(client, "register"), 422, "invalid", "email", "password")


def test_register_is_limited_per_address(client):
    for number in range(10):
        post(client, "register", NEW | {"email": f"mary{number}@example.com"})
    answer = post(client, "register", NEW)
    assert_limited(answer, 10)
    assert not User.objects.filter(email="mary@example.com").exists()


def test_register_ignores_what_it_does_not_know(client):
    post(client, "register", NEW | {"role": "admin", "is_superuser": True, "is_verified": True})
    user = User.objects.get()
    assert (user.role, user.is_superuser, user.is_verified) == ("user", False, False)


# --- The zone of a new writer ----------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "kept"), [("Asia/Tokyo", ("Asia/Tokyo", True)), ("", ("UTC", False))]
)
def test_register_remembers_whether_a_zone_was_named(client, zone, kept):
    assert post(client, "register", NEW | {"time_zone": zone}).status_code == 201
    user = User.objects.get()
    assert (user.time_zone, user.has_chosen_time_zone) == kept


@pytest.mark.parametrize(
    ("zone", "kept"),
    [("Asia/Tokyo", ("Asia/Tokyo", True)), ("Mars/Olympus", ("UTC", False)), ("", ("UTC", False))],
)
def test_the_page_takes_the_browsers_word_for_a_hint(client, zone, kept):
    assert sign_up(client, time_zone=zone).status_code == 302
    user = User.objects.get()
    assert (user.time_zone, user.has_chosen_time_zone) == kept


# --- The page --------------------------------------------------------------------


def test_the_page_is_limited_like_the_api_and_keeps_what_was_typed(client):
    for number in range(10):
        client.post("/accounts/signup/", FORM | {"email": f"mary{number}@example"})
    answer = sign_up(client)
    assert answer.status_code == 429
    assert answer.headers["X-RateLimit-Limit"] == "10"
    assert b'value="George Eliot"' in answer.content
    assert FORM["password1"].encode() not in answer.content
    assert not User.objects.exists()
    assert_limited(post(client, "register", NEW), 10)


def test_a_taken_address_is_named_where_confirming_is_optional(client, alice):
    answer = sign_up(client, email=alice.email)
    assert answer.status_code == 200 and answer.context["form"].errors["email"]


def test_a_taken_address_is_not_told_where_confirming_is_mandatory(client, alice, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    taken, free = sign_up(client, email=alice.email), sign_up(type(client)())
    assert (taken.status_code, taken.url) == (free.status_code, free.url)


def test_the_pen_name_counts_against_the_password_at_both_doors(client):
    name = "Middlemarch Woman"
    page = sign_up(client, pen_name=name, password1="middlemarch-woman")
    assert page.context["form"].errors["password1"]
    body = NEW | {"username": name, "password": "middlemarch-woman"}
    assert_problem(post(client, "register", body), 422, "weak_password", "password")
    assert not User.objects.exists()
