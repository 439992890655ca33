"""What a writer may not set is not set by naming it: owner, role, numbers, stamps, other ids."""

import uuid

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from accounts.models import User
from stories.models import Chapter, Story
from stories.tests.builders import send
from tests.security.test_strangers import (  # noqa: F401 - owned and trashed are fixtures
    BODIES,
    OPERATIONS,
    belongings,
    owned,
    trashed,
)

CHANGES = [
    operation
    for operation in OPERATIONS
    if operation.method in {"POST", "PUT", "PATCH"} and "/auth/" not in operation.path
]
OWNERS = ("owner", "user")
LONG_AGO = "2001-01-01T00:00:00Z"


def smuggled(bob):
    """Return names of columns and of fields that are only read, with values that would tell."""
    forged = uuid.UUID(int=13)
    return {
        **dict.fromkeys(["id", "pk", "uuid"], str(forged)),
        **dict.fromkeys(["owner", "owner_id", "user", "user_id", "by"], str(bob.pk)),
        **dict.fromkeys(["is_staff", "is_superuser", "is_active", "is_verified"], True),
        **dict.fromkeys(
            ["word_count", "content_revision", "metadata_version", "sequence"], 777_777
        ),
        **dict.fromkeys(["created_at", "updated_at", "trashed_at", "deleted_at"], LONG_AGO),
        "role": "admin",
        "groups": [1],
        "user_permissions": [1],
        "content_hash": "f" * 64,
        "kind": "account.export",
        "upload": "../../etc/passwd",
        "result": {"x": 1},
    }


def rows_of(person):
    """Return the primary keys of everything that names a person as its owner."""
    found = set()
    for model in apps.get_models():
        for name in OWNERS:
            if name in {field.name for field in model._meta.fields}:
                found |= {
                    (model, pk)
                    for pk in model._base_manager.filter(**{name: person}).values_list(
                        "pk", flat=True
                    )
                }
    return found


def forged_rows():
    """Say where a value is found that only the server sets."""
    for model in (Story, Chapter):
        yield from model._base_manager.filter(created_at__year=2001)
        yield from model._base_manager.filter(pk=uuid.UUID(int=13))
    yield from Chapter._base_manager.filter(word_count=777_777)
    yield from Chapter._base_manager.filter(content_revision=777_777)
    yield from Chapter._base_manager.filter(content_hash="f" * 64)
    yield from User.objects.exclude(role="user")
    yield from User.objects.filter(is_superuser=True)


def test_only_what_is_asked_for_is_set(owned, trashed, as_alice, bob):  # noqa: F811
    before = rows_of(bob)
    for operation in CHANGES:
        path = operation.filled(belongings(operation.path, owned, trashed))
        body = smuggled(bob) | BODIES.get(str(operation), {"title": "Hers"})
        headers = {"If-Match": '"2-00000000"', "Idempotency-Key": str(uuid.uuid4())}
        with transaction.atomic():
            answer = send(as_alice, operation.method.lower(), path, body, **headers)
            assert answer.status_code < 500, operation
            assert rows_of(bob) == before, operation
            assert not list(forged_rows()), operation
            transaction.set_rollback(True)


DOORS = [
    ("post", "/auth/register", {"email": "new@example.com", "password": "orchard-lamp-river-9"}),
    ("patch", "/auth/me", {"username": "Alice M."}),
    ("put", "/auth/me/preferences", {"writing": {}}),
    ("post", "/auth/tokens", {"name": "Program", "scopes": ["read"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), DOORS, ids=[path for _m, path, _b in DOORS])
def test_nobody_makes_herself_staff_or_somebody_else(method, path, body, as_alice, alice, bob):
    before = rows_of(bob)
    client = Client() if path == "/auth/register" else as_alice
    answer = send(client, method, path, smuggled(bob) | body | {"username": "Somebody"})
    assert answer.status_code < 500
    assert set(User.objects.values_list("role", "is_superuser")) == {("user", False)}
    assert not User.objects.filter(is_verified=True).exists()
    assert not User.objects.filter(pk=uuid.UUID(int=13)).exists()
    assert rows_of(bob) == before


def test_the_settings_pages_take_no_more_than_they_show(as_alice, alice, bob):
    for page in ("profile", "writing", "email", "notifications", "appearance"):
        as_alice.post(f"/settings/{page}/", smuggled(bob) | {"username": "Alice"})
    alice.refresh_from_db()
    assert (alice.role, alice.is_staff, alice.is_superuser) == ("user", False, False)
    assert not alice.is_verified and alice.created_at.year > 2001
