"""Django's own list of what a production site needs finds nothing to say."""

import os
import secrets
import subprocess
import sys

from django.conf import settings


def checked(**more):
    environ = {
        "PATH": os.environ["PATH"],
        "NEXUS_VAR": str(settings.VAR),
        "NEXUS_PROFILE": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
        "SITE_URL": "https://write.example",
        "ALLOWED_HOSTS": "write.example",
    }
    command = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        [sys.executable, *command],
        env=environ | more,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


def test_the_production_profile_is_clean():
    done = checked()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


def test_it_does_not_start_carelessly():
    for careless in ({"SECRET_KEY": "short"}, {"DEBUG": "1"}, {"ALLOWED_HOSTS": "*"}):
        done = checked(**careless)
        assert done.returncode != 0 and next(iter(careless)) in done.stderr, done.stderr
