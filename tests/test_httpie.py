"""The accounts as somebody at a terminal meets them: real HTTPie, with and without `--session`."""

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC

from accounts.models import Session, User
from accounts.services import register
from nexus.testing import require, running, wait_for_page

EMAIL, PASSWORD = "george@example.com", "middlemarch-1871"
KEPT = "--session=george"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self):
        return json.loads(self.text)


class Terminal:
    """Runs `http` against one site, with a folder of its own for sessions."""

    def __init__(self, site, home):
        beside = Path(sys.executable).with_name("http")
        self.program = str(beside if beside.exists() else require(shutil.which("http"), "HTTPie"))
        self.base = f"{site.url}/api/v1"
        # It would ask its makers for a newer version.
        (home / "config.json").write_text('{"disable_update_warnings": true}')
        self.environment = os.environ | {"HTTPIE_CONFIG_DIR": str(home)}

    def __call__(self, *words, stdin=None):
        """Run `http` with these words; a path stands for its address."""
        words = [f"{self.base}{word}" if word.startswith("/") else word for word in words]
        options = ["--print=hb", "--pretty=none", *(["--ignore-stdin"] if stdin is None else [])]
        done = subprocess.run(
            [self.program, *options, *words],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.stdout, done.stderr
        head, _, text = done.stdout.partition("\n\n")
        first, *lines = head.splitlines()
        pairs = (line.split(": ", 1) for line in lines)
        headers = {name.lower(): value for name, value in pairs}
        return Answer(int(first.split()[1]), headers, text)

    def register(self):
        return self("POST", "/auth/register", f"email={EMAIL}", f"password={PASSWORD}")

    def login(self, *words):
        return self("POST", "/auth/login", f"email={EMAIL}", f"password={PASSWORD}", *words)


@pytest.fixture
def http(live_site, tmp_path):
    return Terminal(live_site, tmp_path)


@pytest.fixture
def george(transactional_db):
    return register(email=EMAIL, password=PASSWORD)


def test_a_session_from_the_first_word_to_the_last(http):
    made = http.register()
    assert made.status == 201 and made.json["is_verified"] is False
    assert "set-cookie" not in made.headers
    verified = http("POST", "/auth/verify", f"token={made.json['verification_token']}")
    assert verified.status == 200 and User.objects.get().is_verified

    signed_in = http.login(KEPT)
    assert signed_in.status == 200 and signed_in.json["token_type"] == "bearer"
    renewed = http(KEPT, "POST", "/auth/refresh")
    assert renewed.status == 200
    assert renewed.json["refresh_token"] != signed_in.json["refresh_token"]
    again = http(KEPT, "POST", "/auth/refresh")
    assert again.status == 200 and again.json["refresh_token"] != renewed.json["refresh_token"]

    me = http(KEPT, "/auth/me")
    assert (me.status, me.json["email"]) == (200, EMAIL)
    assert http(KEPT, "POST", "/stories", "title=Romola").status == 201
    out = http(KEPT, "POST", "/auth/logout")
    assert out.status == 200 and out.json["message"]

    assert not Session.objects.exclude(user=None).exists()
    assert http(KEPT, "/auth/me").status == 403
    assert http(KEPT, "POST", "/auth/logout").status == 403
    assert http(KEPT, "POST", "/auth/refresh").status == 400
    body = f"refresh_token={again.json['refresh_token']}"
    assert http("POST", "/auth/refresh", body).status == 401


def test_login_at_once_where_confirming_is_optional(http):
    http.register()
    signed_in = http.login()
    assert signed_in.status == 200 and signed_in.json["is_verified"] is False
    bearer = f"Authorization:Bearer {signed_in.json['access_token']}"
    assert http("/auth/me", bearer).json["email"] == EMAIL

    renewed = http("POST", "/auth/refresh", f"refresh_token={signed_in.json['refresh_token']}")
    assert renewed.status == 200
    bearer = ["--auth-type=bearer", f"--auth={renewed.json['access_token']}"]
    assert http(*bearer, "POST", "/auth/logout").status == 200
    dead = http(*bearer, "/auth/me")
    assert (dead.status, dead.headers["www-authenticate"]) == (401, "Bearer")


def test_an_empty_body_may_come_in_any_dress(http, george):
    http.login(KEPT)
    assert http(KEPT, "POST", "/auth/refresh", stdin="").status == 200
    assert http(KEPT, "POST", "/auth/refresh", stdin="{}").status == 200
    assert http(KEPT, "--form", "POST", "/auth/refresh").status == 200
    assert http(KEPT, "POST", "/auth/logout", stdin="").status == 200


def test_dead_cookies_keep_nobody_from_the_doors(http):
    dead = "Cookie:session_id=abcdefgh12345678; access_token=dead; refresh_token=dead"
    made = http("POST", "/auth/register", dead, f"email={EMAIL}", f"password={PASSWORD}")
    assert made.status == 201
    token = made.json["verification_token"]
    assert http("POST", "/auth/verify", dead, f"token=={token}").status == 200
    assert http("POST", "/auth/password/reset", dead, f"email={EMAIL}").status == 200
    assert http.login(dead).status == 200


@pytest.fixture
def strict_http(_site_environment, transactional_db, tmp_path):
    """The same against a site where an e-mail must be confirmed first."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, descriptor = listener.getsockname()[1], listener.fileno()
        environment = _site_environment | {"PORT": str(port), "EMAIL_VERIFICATION": "mandatory"}
        command = [sys.executable, "-m", "nexus.serve", str(descriptor)]
        with running(command, environment, (descriptor,)) as process:
            wait_for_page(port, process)
            yield Terminal(SimpleNamespace(url=f"http://localhost:{port}"), tmp_path)


def test_login_waits_where_confirming_is_mandatory(strict_http):
    made = strict_http.register()
    assert made.status == 201 and "verification_token" not in made.json
    refused = strict_http.login(KEPT)
    assert (refused.status, refused.json["code"]) == (403, "not_verified")
    assert "set-cookie" not in refused.headers
    assert strict_http(KEPT, "/auth/me").status == 403

    # What the letter holds.
    address = EmailAddress.objects.get(email=EMAIL)
    token = EmailConfirmationHMAC(address).key
    assert strict_http("POST", "/auth/verify", f"token={token}").status == 200
    assert strict_http.login(KEPT).status == 200
    assert strict_http(KEPT, "/auth/me").status == 200
