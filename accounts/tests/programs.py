"""A program that signs in through the API and keeps its tokens itself; nothing but the wire."""

from __future__ import annotations

from typing import Any

from django.test import Client

PASSWORD = "alice-writes-books"
LOGIN = {"email": "alice@example.com", "password": PASSWORD}


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(
        f"/api/v1/auth/{path}", body or {}, content_type="application/json", headers=headers
    )


def log_in(client: Client | None = None, **body: str) -> dict[str, Any]:
    """Sign in and return what the answer says; cookies stay in `client` if one is given."""
    answer = post(client or Client(), "login", LOGIN | body)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def refresh(token: str | None = None, client: Client | None = None, **headers: str) -> Any:
    body = {} if token is None else {"refresh_token": token}
    return post(client or Client(), "refresh", body, **headers)


def me(access: str | None = None, client: Client | None = None, **headers: str) -> Any:
    if access is not None:
        headers["Authorization"] = f"Bearer {access}"
    return (client or Client()).get("/api/v1/auth/me", headers=headers)


def with_cookies(**cookies: str) -> Client:
    client = Client()
    for name, value in cookies.items():
        client.cookies[name] = value
    return client
