"""The promises of the editor's queue have tests that notice when one of them is gone."""

import os
import shutil
import subprocess

from django.conf import settings

from nexus.testing import require


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
