"""What always holds for a person, and how an administrator is made."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Preferences, User
from accounts.services import create_administrator, register
from nexus.lib.errors import Conflict, Invalid

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-one"


def test_nobody_is_without_preferences(alice):
    assert alice.preferences.theme == "system"
    alice.save()
    assert Preferences.objects.filter(user=alice).count() == 1


def test_ids_are_unguessable_and_in_order(alice, bob):
    assert alice.pk.version == bob.pk.version == 7
    assert alice.pk < bob.pk


@pytest.mark.parametrize(
    "values",
    [
        {"email": "ALICE@example.com"},
        {"day_end_hour": 7},
        {"week_start": 2},
    ],
)
def test_the_database_itself_refuses(alice, bob, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(**values)


@pytest.mark.parametrize("minutes", [0, 31])
def test_a_rest_is_one_to_thirty_minutes(alice, minutes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Preferences.objects.update(idle_minutes=minutes)


def test_a_time_zone_must_exist(alice):
    alice.time_zone = "Mars/Olympus"
    with pytest.raises(ValidationError) as refusal:
        alice.full_clean()
    assert list(refusal.value.message_dict) == ["time_zone"]


@pytest.mark.parametrize(
    ("role", "is_active", "is_staff"),
    [
        ("user", True, False),
        ("moderator", True, True),
        ("admin", True, True),
        ("admin", False, False),
    ],
)
def test_staff_is_who_has_the_role_and_is_not_disabled(role, is_active, is_staff):
    assert User(role=role, is_active=is_active).is_staff is is_staff


def test_the_flag_of_django_alone_gives_no_permission(bob):
    bob.is_superuser = True
    assert not bob.has_perm("accounts.view_user")


def test_a_day_is_the_writers_own(alice):
    alice.time_zone, alice.day_end_hour = "America/New_York", 3
    assert alice.day_of(datetime(2026, 3, 12, 6, 30, tzinfo=UTC)) == date(2026, 3, 11)


def test_people_are_found_by_e_mail_in_any_case(alice):
    assert User.objects.get_by_natural_key(" Alice@Example.com ") == alice


def test_a_password_is_kept_as_argon2_outside_of_tests(settings, alice):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    alice.set_password(PASSWORD)
    assert alice.password.startswith("argon2$argon2id$")
    assert alice.check_password(PASSWORD)


def test_an_administrator_is_made_once_and_promoted_after_that(alice):
    made = create_administrator(" Boss@Example.com", PASSWORD)
    assert (made.email, made.role, made.is_superuser) == ("boss@example.com", "admin", True)
    assert made.emailaddress_set.get().verified
    promoted = create_administrator("ALICE@example.com", PASSWORD)
    assert promoted == alice and promoted.is_staff and promoted.check_password(PASSWORD)
    assert User.objects.count() == 2


@pytest.mark.parametrize(("email", "password"), [("no-address", PASSWORD), ("a@example.com", "x")])
def test_an_administrator_needs_an_address_and_a_good_password(email, password):
    with pytest.raises(Invalid):
        create_administrator(email, password)
    assert not User.objects.exists()


def test_a_refused_registration_leaves_nothing(alice):
    with pytest.raises(Conflict):
        register(email="alice@example.com", password=PASSWORD)
    assert User.objects.count() == Preferences.objects.count() == 1
