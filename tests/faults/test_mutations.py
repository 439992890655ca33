"""The promises of the editor's queue and of the server have tests that notice when one is gone."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from nexus.testing import require

WATCHED = (
    "stories/tests/test_content_endpoint.py",
    "stories/tests/test_content_in_parallel.py",
    "stories/tests/test_kept_before.py",
)
# It looks at the source, which is what is changed here.
APART = ("-k", "not no_other_way")
LEFT_OUT = (".*", "var", "node_modules", "__pycache__", "bench")
# What is taken out of the server, where, the line, what stands there instead.
MUTATIONS = {
    "nothing": None,
    "the key": (
        "stories/receipts.py",
        "receipt = _claim(user, key, route, body_hash)",
        "receipt = _claim(user, uuid.uuid4(), route, body_hash)",
    ),
    "the key's body": (
        "stories/receipts.py",
        "if (receipt.route, receipt.body_hash) != (route[:200], body_hash):",
        "if False:",
    ),
    "the base check": (
        "stories/saving.py",
        "if base is not None and base != head.etag:",
        "if False:",
    ),
    "the hash in the base": (
        "stories/saving.py",
        "if base is not None and base != head.etag:",
        'if base is not None and base.split("-")[0] != str(head.content_revision):',
    ),
    "the need of a base": (
        "stories/content_view.py",
        "    if save.base is None:\n        raise",
        "    if False:\n        raise",
    ),
    "receipt and work in one": (
        "stories/receipts.py",
        "@transaction.atomic\ndef once(",
        "def once(",
    ),
    "keeping what is replaced": (
        "stories/saving.py",
        "AND %(reason)s::varchar <> ''",
        "AND %(reason)s::varchar = ''",
    ),
}
# The same for what keeps writers apart, with the tests that must notice.
STRANGERS = "tests/security/test_strangers.py"
GUARDS = {
    "the owner of a story": (
        ("stories/models/book.py", "        return self.filter(owner=user)", "        return self"),
        (STRANGERS, "-k", "page_is_404 or lists_hold"),
    ),
    "the owner of a chapter": (
        (
            "stories/models/book.py",
            "        return self.filter(story__owner=user)",
            "        return self",
        ),
        (STRANGERS, "-k", "page_is_404 or lists_hold"),
    ),
    "the owner in a save": (
        ("stories/saving.py", "    if chapter.story.owner_id != by.pk:", "    if False:"),
        ("stories/tests/test_content_endpoint.py", STRANGERS),
    ),
    "the owner of a job": (
        ("jobs/models.py", "        return self.filter(owner=user)", "        return self"),
        (STRANGERS, "-k", "page_is_404 or object_is_403 or lists_hold"),
    ),
    "signing in first": (
        (
            "nexus/settings.py",
            '        "rest_framework.permissions.IsAuthenticated",\n',
            '        "rest_framework.permissions.AllowAny",\n',
        ),
        (STRANGERS, "-k", "not_signed_in_gets_403"),
    ),
    "the origin of a request": (
        ("nexus/lib/problems.py", "    if site not in SAME_SITE or", "    if False and"),
        ("nexus/tests/test_api_refusals.py", "accounts/tests/test_sign_in_api.py"),
    ),
    "the origin of a socket": (
        (
            "nexus/sockets.py",
            "chosen = application if is_own_origin(scope) else refuse",
            "chosen = application",
        ),
        ("nexus/tests/test_sockets.py",),
    ),
    "the door of every socket": (
        ("nexus/asgi.py", "sockets = same_origin_only(\n", "sockets = (\n"),
        ("tests/security/test_cross_site_sockets.py",),
    ),
    "what a token may do": (
        ("nexus/lib/api_view.py", "    if granted is None or (", "    if True or ("),
        ("tests/security/test_scopes.py",),
    ),
    "the policy of content": (
        ("nexus/middleware/security.py", "        \"default-src 'self'\",\n", ""),
        ("tests/security/test_observatory.py",),
    ),
}


def test_the_editors_tests_notice_every_promise_that_is_taken_out():
    node = require(shutil.which("node"), "Node")
    done = subprocess.run(
        [node, "--test", "static/js/tests/journal-mutations.test.js"],
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("what", MUTATIONS)
def test_the_servers_tests_notice_every_promise_that_is_taken_out(tmp_path, what):
    mutation = MUTATIONS[what]
    done = run_mutated(tmp_path / "nexus", mutation, (*WATCHED, *APART))
    # 1: some failed. Anything else would say that they did not run.
    assert done.returncode == (1 if mutation else 0), done.stdout[-4_000:] + done.stderr[-4_000:]


@pytest.mark.parametrize("what", GUARDS)
def test_the_tests_notice_every_guard_that_is_taken_out(tmp_path, what):
    mutation, watched = GUARDS[what]
    done = run_mutated(tmp_path / "nexus", mutation, watched)
    assert done.returncode == 1, done.stdout[-4_000:] + done.stderr[-4_000:]
    assert "ERROR collecting" not in done.stdout


def run_mutated(copy, mutation, watched):
    shutil.copytree(settings.BASE_DIR, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    if mutation:
        mutate(copy, *mutation)
    command = [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *watched], cwd=copy, env=environment(), capture_output=True, text=True
    )


def mutate(copy, name, line, instead):
    file = copy / name
    source = file.read_text()
    assert source.count(line) == 1, f"{line!r} is not there once"
    file.write_text(source.replace(line, instead))


def environment():
    """What a shell has: nothing of the servers these tests themselves run upon."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}
