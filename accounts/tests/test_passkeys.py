"""Instead of a passkey's answer: what no device would send. The real ones need a browser."""

import base64
import json

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import User
from accounts.tests.test_mfa import confirm, guard, sign_in

pytestmark = pytest.mark.django_db

NONSENSE = [
    "",
    "null",
    "[]",
    "{}",
    "5",
    '"x"',
    '{"id": 5}',
    '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": 5}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": []}',
    '{"response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}}',
    "\x00",
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response":'
    ' {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response":'
    ' {"clientDataJSON": "e30", "attestationObject": "oA"}}',
    "[" * 5_000,
]


def shaped(handle):
    """Return an answer with every part in its place, signed by nobody."""
    told = {"type": "webauthn.get", "challenge": "AAAA", "origin": "http://testserver"}
    parts = {
        "clientDataJSON": base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("="),
        "authenticatorData": base64.urlsafe_b64encode(bytes(37)).decode().rstrip("="),
        "signature": "AAAA",
        "userHandle": handle,
    }
    return json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": parts})


@pytest.mark.parametrize("raw", NONSENSE)
def test_nonsense_instead_of_a_signature_is_refused(client, as_alice, alice, raw):
    client.get("/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    assert client.post("/accounts/2fa/webauthn/login/", {"credential": raw}).status_code == 302
    assert client.get("/settings/").status_code == 302
    guard(alice)
    sign_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"credential": raw}).status_code == 200
    assert client.get("/settings/").status_code == 302
    Authenticator.objects.all().delete()
    confirm(as_alice)
    as_alice.get("/accounts/2fa/webauthn/add/")
    answer = as_alice.post("/accounts/2fa/webauthn/add/", {"credential": raw, "name": "x"})
    assert answer.status_code == 200
    assert not Authenticator.objects.exists()
    assert User.objects.count() == 1


@pytest.mark.parametrize("whose", ["hers", "nobody", "", "\udcff", "5"])
def test_an_unsigned_answer_of_the_right_shape_is_refused(client, alice, whose):
    name = alice.pk.hex if whose == "hers" else whose
    handle = base64.urlsafe_b64encode(name.encode("utf-8", "surrogateescape")).decode()
    client.get("/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"})
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": shaped(handle)})
    assert answer.status_code == 302
    assert client.get("/settings/").status_code == 302


def test_questions_to_passkeys_are_limited_by_address(client):
    ask = {"path": "/accounts/2fa/webauthn/login/", "headers": {"X-Requested-With": "fetch"}}
    for _number in range(40):
        assert client.get(**ask).status_code == 302
    answer = client.get(**ask)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
