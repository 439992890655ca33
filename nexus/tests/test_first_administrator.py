"""The first administrator, from the environment at the first start or by `make admin`."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Session, User
from nexus.setup_steps import create_first_administrator

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-studio-of-ones-own"


@pytest.fixture
def named(monkeypatch):
    """Name an administrator in the environment."""

    def name(email="host@example.com", password=PASSWORD):
        monkeypatch.setenv("NEXUS_ADMIN_EMAIL", email)
        monkeypatch.setenv("NEXUS_ADMIN_PASSWORD", password)

    name()
    return name


def test_the_first_start_makes_one_and_the_next_starts_none(named, client):
    assert create_first_administrator() is True
    named(email="other@example.com")
    assert create_first_administrator() is False
    host = User.objects.get()
    assert (host.role, host.is_superuser, host.is_verified) == ("admin", True, True)
    form = {"login": host.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/accounts/login/", form).url == "/admin/"


@pytest.mark.parametrize("missing", ["NEXUS_ADMIN_EMAIL", "NEXUS_ADMIN_PASSWORD"])
def test_half_a_name_makes_nobody(named, monkeypatch, missing):
    monkeypatch.delenv(missing)
    assert create_first_administrator() is False
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("host@example.com", "qwz9", "too short"),
        ("host@example.com", "password1234", "too common"),
        ("host@example.com", "host@example.com", "too similar"),
        ("host", PASSWORD, "does not look like an e-mail"),
    ],
)
def test_what_will_not_do_is_said_in_a_sentence(named, email, password, sentence):
    named(email, password)
    with pytest.raises(CommandError, match=sentence):
        create_first_administrator()
    with pytest.raises(CommandError, match=sentence):
        call_command("admin")
    assert not User.objects.exists()


def test_make_admin_promotes_an_account_and_signs_it_out_everywhere(named, as_alice, alice):
    named(email="Alice@Example.com")
    call_command("admin")
    alice.refresh_from_db()
    assert (alice.role, alice.is_superuser) == ("admin", True)
    assert alice.check_password(PASSWORD) and not Session.objects.filter(user=alice).exists()
