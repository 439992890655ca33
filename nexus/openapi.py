"""What the OpenAPI document says beyond the views: refusals, sign-in, the save written by hand."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from nexus.account_data.schema import DELETION_BODY, DELETION_PATH
from nexus.lib.api_view import MET_BY, ApiView
from nexus.openapi_manners import tell_exactly, tell_manners
from stories.content_schema import CONTENT_PATH, PUT_CONTENT, SAVED_SCHEMAS

Endpoint = tuple[str, str, str, Any]
PROBLEM = {
    "type": "object",
    "description": "RFC 9457: why a request was refused.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["Conflict"]},
        "status": {"type": "integer", "examples": [409]},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "examples": ["title_taken"]},
        "request_id": {"type": "string"},
        "correlation_id": {"type": "string", "description": "With a 500: the request id."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
REFUSED = {
    "description": "Refused; the code says why.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sending the same request again under the same key gives the same answer.",
    "schema": {"type": "string", "format": "uuid"},
}
WAYS_IN = ["session_id", "bearer"]
NO_WAYS: list[str] = []
PERSONAL = "personal_token"
PERSONAL_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": (
        "A token the writer made in her settings, with the scopes read, write, analytics. Without "
        "read, the answer to a change leaves the prose out."
    ),
}
# Nobody is signed in yet, or not any more: there is no one to keep a receipt for.
UNKEYED_PATHS = (
    "/auth/register",
    "/auth/verify",
    "/auth/login",
    "/auth/google",
    "/auth/refresh",
    "/auth/logout",
    "/auth/password",
    "/auth/sessions",
    "/auth/tokens",
)


class StudioScheme(OpenApiAuthenticationExtension):
    """Names the ways to sign in: the session cookie, or a token as bearer."""

    target_class = "accounts.authentication.StudioAuthentication"
    name = WAYS_IN

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "cookie", "name": "session_id"},
            {"type": "http", "scheme": "bearer", "description": "An access token."},
        ]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{"session_id": []}, {"bearer": []}]


class DoorScheme(OpenApiAuthenticationExtension):
    """The doors ask for no sign-in."""

    target_class = "accounts.authentication.DoorAuthentication"
    name = NO_WAYS

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return []

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return []


def without_slashes(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Document each path once, without the optional slash."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


def complete(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the save, and to every operation the refusals and the key it accepts."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= SAVED_SCHEMAS | {"Problem": PROBLEM}
    result["components"].setdefault("responses", {})["Refused"] = REFUSED
    result["components"].setdefault("securitySchemes", {})[PERSONAL] = PERSONAL_SCHEME
    result["paths"][CONTENT_PATH] = {"put": PUT_CONTENT}
    result["paths"][DELETION_PATH]["delete"]["requestBody"] = DELETION_BODY
    result["paths"] = dict(sorted(result["paths"].items()))
    needs = _scopes(kwargs["generator"])
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            # Each of the scopes is enough; an operation that names none is closed to these tokens.
            security = operation.get("security", [])
            if security and {} not in security:
                scopes = MET_BY.get(needs.get((path, method)) or "", ())
                operation["security"] = [*security, *({PERSONAL: [one]} for one in scopes)]
            if _takes_key(path, method) and operation is not PUT_CONTENT:
                operation.setdefault("parameters", []).append(KEY_HEADER)
            tell_manners(path, method, operation, schemas)
    tell_exactly(result)
    return result


def _scopes(generator: Any) -> dict[tuple[str, str], str | None]:
    """Return what a personal token needs, by path and method."""
    return {
        (path, method.lower()): view.cls.scope_for(method)
        for path, _regex, method, view in generator.endpoints
        if issubclass(view.cls, ApiView)
    }


def _takes_key(path: str, method: str) -> bool:
    below = path.removeprefix("/api/v1")
    return method in {"post", "put", "patch"} and not below.startswith(UNKEYED_PATHS)
