"""Django's own list of what a production site needs finds nothing to say."""

import os
import secrets
import subprocess
import sys

import pytest
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "Zq7-short"),
        ("SECRET_KEY", "django-insecure-" + "k3&9xw@" * 6),
        ("SECRET_KEY", "abcabcabc" * 8),
        ("DEBUG", "1"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "write.example,*"),
    ],
)
def test_it_does_not_start_carelessly(name, value):
    done = checked(**{name: value})
    assert done.returncode != 0 and name in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
