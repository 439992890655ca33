"""The keys behind access tokens: made once, served in public, replaced without a gap."""

import base64
import os
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as on_a_curve
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts import keys
from accounts.tests.programs import log_in, me
from nexus.lib.signing_keys import SigningKey, are_fit, make_pem, read_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_folder(settings, tmp_path):
    """A folder of its own: what happens to the keys here concerns no other test."""
    settings.VAR = tmp_path
    return tmp_path / "keys" / "access"


def test_the_public_keys_are_served_to_everybody_and_check_a_token(alice, key_folder):
    program = log_in()
    for path in ("/.well-known/jwks.json", "/api/v1/auth/.well-known/jwks.json"):
        answer = Client().get(path)
        [jwk] = answer.json()["keys"]
        assert set(jwk) == {"kty", "use", "alg", "kid", "n", "e"}
        assert "max-age" in answer.headers["Cache-Control"]
        claims = jwt.decode(
            program["access_token"], jwt.PyJWK(jwk).key, algorithms=["RS256"], audience="nexus"
        )
        assert claims["sid"] == program["session_id"]


def test_a_key_is_made_once_and_for_its_owner_alone(key_folder):
    first = keys.signing_key().kid
    assert keys.signing_key().kid == first
    [file] = key_folder.iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == (f"{first}.pem", 0o600)
    assert key_folder.stat().st_mode & 0o777 == 0o700


def test_a_new_key_signs_at_once_and_the_old_one_is_still_believed(alice, key_folder, capsys):
    before = log_in()
    old = keys.signing_key().kid
    call_command("rotate_keys")
    after = log_in()
    new = jwt.get_unverified_header(after["access_token"])["kid"]
    assert new != old and new in capsys.readouterr().out
    assert me(before["access_token"]).status_code == me(after["access_token"]).status_code == 200
    assert [key["kid"] for key in keys.jwks()["keys"]] == [new, old]


def test_an_old_key_is_believed_for_the_overlap_and_then_discarded(alice, key_folder, capsys):
    before = log_in()
    old = keys.signing_key().kid
    call_command("rotate_keys")
    age(key_folder, keys.OVERLAP + timedelta(seconds=1))
    assert me(before["access_token"]).status_code == 401
    assert old not in [key["kid"] for key in keys.jwks()["keys"]]
    call_command("rotate_keys")
    assert f"Discarded {old}" in capsys.readouterr().out
    assert len(list(key_folder.iterdir())) == 2


def age(folder, by):
    for file in folder.iterdir():
        made = file.stat().st_mtime - by.total_seconds()
        os.utime(file, (made, made))


def test_keys_of_the_environment_take_the_place_of_the_files(alice, settings, key_folder):
    (_, first), (_, second) = make_pem(), make_pem()
    settings.ACCESS_TOKEN_KEYS = first.replace("\n", "\\n") + second
    one, two = read_keys(first + second)
    program = log_in()
    claims = jwt.decode(program["access_token"], options={"verify_signature": False})
    assert keys.signing_key().kid == one.kid
    assert (
        me(jwt.encode(claims, two.private, algorithm="RS256", headers={"kid": two.kid})).status_code
        == 200
    )
    assert not key_folder.exists()
    with pytest.raises(CommandError, match="ACCESS_TOKEN_KEYS"):
        call_command("rotate_keys")


def test_a_key_is_named_by_its_thumbprint():
    # The example of RFC 7638, section 3.1.
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
        "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
        "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
        "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    number = int.from_bytes(base64.urlsafe_b64decode(n + "=="), "big")

    class Known:
        def public_key(self):
            return RSAPublicNumbers(65537, number).public_key()

    assert SigningKey(Known()).kid == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_an_unfit_key_is_no_key():
    def pem(key, encryption=None):
        as_pem = (Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
        return key.private_bytes(*as_pem).decode()

    fit = make_pem()[1]
    short = generate_private_key(public_exponent=65537, key_size=1024)
    locked = pem(keys.signing_key().private, BestAvailableEncryption(b"secret"))
    assert are_fit(fit) and are_fit(fit + fit)
    for unfit in ("x", pem(short), pem(on_a_curve(SECP256R1())), locked, fit + pem(short)):
        assert not are_fit(unfit)
    public = keys.signing_key().public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert not are_fit(public.decode())
