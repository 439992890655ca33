"""An access token is believed when it is ours, whole, timely and its session lives; else never."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
import structlog
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone

from accounts import keys, roles, tokens
from accounts.models import Session, User
from accounts.sessions import end_all
from accounts.tests.programs import LOGIN, log_in, me, post, refresh, with_cookies
from nexus.lib.signing_keys import make_pem, read_keys

pytestmark = pytest.mark.django_db
STORIES = "/api/v1/stories"


@pytest.fixture
def program(alice):
    return log_in()


@pytest.fixture
def claims(program):
    return jwt.decode(program["access_token"], options={"verify_signature": False})


def sign(claims, *, key=None, **header):
    key = key or keys.signing_key()
    return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.kid} | header)


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_pem():
    key = keys.signing_key().public
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_hmac(claims, secret, **header):
    """PyJWT refuses to sign like this, and a forger does not use PyJWT."""
    import hashlib
    import hmac

    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'} | header)}.{part(claims)}"
    return f"{signed}.{part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def assert_refused(token):
    answer = me(token)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token"), answer.content
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert me(client=with_cookies(access_token=token)).status_code == 401


# --- What it says, and what it opens ----------------------------------------------


def test_a_token_says_which_session_and_whose_for_fifteen_minutes(alice, program, claims):
    header = jwt.get_unverified_header(program["access_token"])
    assert header == {"alg": "RS256", "typ": "JWT", "kid": keys.signing_key().kid}
    assert set(claims) == set(tokens.CLAIMS)
    assert (claims["sub"], claims["sid"]) == (str(alice.pk), str(Session.objects.get().public_id))
    assert (claims["role"], claims["type"], claims["aud"]) == ("user", "access", "nexus")
    assert claims["exp"] - claims["iat"] == program["expires_in"] == 900


def test_a_token_opens_the_api_in_one_query(alice, program, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert me(program["access_token"]).json()["email"] == "alice@example.com"


def test_a_bearer_needs_no_origin_and_no_csrf_token(program):
    headers = {
        "Authorization": f"bearer {program['access_token']}",
        "Origin": "https://elsewhere.example",
        "Sec-Fetch-Site": "cross-site",
    }
    client = Client(enforce_csrf_checks=True)
    answer = client.post(STORIES, {"title": "Mine"}, "application/json", headers=headers)
    assert answer.status_code == 201


def test_a_token_in_a_cookie_is_held_to_the_rule_of_origin(program):
    client = with_cookies(access_token=program["access_token"])
    assert me(client=client).status_code == 200
    evil = {"Origin": "https://evil.example"}
    answer = client.post(STORIES, {"title": "Not mine"}, "application/json", headers=evil)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    own = {"Origin": "http://testserver"}
    answer = client.post(STORIES, {"title": "Mine"}, "application/json", headers=own)
    assert answer.status_code == 201


def test_a_bearer_beats_the_cookie_of_somebody_else(program, as_bob):
    assert me(program["access_token"], client=as_bob).json()["email"] == "alice@example.com"
    headers = {"Authorization": f"Bearer {program['access_token']}"}
    as_bob.post(STORIES, {"title": "Alice's"}, "application/json", headers=headers)
    assert b"Alice's" not in as_bob.get(STORIES).content
    assert me(client=as_bob).json()["email"] == "bob@example.com"


def test_a_password_changed_by_bearer_concerns_the_bearers_session_alone(program, as_bob):
    other = log_in()
    body = {"current_password": LOGIN["password"], "new_password": "another-long-password"}
    bearer = {"Authorization": f"Bearer {program['access_token']}"}
    answer = post(as_bob, "password/change", body, **bearer)
    assert answer.status_code == 200 and "session_id" not in answer.cookies
    assert me(program["access_token"]).status_code == 200
    assert me(other["access_token"]).status_code == 401
    assert Session.objects.filter(user__email="bob@example.com").count() == 1


def test_the_log_names_the_person_of_the_bearer(alice, program, as_bob):
    with structlog.testing.capture_logs() as lines:
        me(program["access_token"], client=as_bob)
    [line] = [line for line in lines if line["event"] == "request"]
    assert line["user_id"] == str(alice.pk)
    assert program["access_token"] not in str(lines)


def test_a_session_cookie_beats_the_token_in_a_cookie(program, as_bob):
    as_bob.cookies["access_token"] = program["access_token"]
    assert me(client=as_bob).json()["email"] == "bob@example.com"
    as_bob.cookies["access_token"] = "garbage"
    assert me(client=as_bob).status_code == 200


def test_what_a_token_reads_is_kept_by_no_cache(program):
    client = with_cookies(access_token=program["access_token"])
    assert client.get(STORIES).headers["Cache-Control"] == "no-store"


def test_pages_are_not_opened_by_tokens(program):
    client = with_cookies(access_token=program["access_token"])
    headers = {"Authorization": f"Bearer {program['access_token']}"}
    assert client.get("/settings/", headers=headers).status_code == 302


def test_a_visit_by_token_is_noted_in_the_session(program):
    long_ago = timezone.now() - timedelta(hours=1)
    Session.objects.update(last_seen_at=long_ago)
    me(program["access_token"])
    assert Session.objects.get().last_seen_at > long_ago


# --- Forgeries --------------------------------------------------------------------


def test_the_control_is_believed(claims):
    assert me(sign(claims)).status_code == 200


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
def test_an_unsigned_token_is_refused(claims, alg):
    header = part({"alg": alg, "typ": "JWT", "kid": keys.signing_key().kid})
    for signature in ("", "x", part(b"\0" * 256)):
        assert_refused(f"{header}.{part(claims)}.{signature}")


def test_a_token_signed_by_the_public_key_as_a_secret_is_refused(claims):
    jwk = json.dumps(keys.jwks()["keys"][0]).encode()
    kid = keys.signing_key().kid
    for secret in (public_pem(), public_pem().strip(), jwk, b""):
        assert_refused(by_hmac(claims, secret, kid=kid))


def test_a_key_that_is_not_ours_is_refused(claims):
    _, pem = make_pem()
    [foreign] = read_keys(pem)
    assert_refused(sign(claims, key=foreign))
    assert_refused(sign(claims, key=foreign, kid=keys.signing_key().kid))
    assert_refused(sign(claims, key=foreign, kid=keys.signing_key().kid, jwk=foreign.jwk))
    assert_refused(sign(claims, key=foreign, jku="https://evil.example/jwks.json"))


@pytest.mark.parametrize(
    "kid",
    ["", "../../secret_key", "/dev/null", "x' OR '1'='1", "\0", "a" * 200, 7, None, ["x"], {}],
)
def test_a_kid_is_a_name_and_never_a_path(claims, kid):
    header = {"alg": "RS256", "typ": "JWT", "kid": kid}
    signature = sign(claims).split(".")[2]
    assert_refused(f"{part(header)}.{part(claims)}.{signature}")
    secret_key = {"alg": "HS256", "typ": "JWT", "kid": kid}
    assert_refused(by_hmac(claims, b"", **secret_key))


def test_a_stripped_or_broken_signature_is_refused(program):
    head, body, signature = program["access_token"].split(".")
    assert_refused(f"{head}.{body}.")
    assert_refused(f"{head}.{body}")
    assert_refused(f"{head}.{body}.{signature[:-10]}")
    assert_refused(f"{head}.{body}.{signature[::-1]}")


def test_changed_claims_are_refused(program, claims, bob):
    head, _, signature = program["access_token"].split(".")
    for change in ({"sub": str(bob.pk)}, {"role": "admin"}, {"exp": claims["exp"] + 1}):
        assert_refused(f"{head}.{part(claims | change)}.{signature}")


@pytest.mark.parametrize(
    "change",
    [
        {"type": "refresh"},
        {"type": None},
        {"aud": "elsewhere"},
        {"aud": ["nexus", "elsewhere"]},
        {"iss": "http://evil.example"},
        {"exp": 1_700_000_000},
        {"exp": "never"},
        {"iat": 4_000_000_000, "exp": 4_000_000_900},
        {"nbf": 4_000_000_000},
        {"sid": "nonsense"},
        {"sid": "00000000-0000-0000-0000-000000000000"},
        {"sub": "nonsense"},
        {"sub": "00000000-0000-0000-0000-000000000000"},
    ],
)
def test_claims_that_are_not_of_an_access_token_are_refused_though_well_signed(claims, change):
    assert_refused(sign(claims | change))


@pytest.mark.parametrize("name", sorted(tokens.CLAIMS))
def test_every_claim_is_needed(claims, name):
    claims.pop(name)
    assert_refused(sign(claims))


def test_the_session_and_the_person_of_a_token_belong_together(claims, bob):
    theirs = log_in(email="bob@example.com", password="bob-writes-poems")
    assert_refused(sign(claims | {"sub": str(bob.pk)}))
    assert_refused(sign(claims | {"sid": theirs["session_id"]}))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "garbage",
        "a.b.c",
        "..",
        "é.é.é",
        "a" * 5000,
        f"{part(b'[' * 180)}.e30.eA",
        "e30.e30.e30",
    ],
)
def test_garbage_is_refused(alice, token):
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    assert Client().get("/api/v1/auth/me", headers=headers).status_code == 401


def test_a_refresh_token_is_no_access_token(program):
    assert_refused(program["refresh_token"])


# --- The end of a session is the end of its tokens ----------------------------------


def all_three_are_dead(program, cookie):
    return (
        me(program["access_token"]).status_code,
        refresh(program["refresh_token"]).status_code,
        me(client=with_cookies(session_id=cookie)).status_code,
    ) == (401, 401, 403)


@pytest.mark.parametrize(
    "end",
    [
        lambda alice: end_all(alice),
        lambda alice: Session.objects.all().delete(),
        lambda alice: Session.objects.update(expire_date=timezone.now()),
        lambda alice: User.objects.update(is_active=False),
        lambda alice: (alice.set_password("another-long-password"), alice.save()),
        lambda alice: alice.delete(),
    ],
    ids=["all ended", "row gone", "expired", "disabled", "new password", "person gone"],
)
def test_cookie_access_and_refresh_end_together(alice, end):
    client = Client()
    program = log_in(client)
    cookie = client.cookies["session_id"].value
    assert me(program["access_token"]).status_code == 200
    assert me(client=with_cookies(session_id=cookie)).status_code == 200
    end(alice)
    assert all_three_are_dead(program, cookie)


def test_a_dead_token_does_not_bar_the_doors(alice, program):
    Session.objects.all().delete()
    client = with_cookies(access_token=program["access_token"])
    assert me(client=client).status_code == 401
    bearer = {"Authorization": f"Bearer {program['access_token']}"}
    assert post(client, "login", LOGIN, **bearer).status_code == 200


def test_disabling_by_an_administrator_kills_the_tokens(alice, carol, program):
    roles.disable(alice, by=carol)
    assert me(program["access_token"]).status_code == 401
    assert refresh(program["refresh_token"]).status_code == 401


def test_a_token_follows_a_session_whose_key_is_rotated(alice):
    client = Client()
    program = log_in(client)
    session = client.session
    session.cycle_key()
    assert me(program["access_token"]).status_code == 200
    assert refresh(program["refresh_token"]).status_code == 200


def test_the_role_of_a_token_gives_nothing(program, claims):
    headers = {"Authorization": f"Bearer {sign(claims | {'role': 'admin'})}"}
    assert Client().get("/admin/", headers=headers).status_code == 302
    assert me(sign(claims | {"role": "admin"})).json()["role"] == "user"
