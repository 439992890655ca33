"""What is installed is what was locked: every package at one version, every file by its hash."""

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from django.conf import settings
from packaging.utils import canonicalize_name

from deploy.audit import FAULTY, UNKNOWN, verdict

BASE = Path(settings.BASE_DIR)
LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(\[[\w,.-]+\])?==(?P<version>[\w.!+-]+)( ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def requirements(lock):
    """Return each requirement of a lock with its hashes, in words."""
    text = (BASE / lock).read_text().replace("\\\n", " ")
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()]
    return [line.split() for line in lines if line and not line.startswith("#")]


def pinned():
    found = {}
    for lock in LOCKS:
        for parts in requirements(lock):
            wanted = " ".join(part for part in parts if not part.startswith("--hash"))
            match = PIN.fullmatch(wanted)
            assert match, f"{lock}: {wanted} is not one version"
            found.setdefault(canonicalize_name(match["name"]), set()).add(match["version"])
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_one_version_with_hashes(lock):
    for parts in requirements(lock):
        hashes = [part for part in parts if part.startswith("--hash")]
        assert hashes, parts
        assert all(HASH.fullmatch(one) for one in hashes), parts
        assert PIN.fullmatch(" ".join(part for part in parts if part not in hashes)), parts


def test_both_locks_agree():
    assert not {name: versions for name, versions in pinned().items() if len(versions) > 1}


def test_what_is_installed_is_what_was_locked():
    installed = {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}
    locked = {name: version for name, (version,) in pinned().items()}
    present = installed.keys() & locked.keys()
    assert {canonicalize_name(name) for name in ("Django", "psycopg", "nh3", "pytest")} <= present
    assert {name: installed[name] for name in present} == {name: locked[name] for name in present}


def test_installing_asks_for_hashes():
    assert "--require-hashes" in (BASE / "Makefile").read_text()
    dockerfile = next((BASE / "deploy").rglob("Dockerfile")).read_text()
    assert "--require-hashes" in dockerfile


KNOWN = {"name": "one", "version": "1.0", "vulns": []}
FAULT = {"id": "CVE-2026-0001", "fix_versions": ["1.1"], "aliases": [], "description": ""}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([KNOWN], 0, "No fault is known of any of 1"),
        ([KNOWN | {"vulns": [FAULT]}, {"name": "two", "skip_reason": "x"}], FAULTY, "CVE-2026"),
        ([KNOWN, {"name": "two", "skip_reason": "not found"}], UNKNOWN, "1 of 2 packages"),
        ([], UNKNOWN, "no advisory service"),
    ],
)
def test_an_audit_that_could_not_ask_does_not_say_that_all_is_well(packages, code, said):
    found, lines = verdict(packages)
    assert found == code and said in lines[0]
