"""The doors a WebSocket passes before its consumer: the site's own origin, then the session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.http.request import split_domain_port, validate_host

from accounts.leaving import is_leaving
from accounts.sessions import SessionStore
from nexus.lib import metrics

Application = Callable[..., Awaitable[None]]
Scope = MutableMapping[str, Any]
DEFAULT_PORTS = {"http": 80, "https": 443}
BACK_END_GONE = 1011


def same_origin_only(application: Application) -> Application:
    """Let in sockets whose `Origin` is exactly this site: scheme, host and port.

    A browser sends a visitor's cookies with a socket opened by any page in the world, and no other
    header tells the difference; so a missing origin is refused too.
    """

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        chosen = application if is_own_origin(scope) else refuse
        await chosen(scope, receive, send)

    return guarded


def is_own_origin(scope: Scope) -> bool:
    """Compare `Origin` with the address the socket was opened at."""
    origins, hosts = _values(scope, b"origin"), _values(scope, b"host")
    if len(origins) != 1 or len(hosts) != 1:
        return False
    domain, _ = split_domain_port(hosts[0])
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    scheme = "https" if settings.IS_HTTPS else "http"
    return _place(origins[0]) == _place(f"{scheme}://{hosts[0]}") is not None


def _place(address: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(address)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.path:
            return None
        return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]
    except ValueError:
        return None


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def signed_in(application: Application) -> Application:
    """Put `user` and `session_id`, their session's public id, into the scope, in one query.

    Where the database is away nobody can say who it is: accepted and closed with 1011.
    """

    async def with_user(scope: Scope, receive: Any, send: Any) -> None:
        key = session_key(scope)
        found: dict[str, Any] = {"user": AnonymousUser(), "session_id": None}
        try:
            if key:
                found |= await sync_to_async(_signed_in_by, thread_sensitive=False)(key)
        except DatabaseError:
            await come_back_later(receive, send)
            return
        with metrics.SOCKETS_OPEN.track_inprogress():
            await application({**scope, **found}, receive, send)

    return with_user


def session_key(scope: Scope) -> str:
    """Return the session cookie's value, or an empty string."""
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load("; ".join(_values(scope, b"cookie")))
    except CookieError:
        return ""
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def _signed_in_by(key: str) -> dict[str, Any]:
    try:
        store = SessionStore(key)
        user = store.signed_in_user()
        is_welcome = user is not None and not is_leaving(user)
        return {"user": user, "session_id": store.public_id} if is_welcome else {}
    finally:
        close_old_connections()


async def refuse(scope: Scope, receive: Any, send: Any) -> None:
    """Close before accepting, which the server turns into 403."""
    message = await receive()
    if message["type"] == "websocket.connect":
        await send({"type": "websocket.close", "code": 4403})


async def come_back_later(receive: Any, send: Any) -> None:
    """Accept, so that a browser can read the code, and close."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": BACK_END_GONE})
