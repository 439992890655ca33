"""Signing up, in and out, and a forgotten password, through the pages."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from nexus.lib.effects import drain

pytestmark = pytest.mark.django_db
PASSWORD = "alice-writes-books"
NEW = {
    "pen_name": "George Eliot",
    "email": "Mary.Ann@Example.com",
    "password1": "middlemarch-1871",
    "time_zone": "Europe/London",
}


def sign_in(client, email="alice@example.com", password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": email, "password": password}, **extra)


def test_sign_up_makes_a_writer_and_signs_her_in(client):
    answer = client.post("/accounts/signup/", NEW)
    assert (answer.status_code, answer.url) == (302, "/")
    user = User.objects.get()
    assert (user.username, user.email) == ("George Eliot", "mary.ann@example.com")
    assert (user.time_zone, user.preferences.theme) == ("Europe/London", "system")
    assert EmailAddress.objects.filter(user=user, email=user.email, primary=True).exists()
    assert client.get("/settings/").status_code == 200


@pytest.mark.parametrize(("host", "said"), [("mail.example.com", ["on its way"]), ("", [])])
def test_sign_up_speaks_of_a_letter_only_where_letters_leave(client, settings, host, said):
    settings.EMAIL_HOST = host
    client.post("/accounts/signup/", NEW)
    messages = [str(message) for message in client.get("/").context["messages"]]
    assert len(messages) == len(said)
    assert all(part in message for part, message in zip(said, messages, strict=True))


def test_sign_up_sends_a_link_that_confirms_the_address(
    client, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/signup/", NEW)
    assert drain(20)
    link = re.search(r"http://\S+/accounts/confirm-email/\S+/", mailoutbox[0].body).group()
    client.post(urlsplit(link).path)
    assert User.objects.get().is_verified


def test_a_strange_time_zone_is_no_obstacle(client):
    client.post("/accounts/signup/", NEW | {"time_zone": "Mars/Olympus"})
    assert User.objects.get().time_zone == "UTC"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pen_name": "  "}, "pen_name"),
        ({"pen_name": "bell\x07"}, "pen_name"),
        ({"pen_name": "x" * 101}, "pen_name"),
        ({"email": "no-address"}, "email"),
        ({"password1": "short"}, "password1"),
        ({"password1": "1234567890"}, "password1"),
        ({"email": "ALICE@example.com"}, "email"),
    ],
)
def test_sign_up_refuses_with_a_reason_at_the_field(client, alice, wrong, field):
    answer = client.post("/accounts/signup/", NEW | wrong)
    assert list(answer.context["form"].errors) == [field]
    assert User.objects.count() == 1


def test_two_writers_may_share_a_pen_name(client, alice):
    client.post("/accounts/signup/", NEW | {"pen_name": alice.username})
    assert User.objects.filter(username="Alice").count() == 2


def test_sign_in_by_e_mail_in_any_case(client, alice):
    answer = sign_in(client, "Alice@Example.COM")
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.get("/settings/").status_code == 200


def test_sign_in_goes_where_the_writer_wanted_but_never_off_the_site(client, alice):
    form = {"login": alice.email, "password": PASSWORD}
    wanted = client.post("/accounts/login/", form | {"next": "/settings/"})
    assert wanted.url == "/settings/"
    client.post("/accounts/logout/")
    lured = client.post("/accounts/login/", form | {"next": "https://evil.example/"})
    assert lured.url == "/"


def test_unknown_and_wrong_get_the_same_words(client, alice):
    wrong = sign_in(client, password="not-hers-at-all").context["form"].errors
    unknown = sign_in(client, "nobody@example.com").context["form"].errors
    assert wrong and wrong == unknown


def test_failures_are_limited_per_address(client, alice):
    for _ in range(5):
        sign_in(client, password="not-hers-at-all")
    answer = sign_in(client)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert "wait" in answer.context["refusal"] and b'value="alice@example.com"' in answer.content
    assert client.get("/settings/").status_code == 302


def test_a_disabled_writer_is_told_so(client, alice):
    User.objects.update(is_active=False)
    answer = sign_in(client)
    assert answer.url == "/accounts/inactive/"
    assert client.get("/settings/").status_code == 302


def test_sign_out_ends_the_session(as_alice):
    assert as_alice.get("/accounts/logout/").status_code == 200
    assert as_alice.get("/settings/").status_code == 200
    as_alice.post("/accounts/logout/")
    assert as_alice.get("/settings/").url == "/accounts/login/?next=/settings/"


@pytest.mark.django_db(transaction=True)
def test_a_forgotten_password_is_replaced_by_a_mailed_link_that_works_once(
    client, alice, mailoutbox
):
    asked = client.post("/accounts/password/reset/", {"email": alice.email})
    assert drain(20)
    assert asked.url == "/accounts/password/reset/done/"
    link = re.search(r"/accounts/password/reset/key/\S+/", mailoutbox[0].body).group()
    form_at = client.get(link).url
    client.post(form_at, {"password1": "a-brand-new-secret", "password2": "a-brand-new-secret"})
    assert sign_in(client).status_code == 200
    assert sign_in(client, password="a-brand-new-secret").status_code == 302
    again = type(client)().get(link)
    assert b"used up" in again.content


def test_reset_answers_the_same_for_an_unknown_address(client, db):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert answer.url == "/accounts/password/reset/done/"


def test_a_mail_server_that_is_away_does_not_break_sign_up(
    client, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/signup/", NEW).status_code == 302


def test_pages_need_the_csrf_token(alice):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
)
def test_each_door_is_a_page(client, db, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"<form" in answer.content and b"csrfmiddlewaretoken" in answer.content


def test_changing_the_password_keeps_this_session_and_ends_the_others(as_alice, alice, signed_in):
    other = signed_in(alice)
    answer = as_alice.post(
        "/accounts/password/change/",
        {
            "oldpassword": PASSWORD,
            "password1": "a-brand-new-secret",
            "password2": "a-brand-new-secret",
        },
    )
    assert answer.status_code == 302
    assert as_alice.get("/settings/").status_code == 200
    assert other.get("/settings/").status_code == 302


def test_signing_out_takes_back_the_cookies_of_the_tokens_too(client, alice):
    body = {"email": alice.email, "password": PASSWORD}
    client.post("/api/v1/auth/login", body, content_type="application/json")
    answer = client.post("/accounts/logout/")
    for name, path in (("access_token", "/"), ("refresh_token", "/api/v1/auth")):
        assert (answer.cookies[name].value, answer.cookies[name]["path"]) == ("", path)
    assert client.get("/api/v1/auth/me").status_code == 403
