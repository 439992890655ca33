"""Settings are read strictly, and everything wrong with them is told at once."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from nexus.lib.environment import Environment


def faults_of(env):
    with pytest.raises(SystemExit) as stop:
        env.finish()
    return str(stop.value)


def test_nothing_wrong_goes_on():
    env = Environment({})
    env.boolean("DEBUG", default=False)
    env.finish()


@pytest.mark.parametrize("raw", ["1", "true", "YES", " on "])
def test_true(raw):
    assert Environment({"DEBUG": raw}).boolean("DEBUG", default=False) is True


@pytest.mark.parametrize("raw", ["0", "false", "NO", " off "])
def test_false(raw):
    assert Environment({"DEBUG": raw}).boolean("DEBUG", default=True) is False


@pytest.mark.parametrize("raw", ["", "  "])
def test_empty_is_as_good_as_missing(raw):
    env = Environment({"X": raw})
    assert env.text("X", default="d") == "d"
    assert env.boolean("X", default=True) is True
    assert env.integer("X", default=7, low=1, high=9) == 7
    assert env.words("X", default=["a"]) == ["a"]
    assert env.choice("X", ("a", "b"), default="b") == "b"
    env.finish()


def test_all_faults_are_told_together():
    env = Environment({"DEBUG": "perhaps", "PORT": "80000", "PROFILE": "moon", "POOL": "-1"})
    env.boolean("DEBUG", default=False)
    env.integer("PORT", default=8000, low=1, high=65535)
    env.integer("POOL", default=4, low=1, high=9)
    env.choice("PROFILE", ("laptop", "test"), default="laptop")
    env.require("SECRET_KEY", "DEBUG")
    env.refuse(True, "These two contradict each other.")
    env.refuse(False, "This never happened.")
    told = faults_of(env)
    for part in ("DEBUG", "PORT", "65535", "POOL", "PROFILE", "laptop, test", "SECRET_KEY must"):
        assert part in told
    assert "contradict" in told and "never happened" not in told
    assert told.count("  - ") == 6


@pytest.mark.parametrize("raw", ["1.5", "1e3", "٣", "0x10", "eight", "1 000", "+5"])
def test_a_whole_number_is_only_digits(raw):
    env = Environment({"PORT": raw})
    assert env.integer("PORT", default=8000, low=1, high=65535) == 8000
    assert "PORT" in faults_of(env)


def test_words_are_trimmed_and_empty_ones_dropped():
    hosts = Environment({"HOSTS": " a.example, ,b.example,"}).words("HOSTS", default=[])
    assert hosts == ["a.example", "b.example"]


def start(**values):
    """Load the settings in a process of their own, as a start does."""
    environment = {"PATH": os.environ["PATH"], "NEXUS_VAR": str(settings.VAR)} | values
    return subprocess.run(
        [sys.executable, "-c", "import nexus.settings"],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bare_laptop_starts():
    assert start().returncode == 0


def test_production_lists_all_it_needs():
    run = start(NEXUS_PROFILE="production", DEBUG="1", ALLOWED_HOSTS="*", NEXUS_DEMO="1")
    assert run.returncode != 0 and "Traceback" not in run.stderr
    for part in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SITE_URL", "DEBUG", "*", "DEMO"):
        assert part in run.stderr


GOOD_ID = "1234-nexus.apps.googleusercontent.com"


@pytest.mark.parametrize(
    ("client_id", "secret", "sentence"),
    [
        (GOOD_ID, "", "set both or neither"),
        ("", "long-enough-secret", "set both or neither"),
        ("nonsense", "long-enough-secret", "apps.googleusercontent.com"),
        (f"{GOOD_ID}.evil.example", "long-enough-secret", "apps.googleusercontent.com"),
        (GOOD_ID, "short", "at least 10 characters"),
        (GOOD_ID, "with a space in it", "without spaces"),
    ],
)
def test_google_is_configured_well_or_not_at_all(client_id, secret, sentence):
    run = start(GOOGLE_CLIENT_ID=client_id, GOOGLE_CLIENT_SECRET=secret)
    assert run.returncode != 0 and sentence in run.stderr and "Traceback" not in run.stderr


def test_a_studio_with_google_starts():
    run = start(GOOGLE_CLIENT_ID=GOOD_ID, GOOGLE_CLIENT_SECRET="long-enough-secret")
    assert run.returncode == 0


def test_a_storage_that_is_none_stops_the_start_without_telling_its_secret():
    run = start(STORAGE_URL="s3://key:hush-hush@minio:9000/Bucket?acl=public-read")
    assert run.returncode != 0 and "STORAGE_URL" in run.stderr and "Traceback" not in run.stderr
    assert "hush-hush" not in run.stderr
    assert start(STORAGE_URL="s3://key:secret@minio:9000/nexus?tls=off").returncode == 0
