"""Whoever waits for another waits longer than that one does, so that each can still answer."""

import re

from django.conf import settings

from nexus.middleware.deadline import REQUEST_SECONDS


def test_each_time_out_is_shorter_than_the_one_around_it():
    options = settings.DATABASES["default"]["OPTIONS"]["options"]
    lock, statement = (
        int(re.search(rf"{name}_timeout=(\d+)s", options)[1]) for name in ("lock", "statement")
    )
    script = (settings.BASE_DIR / "static" / "js" / "lib" / "http.js").read_text()
    client = int(re.search(r"const WAIT = ([\d_]+);", script)[1]) / 1_000
    assert 0 < lock < statement < REQUEST_SECONDS <= 5 < client == 10
