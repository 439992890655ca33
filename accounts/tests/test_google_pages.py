"""Continue with Google, on pages: out with PKCE and a state, back with a code, each used once."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from accounts.models import User
from accounts.tests.google_double import CLIENT_ID

pytestmark = pytest.mark.django_db
START = "/accounts/google/login/"
CONNECTIONS = "/accounts/3rdparty/"
ERROR = "That did not work"


def leave(client, *, query="process=login", start=START):
    """Press the button; return where Google is asked."""
    answer = client.post(f"{start}?{query}")
    assert answer.status_code == 302, answer.content
    return answer.url


def come_back(where):
    """Let Google answer; return the address of ours it sends the browser to."""
    return requests.get(where, allow_redirects=False, timeout=5).headers["Location"]


def walk(client, **options):
    """Go all the way; return the answer to the browser's return."""
    back = urlsplit(come_back(leave(client, **options)))
    return client.get(f"{back.path}?{back.query}")


def signed_in_as(client):
    answer = client.get("/api/v1/auth/me")
    return answer.json()["email"] if answer.status_code == 200 else None


@pytest.fixture
def as_verified_alice(verified_alice, client):
    form = {"login": verified_alice.email, "password": "alice-writes-books"}
    assert client.post("/accounts/login/", form).status_code == 302
    return client


# --- The way there and back -----------------------------------------------------------


def test_a_new_person_walks_out_and_comes_back_signed_in(google, client):
    answer = walk(client)
    assert (answer.status_code, answer.url) == (302, "/")
    user = User.objects.get()
    assert signed_in_as(client) == user.email == "grace@example.com"
    assert (user.username, user.is_verified, user.role) == ("Grace Hopper", True, "user")
    assert user.profile_img == google.person["picture"]
    assert not SocialToken.objects.exists()


def test_what_google_is_asked(google, client):
    asked = parse_qs(urlsplit(leave(client)).query)
    assert asked["client_id"] == [CLIENT_ID] and asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"] and len(asked["state"][0]) >= 16
    assert asked["redirect_uri"] == ["http://testserver/accounts/google/login/callback/"]


def test_nothing_in_the_address_changes_what_google_is_asked(google, client):
    extra = "process=login&scope=drive&auth_params=prompt%3Dnone%26client_id%3Devil"
    asked = parse_qs(urlsplit(leave(client, query=extra)).query)
    assert sorted(asked["scope"][0].split()) == ["email", "openid", "profile"]
    assert asked["client_id"] == [CLIENT_ID] and asked["prompt"] == ["select_account"]


def test_she_goes_on_where_she_wanted_to_go_and_never_off_the_site(google, client):
    assert walk(client, query="process=login&next=/settings/").url == "/settings/"
    other = Client()
    assert walk(other, query="process=login&next=https://evil.example/").url == "/"


def test_a_link_alone_starts_nothing(google, client):
    answer = client.get(START)
    assert answer.status_code == 200 and "Continue with Google" in answer.content.decode()


def test_a_form_of_another_site_starts_nothing(google):
    assert Client(enforce_csrf_checks=True).post(START).status_code == 403


# --- What goes wrong ----------------------------------------------------------------------


def test_a_state_works_once_and_only_in_its_own_browser(google, client):
    back = urlsplit(come_back(leave(client)))
    stranger = Client()
    answer = stranger.get(f"{back.path}?{back.query}")
    assert answer.status_code == 401 and ERROR in answer.content.decode()
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    assert client.get(f"{back.path}?{back.query}").status_code == 401
    assert signed_in_as(stranger) is None
    made_up = client.get(f"{back.path}?code=x&state=made-up")
    assert made_up.status_code == 401


def test_a_code_of_somebody_elses_walk_is_refused(google, client):
    """The verifier of this browser does not fit the challenge of that one."""
    stolen = parse_qs(urlsplit(come_back(leave(Client()))).query)["code"][0]
    own = parse_qs(urlsplit(come_back(leave(client))).query)["state"][0]
    answer = client.get(f"{START}callback/?code={stolen}&state={own}")
    assert answer.status_code == 401 and signed_in_as(client) is None


def test_a_wrong_secret_signs_nobody_in(google, client, settings):
    settings.GOOGLE_CLIENT_SECRET = "another-secret"
    assert walk(client).status_code == 401
    assert not User.objects.exists()


@pytest.mark.parametrize("spoil", [lambda token: token[:-8] + "AAAAAAAA", lambda token: ""])
def test_even_googles_own_answer_is_checked(google, client, spoil):
    google.spoils_token = spoil
    answer = walk(client)
    assert answer.status_code == 401 and ERROR in answer.content.decode()
    assert not User.objects.exists()


def test_turning_back_at_google_is_no_error(google, client):
    google.refuses_with = "access_denied"
    answer = walk(client)
    assert answer.url == "/accounts/3rdparty/login/cancelled/"
    assert "Never mind" in client.get(answer.url).content.decode()


def test_an_error_of_googles_is_said(google, client):
    google.refuses_with = "server_error"
    assert walk(client).status_code == 401


def test_when_google_is_away_the_page_says_so(google, client):
    back = urlsplit(come_back(leave(client)))
    google.close()
    answer = client.get(f"{back.path}?{back.query}")
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert "Google cannot be reached" in answer.content.decode()


# --- Whose account ------------------------------------------------------------------------


def test_an_account_with_a_password_is_not_taken_over(google, client, alice):
    google.person["email"] = alice.email
    answer = walk(client)
    assert answer.status_code == 401
    assert "sign in with your password" in answer.content.decode()
    assert signed_in_as(client) is None and not SocialAccount.objects.exists()


def test_an_account_verified_on_both_sides_is_joined(google, client, verified_alice):
    google.person["email"] = verified_alice.email
    assert walk(client).status_code == 302
    assert signed_in_as(client) == verified_alice.email


def test_disabled_people_do_not_come_in(google, client):
    walk(client)
    User.objects.update(is_active=False)
    other = Client()
    assert walk(other).url == "/accounts/inactive/"
    assert signed_in_as(other) is None


def test_the_second_step_is_asked_for(google, client, verified_alice):
    TOTP.activate(verified_alice, generate_totp_secret())
    google.person["email"] = verified_alice.email
    assert walk(client).url == "/accounts/2fa/authenticate/"
    assert signed_in_as(client) is None


# --- Connecting ---------------------------------------------------------------------------


def test_connecting_and_disconnecting(google, as_verified_alice, verified_alice):
    client = as_verified_alice
    page = client.get(CONNECTIONS).content.decode()
    assert "Connect Google" in page and f"{START}?process=connect" in page
    assert walk(client, query="process=connect").url == CONNECTIONS
    account = SocialAccount.objects.get()
    assert account.user == verified_alice
    assert "grace@example.com" in client.get(CONNECTIONS).content.decode()
    other = Client()
    walk(other)
    assert signed_in_as(other) == verified_alice.email and User.objects.count() == 1
    assert client.post(CONNECTIONS, {"account": account.pk}).status_code == 302
    assert not SocialAccount.objects.exists()


def test_connecting_after_a_while_asks_for_the_password_first(google, as_alice, alice):
    """A browser left open must not give its finder a way in of his own."""
    assert walk(as_alice, query="process=connect").url == "/accounts/reauthenticate/"
    assert not SocialAccount.objects.exists()
    form = {"password": "alice-writes-books"}
    assert as_alice.post("/accounts/reauthenticate/", form).url == CONNECTIONS
    assert SocialAccount.objects.get().user == alice


def test_a_google_account_belongs_to_one_person(google, as_verified_alice, verified_alice):
    walk(Client())
    page = as_verified_alice.get(walk(as_verified_alice, query="process=connect").url)
    assert "already belongs to another account" in page.content.decode()
    assert SocialAccount.objects.get().user.email == "grace@example.com"


def test_nobody_disconnects_her_only_way_in(google, client):
    walk(client)
    account = SocialAccount.objects.get()
    answer = client.post(CONNECTIONS, {"account": account.pk})
    assert "no way to sign in any more" in answer.content.decode()
    assert SocialAccount.objects.exists()


def test_nobody_disconnects_somebody_elses(google, as_bob):
    walk(Client())
    as_bob.post(CONNECTIONS, {"account": SocialAccount.objects.get().pk})
    assert SocialAccount.objects.exists()


def test_a_visitor_connects_nothing(google, client):
    answer = walk(client, query="process=connect")
    assert answer.url == CONNECTIONS and not User.objects.exists()


# --- Where it is not configured -------------------------------------------------------------

DOORS = ("/accounts/login/", "/accounts/signup/")


@pytest.mark.parametrize("door", DOORS)
def test_the_button_stands_on_the_doors_only_when_configured(client, request, door):
    assert "Google" not in client.get(door).content.decode()
    google = request.getfixturevalue("google")
    page = client.get(f"{door}?next=/settings/")
    assert re.search(r'action="/accounts/google/login/\?process=login&amp;next=', page.text)
    assert f"form-action 'self' {google.url}" in page.headers["Content-Security-Policy"]


def test_other_pages_keep_the_strict_policy(google, client):
    policy = client.get("/accounts/password/reset/").headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self'")


def test_without_a_client_id_there_is_no_door(client, as_alice):
    assert client.post(START).status_code == 404
    assert client.get(f"{START}callback/?code=x&state=y").status_code == 404
    assert client.get("/accounts/login/").headers["Content-Security-Policy"].endswith("'self'")
    assert "not set up" in as_alice.get(CONNECTIONS).content.decode()


def test_the_librarys_other_door_is_walled_up(google, client):
    assert client.post(f"{START}token/", {"credential": google.token()}).status_code == 404
