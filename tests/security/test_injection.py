"""Nothing that is sent becomes a header, an address or a path of the server's own."""

import uuid

import pytest
from django.core import mail
from django.test import Client

from nexus.lib.effects import drain
from stories.tests.builders import make_story, send

ELSEWHERE = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "///evil.example/..",
]
OUTSIDE = [
    "/static/../nexus/settings.py",
    "/static/%2e%2e/nexus/settings.py",
    "/static/..%2f..%2fetc/passwd",
    "/static//etc/passwd",
    "/static/css/..%5c..%5cmanage.py",
    "/media/../../manage.py",
    "/static/%00",
]
BROKEN = "a\r\nSet-Cookie: session_id=evil\r\n\r\n<p>b"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_leads_nowhere_else(alice, address):
    form = {"login": alice.email, "password": "alice-writes-books", "next": address}
    answer = Client().post("/accounts/login/", form)
    assert answer.status_code == 302 and answer.url == "/"


@pytest.mark.parametrize("address", OUTSIDE)
def test_no_path_leads_out_of_the_files_that_are_served(anonymous, address):
    answer = anonymous.get(address)
    assert answer.status_code in {302, 404}
    assert b"SECRET_KEY" not in answer.content and b"root:" not in answer.content


def test_no_value_breaks_out_of_a_header(as_alice, alice):
    story = make_story(alice)
    for name in ("X-Request-ID", "If-Match", "Idempotency-Key", "Accept", "Referer"):
        answer = send(as_alice, "get", f"/stories/{story.pk}", **{name: BROKEN})
        assert "evil" not in str(answer.headers) and "evil" not in str(answer.cookies), name
    for body in ({"title": BROKEN}, {"genre": BROKEN}):
        answer = send(as_alice, "patch", f"/stories/{story.pk}", body)
        assert answer.status_code < 500 and "evil" not in str(answer.headers), body
    answer = as_alice.get(f"/no/{uuid.uuid4()}%0d%0aSet-Cookie:%20evil=1")
    assert "evil" not in str(answer.cookies)


@pytest.mark.django_db(transaction=True)
def test_a_letter_names_this_site_whatever_host_was_asked(alice):
    poisoned = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for headers in (poisoned, {"X-Forwarded-Host": "evil.example"}):
        client = Client(headers=headers)
        client.post("/accounts/password/reset/", {"email": alice.email})
        drain(20)
    assert mail.outbox and all("evil.example" not in letter.body for letter in mail.outbox)
