"""What the OpenAPI document says beyond the views: refusals, sign-in, the save written by hand."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

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
# Nobody is signed in yet, or not any more: there is no one to keep a receipt for.
UNKEYED_PATHS = ("/auth/register", "/auth/login", "/auth/logout")


class SessionCookieScheme(OpenApiAuthenticationExtension):
    """Names the session cookie as the way to sign in."""

    target_class = "nexus.lib.api.SessionCookieAuthentication"
    name = "session_id"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "session_id"}


def without_slashes(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Document each path once, without the optional slash."""
    return [(path.rstrip("/"), regex, method, view) for path, regex, method, view in endpoints]


def complete(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the save, and to every operation the refusals and the key it accepts."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= SAVED_SCHEMAS | {"Problem": PROBLEM}
    result["components"].setdefault("responses", {})["Refused"] = REFUSED
    result["paths"][CONTENT_PATH] = {"put": PUT_CONTENT}
    result["paths"] = dict(sorted(result["paths"].items()))
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            operation["responses"].setdefault("default", {"$ref": "#/components/responses/Refused"})
            if _takes_key(path, method) and operation is not PUT_CONTENT:
                operation.setdefault("parameters", []).append(KEY_HEADER)
    return result


def _takes_key(path: str, method: str) -> bool:
    below = path.removeprefix("/api/v1")
    return method in {"post", "put", "patch"} and not below.startswith(UNKEYED_PATHS)
