"""Django's own list of what a production site needs finds nothing to say."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
# What is refused is refused by the settings, which every program reads first.
START = ("-c", "import nexus.settings")


def run(*command, **more):
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
    return subprocess.run(
        [sys.executable, *command],
        env=environ | more,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


def test_the_production_profile_is_clean():
    done = run(*CHECK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


def test_with_care_it_starts():
    assert run(*START).returncode == 0


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
    done = run(*START, **{name: value})
    assert done.returncode != 0 and name in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
