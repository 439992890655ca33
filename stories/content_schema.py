"""The content endpoint in OpenAPI, by hand: it is a plain view that no generator can read."""

from __future__ import annotations

from typing import Any

CONTENT_PATH = "/api/v1/chapters/{chapter_id}/content"
COUNT = {"type": "integer", "minimum": 0}
SAVED_SCHEMAS: dict[str, Any] = {
    "Activity": {
        "type": "object",
        "description": "Words by cause since the last acknowledged save, as the editor counted.",
        "properties": {
            "typed": COUNT,
            "pasted": COUNT,
            "removed": COUNT,
            "undone": COUNT,
            "restored": COUNT,
            "cut": COUNT,
            "replaced": COUNT,
            "applied": COUNT,
            "active_ms": COUNT,
            "since": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "The first of these changes.",
            },
            "moves": {
                "type": "array",
                "description": "What was cut or pasted, in order; equal words have equal marks.",
                "items": {
                    "type": "object",
                    "required": ["cause", "words", "mark"],
                    "properties": {
                        "cause": {"enum": ["cut", "pasted"]},
                        "words": COUNT,
                        "mark": {
                            "type": "string",
                            "pattern": "^[0-9a-f]{8}-[0-9]{1,9}$",
                            "description": "CRC-32 of the words, and their number.",
                        },
                    },
                },
            },
        },
    },
    "Save": {
        "type": "object",
        "required": ["content"],
        "properties": {
            "content": {
                "type": "string",
                "description": "HTML of the editor's schema, or plain text; up to 5 MB.",
            },
            "base_revision": {
                "type": ["string", "null"],
                "description": "Stands in for If-Match where a header cannot be sent.",
            },
            "save_id": {
                "type": ["string", "null"],
                "format": "uuid",
                "description": "Stands in for Idempotency-Key where a header cannot be sent.",
            },
            "activity": {"oneOf": [{"$ref": "#/components/schemas/Activity"}, {"type": "null"}]},
            "cause": {
                "type": ["string", "null"],
                "enum": ["typed", "pasted", "restored", "replaced", "imported", None],
            },
        },
    },
    "StaleProblem": {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {
                "type": "object",
                "required": ["head_revision", "head_hash", "head_saved_at", "head_word_count"],
                "properties": {
                    "head_revision": {"type": "integer"},
                    "head_hash": {"type": "string"},
                    "head_saved_at": {"type": "string", "format": "date-time"},
                    "head_word_count": {"type": "integer"},
                },
            },
        ]
    },
}
PUT_CONTENT: dict[str, Any] = {
    "operationId": "save_content",
    "summary": "Save a chapter's text",
    "description": (
        "Answers only after the text is on disk. The request must name the text it replaces "
        "(If-Match) and carry a key (Idempotency-Key), so that a retry never saves twice and "
        "nothing unseen is ever overwritten. `W/` before an ETag is ignored; `*` is refused (422)."
    ),
    "tags": ["chapters"],
    "security": [{"session_id": []}, {"bearer": []}, {"personal_token": ["write"]}],
    "parameters": [
        {
            "name": "chapter_id",
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
        },
        {
            "name": "If-Match",
            "in": "header",
            "description": "The chapter's ETag; required here or as base_revision (428).",
            "schema": {"type": "string"},
        },
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Required here or as save_id (428).",
            "schema": {"type": "string", "format": "uuid"},
        },
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Save"}}},
    },
    "responses": {
        "200": {
            "description": "The text is on disk.",
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Saved"}}},
        },
        "412": {
            "description": "The chapter was changed elsewhere; nothing was overwritten.",
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/StaleProblem"}
                }
            },
        },
    },
}
