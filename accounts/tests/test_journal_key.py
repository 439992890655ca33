"""The key of a browser's journal: one for each writer, for nobody else, and always the same."""

from base64 import b64decode

import pytest
from django.test import Client

from accounts import api_tokens
from accounts.viewsets.journal_key import journal_key

pytestmark = pytest.mark.django_db
KEY = "/api/v1/auth/journal-key"


def test_the_key_is_the_writers_own_and_stays_the_same(as_alice, as_bob, alice):
    first, again, other = (client.get(KEY) for client in (as_alice, as_alice, as_bob))
    assert first.json() == again.json()
    assert first.json()["user_id"] == str(alice.pk)
    assert len(b64decode(first.json()["key"])) == 32
    assert first.json()["key"] != other.json()["key"]
    assert first.headers["Cache-Control"] == "no-store"


def test_another_studio_derives_another_key(alice, settings):
    here = journal_key(alice)
    settings.SECRET_KEY = "another studio's secret"
    assert journal_key(alice) != here


def test_visitors_and_personal_tokens_get_none(anonymous, alice):
    assert anonymous.get(KEY).status_code == 403
    _, secret = api_tokens.create(alice, name="Desk", scopes=["read", "write", "analytics"])
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get(KEY)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
