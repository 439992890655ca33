"""Nexus does not start on a Postgres that may lose what it acknowledged."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection

from nexus import durability, setup_steps

pytestmark = pytest.mark.django_db


def test_the_throw_away_server_of_the_tests_would_be_refused(settings):
    assert "fsync = off" in durability.unsafe_settings()
    assert durability.broken_promises() == []
    settings.PROFILE = "laptop"
    with pytest.raises(CommandError, match="fsync = off"):
        setup_steps.migrate()


def test_what_the_containers_wait_for_does_not_end_well(settings):
    """Their servers start once `manage.py migrate` has succeeded."""
    call_command("migrate", skip_checks=False, verbosity=0)
    settings.PROFILE = "production"
    with pytest.raises(SystemCheckError, match="fsync = off"):
        call_command("migrate", skip_checks=False, verbosity=0)


def test_a_server_that_is_not_safe_is_not_ready(client, settings):
    settings.PROFILE = "laptop"
    answer = client.get("/health/ready")
    assert answer.status_code == 503 and answer["Retry-After"]
    assert "fsync = off" in answer.json()["detail"]


@pytest.mark.parametrize("value", ["on", "local", "remote_apply"])
def test_commits_that_wait_for_the_disk_are_safe(value):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = {value}")
        assert "synchronous_commit" not in " ".join(durability.unsafe_settings())
        cursor.execute("SET LOCAL synchronous_commit = off")
        assert "synchronous_commit = off" in durability.unsafe_settings()
