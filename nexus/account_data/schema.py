"""What is written by hand of the OpenAPI document: no generator expects a body with DELETE."""

from __future__ import annotations

from typing import Any

DELETION_PATH = "/api/v1/auth/me"
DELETION_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "description": "The account's e-mail, and its password or a code of its second "
                "step: of the app, or a recovery code.",
                "required": ["email"],
                "properties": {
                    "email": {"type": "string", "minLength": 1, "maxLength": 254},
                    "password": {"type": "string", "maxLength": 1000},
                    "code": {"type": "string", "maxLength": 20},
                },
            }
        }
    },
}
