"""Where the settings ask for it, the back room opens only with a second step."""

import os
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import User
from accounts.tests.test_mfa import SECRET, confirm, guard

pytestmark = pytest.mark.django_db


@pytest.fixture
def required(settings):
    settings.STAFF_MFA = "required"


@pytest.fixture(params=[User.Role.ADMIN, User.Role.MODERATOR])
def staff(request):
    role = request.param
    person = User.objects.create_user("carol@example.com", "carol-keeps-house", username="Carol")
    User.objects.filter(pk=person.pk).update(role=role, is_superuser=role == User.Role.ADMIN)
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize("page", ["/admin/", "/admin/accounts/user/", "/admin/jsi18n/"])
def test_staff_without_a_second_step_are_led_to_set_one_up(required, staff, signed_in, page):
    client = signed_in(staff)
    answer = client.get(page, follow=True)
    assert answer.redirect_chain == [("/settings/security/", 302)]
    assert "Set up an app or a passkey here" in answer.content.decode()
    assert client.post(page).url == "/settings/security/"


def test_the_door_opens_with_it(required, staff, signed_in):
    guard(staff)
    assert signed_in(staff).get("/admin/").status_code == 200


def test_a_passkey_opens_it_too(required, staff, signed_in):
    Authenticator.objects.create(user=staff, type="webauthn", data={"name": "Key"})
    assert signed_in(staff).get("/admin/").status_code == 200


def test_recovery_codes_alone_do_not(required, staff, signed_in):
    Authenticator.objects.create(user=staff, type="recovery_codes", data={"used_mask": 0})
    assert signed_in(staff).get("/admin/").status_code == 302


def test_turning_it_off_shuts_the_door_again(required, carol, as_carol):
    guard(carol)
    assert as_carol.get("/admin/").status_code == 200
    confirm(as_carol, "carol-keeps-house")
    as_carol.post("/accounts/2fa/totp/deactivate/")
    assert as_carol.get("/admin/").status_code == 302


def test_optional_asks_for_nothing(staff, signed_in):
    assert signed_in(staff).get("/admin/").status_code == 200


def test_writers_are_not_asked(required, as_alice, alice):
    assert as_alice.get("/").status_code == 200
    assert as_alice.get("/admin/").status_code != 200
    assert (
        "second step" not in as_alice.get("/settings/security/").content.decode().split("<main")[0]
    )


def test_the_secret_is_nowhere_in_the_admin(carol, as_carol):
    guard(carol)
    page = as_carol.get(f"/admin/accounts/user/{carol.pk}/change/").content.decode()
    assert SECRET not in page
    assert as_carol.get("/admin/mfa/authenticator/").status_code == 404


PRODUCTION = {
    "NEXUS_PROFILE": "production",
    "SECRET_KEY": "0123456789-abcdef" * 4,
    "DATABASE_URL": "postgresql://nexus@db/nexus",
    "REDIS_URL": "redis://cache",
    "ALLOWED_HOSTS": "nexus.example",
    "SITE_URL": "https://nexus.example",
}


@pytest.mark.parametrize(
    ("environment", "default"),
    [
        (PRODUCTION, "required"),
        (PRODUCTION | {"STAFF_MFA": "optional"}, "optional"),
        ({"NEXUS_PROFILE": "laptop"}, "optional"),
    ],
)
def test_it_is_required_in_production_unless_said_otherwise(environment, default, tmp_path):
    known = {"PATH": os.environ["PATH"], "NEXUS_VAR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", "from nexus import settings; print(settings.STAFF_MFA)"],
        env=known | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.split() == [default], run.stderr
