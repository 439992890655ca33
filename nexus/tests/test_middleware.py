"""What every answer carries, what the log says of it, and what it never says."""

import pytest
import structlog
from django.test import Client

from nexus.logging import without_rows
from nexus.middleware import request_id
from nexus.middleware.request_id import incoming_or_new, safe_path, safe_query

pytestmark = [pytest.mark.urls("nexus.tests.middleware_urls"), pytest.mark.django_db]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def log_lines(monkeypatch):
    with structlog.testing.capture_logs(
        processors=[structlog.contextvars.merge_contextvars]
    ) as lines:
        # A logger keeps the processors it was first used with, maybe before this test.
        monkeypatch.setattr(request_id, "logger", structlog.get_logger("nexus.http"))
        yield lines


ENDINGS = [
    ("/fine/", 200),
    ("/moved/", 302),
    ("/stream/", 200),
    ("/suspects/", 400),
    ("/refuses/", 403),
    ("/absent/", 404),
    ("/breaks/", 500),
    ("/api/v1/refuses", 403),
    ("/api/v1/absent", 404),
    ("/api/v1/breaks", 500),
    ("/static/absent.css", 404),
    ("/static/fonts/inter-latin.woff2", 200),
]


@pytest.mark.parametrize(("path", "status"), ENDINGS)
def test_every_ending_has_its_request_id_and_its_guards(visitor, path, status):
    response = visitor.get(path, headers={"X-Request-ID": "follow-me.1"})
    assert response.status_code == status
    assert response.headers["X-Request-ID"] == "follow-me.1"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=(self)" in response.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "value", ["", "a b", "x" * 65, "line\nbreak", "<script>", "é", "a/b", "a;b"]
)
def test_an_ill_formed_id_is_replaced(value):
    assert incoming_or_new(value) != value
    assert incoming_or_new("A-z_0.9") == "A-z_0.9"
    assert incoming_or_new("x" * 64) == "x" * 64


def test_a_wrong_host_is_refused_with_an_id_and_no_inside(visitor):
    response = visitor.get("/fine/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response.headers["X-Request-ID"]
    assert b"DisallowedHost" not in response.content


def test_a_program_gets_a_problem_document_with_the_id_to_quote(visitor):
    response = visitor.get("/api/v1/breaks", headers={"X-Request-ID": "quote-me"})
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["correlation_id"] == problem["request_id"] == "quote-me"
    assert (problem["status"], problem["code"]) == (500, "server_error")
    assert problem["detail"].endswith(".")


def test_a_person_gets_a_page_with_the_id_to_quote(visitor):
    response = visitor.get("/breaks/", headers={"X-Request-ID": "quote-me"})
    assert response.headers["Content-Type"].startswith("text/html")
    assert b"quote-me" in response.content


@pytest.mark.parametrize("path", ["/breaks/", "/api/v1/breaks"])
def test_an_error_shows_nothing_of_the_inside(visitor, path):
    content = visitor.get(path).content
    assert b"canary" not in content
    assert b"Traceback" not in content


def test_answers_to_a_signed_in_browser_or_program_are_not_stored(visitor):
    assert "Cache-Control" not in visitor.get("/fine/").headers
    visitor.cookies["session_id"] = "whatever"
    assert visitor.get("/fine/").headers["Cache-Control"] == "no-store"
    static = visitor.get("/static/fonts/inter-latin.woff2")
    assert "no-store" not in static.headers["Cache-Control"]
    by_token = Client().get("/fine/", headers={"Authorization": "Bearer x"})
    assert by_token.headers["Cache-Control"] == "no-store"
    assert Client().get("/signs-in/").headers["Cache-Control"] == "no-store"


def test_a_view_may_set_a_policy_of_its_own(visitor):
    response = visitor.get("/own-policy/")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"


def test_the_request_line_says_who_what_and_how_long(visitor, log_lines):
    visitor.get(
        "/fine/?page=2&token=canary", headers={"X-Request-ID": "r1", "User-Agent": "Reader/1"}
    )
    line = next(line for line in log_lines if line["event"] == "request")
    assert line["duration_ms"] >= 0
    assert {key: line[key] for key in line if key not in {"duration_ms", "log_level"}} == {
        "event": "request",
        "request_id": "r1",
        "method": "GET",
        "path": "/fine/",
        "query": "page=2&token=[redacted]",
        "status": 200,
        "client_ip": "127.0.0.1",
        "user_agent": "Reader/1",
        "session_present": False,
        "user_id": None,
        "response_length": 4,
    }


def test_neither_cookies_nor_bodies_are_logged(visitor, log_lines):
    visitor.cookies["session_id"] = "cookie-canary"
    visitor.post("/fine/", {"password": "body-canary"}, headers={"Authorization": "Bearer canary"})
    assert log_lines
    assert "canary" not in repr(log_lines)


def test_logging_finds_out_nobody_who_was_not_asked_for(
    visitor, log_lines, django_user_model, django_assert_num_queries
):
    writer = django_user_model.objects.create_user("w@example.com", "pw", username="W")
    visitor.force_login(writer, "allauth.account.auth_backends.AuthenticationBackend")
    visitor.get("/who/")
    assert log_lines[-1]["user_id"] == str(writer.pk)
    assert log_lines[-1]["session_present"]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("a=1&b=", "a=1&b="),
        ("api_key=s3cret", "api_key=[redacted]"),
        ("Password=x&p=y", "Password=[redacted]&p=y"),
        ("q=words+of+a+book&page=2", "q=[redacted]&page=2"),
        ("access_token=x", "access_token=[redacted]"),
        ("code=x&state=y", "code=[redacted]&state=[redacted]"),
        ("%ff=%00", "%EF%BF%BD=%00"),
    ],
)
def test_secret_like_query_values_are_blanked(query, kept):
    assert safe_query(query) == kept


def test_one_time_links_are_blanked():
    assert safe_path("/accounts/password/reset/key/3-abc/") == (
        "/accounts/password/reset/key/[redacted]/"
    )
    assert safe_path("/accounts/confirm-email/abc:def/") == "/accounts/confirm-email/[redacted]/"


def test_rows_quoted_by_postgres_are_dropped_from_tracebacks():
    text = "IntegrityError: duplicate key\nDETAIL:  Key (title)=(My secret) already exists.\nend"
    event = without_rows(None, "error", {"exception": text})
    assert event["exception"] == "IntegrityError: duplicate key\nend"


@pytest.mark.parametrize("path", ["loses-session", "finds-no-session"])
def test_a_session_that_ends_meanwhile_is_a_refusal_to_a_program(as_alice, path):
    answer = as_alice.get(f"/api/v1/{path}")
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("path", ["loses-session", "finds-no-session"])
def test_a_session_that_ends_meanwhile_leads_a_person_to_the_door(as_alice, path):
    answer = as_alice.get(f"/{path}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/")
