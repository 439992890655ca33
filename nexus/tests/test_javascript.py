"""The JavaScript unit tests, run by Node's own runner; their mutations are a part of the faults."""

import os
import shutil
import subprocess

from django.conf import settings

from nexus.testing import require


def test_the_javascript_tests_pass():
    node = require(shutil.which("node"), "Node")
    found = (settings.BASE_DIR / "static" / "js" / "tests").glob("**/*.test.js")
    files = sorted(file for file in found if "mutations" not in file.name)
    assert files
    done = subprocess.run(
        [node, "--test", *map(str, files)],
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
