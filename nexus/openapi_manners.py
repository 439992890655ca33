"""What every operation of the OpenAPI document has: a summary, its refusals, shapes told exactly.

The generator reads shapes and docstrings; the order of refusal (spec of the API) says which answers
an operation can give, so they are derived from what it takes instead of written ninety times.
"""

from __future__ import annotations

import re
from typing import Any

Node = dict[str, Any]
REFUSED = {"$ref": "#/components/responses/Refused"}
CHANGES = frozenset({"post", "put", "patch", "delete"})
# "409 when the title has been taken": refusals that a docstring names.
NAMED = re.compile(r"\b4\d\d\b")
# Parameters and fields that name an object of the writer's.
OBJECTS = frozenset({"story", "series", "tag", "chapter"})
CLAUSE = re.compile(r"[.;:](?:\s|$)")


def tell_manners(path: str, method: str, operation: Node, schemas: Node) -> None:
    """Complete one operation: summary, answers by status; `schemas` are the components."""
    text = " ".join(operation.get("description", "").split())
    operation.setdefault("summary", CLAUSE.split(text, maxsplit=1)[0])
    for status in sorted(refusals(path, method, operation, schemas)):
        operation["responses"].setdefault(str(status), REFUSED)


def refusals(path: str, method: str, operation: Node, schemas: Node) -> set[int]:
    """Return the statuses by which an operation can refuse what it is asked."""
    given = operation.get("parameters", [])
    taken = _taken(operation, schemas)
    security = operation.get("security", [])
    is_signed_in = bool(security) and {} not in security
    told = [operation.get("description", ""), *_found("description", taken)]
    found = {int(number) for text in told for number in NAMED.findall(text)}
    # The database is away or held up: nothing was changed, ask again.
    found |= {503}
    if is_signed_in or method in CHANGES:
        found |= {401, 403}
    if "{" in path or OBJECTS & set(_names(taken)) or "uuid" in _found("format", taken):
        found |= {404}
    if any(one["in"] in {"query", "header"} for one in given):
        found |= {422}
    if "requestBody" in operation:
        found |= {400, 413, 415, 422}
    if method in CHANGES:
        found |= {409}
    if "/auth/" in path and method in CHANGES:
        # The doors count tries.
        found |= {429}
    if any(one["name"] == "If-Match" for one in given):
        found |= {412, 428}
    return found


def _taken(operation: Node, schemas: Node) -> list[Node]:
    """Return the shapes of query and body, without the key and the slots of the path."""
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    shapes = [body["schema"] for body in bodies]
    named = [schemas[one["$ref"].rpartition("/")[2]] for one in shapes if "$ref" in one]
    query = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    return [*query, *shapes, *named]


def _names(taken: list[Node]) -> list[str]:
    named = [one["name"] for one in taken if "in" in one]
    return [*named, *(name for one in taken for name in one.get("properties", ()))]


def _found(key: str, node: Any) -> list[str]:
    """Return every text under a key, however deep."""
    if isinstance(node, dict):
        own = [node[key]] if isinstance(node.get(key), str) else []
        return [*own, *(text for inner in node.values() for text in _found(key, inner))]
    if isinstance(node, (list, tuple)):
        return [text for inner in node for text in _found(key, inner)]
    return []


def tell_exactly(document: Node) -> None:
    """Correct the shapes that the generator tells less exactly than they are checked."""
    schemas = document["components"]["schemas"]
    schemas["PatchedVersionNameRequest"]["required"] = ["name"]
    order = schemas["ReorderRequest"]
    fields = order.pop("properties")
    order["oneOf"] = [
        _shape({name: fields[name] for name in names})
        for names in (("order",), ("from_pos", "to_pos"))
    ]
    story = schemas["NewImportRequest"]["properties"]["story"]
    # A form sends the field that was left empty.
    schemas["NewImportRequest"]["properties"]["story"] = {
        "anyOf": [story, {"type": "string", "maxLength": 0}]
    }
    targets = document["paths"]["/api/v1/stories/{story_id}/targets"]["get"]["responses"]["200"]
    shapes = ("TargetListShape", "TargetShape")
    targets["content"]["application/json"]["schema"] = {
        "anyOf": [
            *({"$ref": f"#/components/schemas/{name}"} for name in shapes),
            {"type": "null"},
        ]
    }
    _open_nulls(schemas)


def _shape(fields: Node) -> Node:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _open_nulls(node: Any) -> None:
    """Anything, or null, is anything: null would be both, and `oneOf` allows one."""
    if isinstance(node, dict):
        if node.get("oneOf") == [{}, {"type": "null"}]:
            del node["oneOf"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            _open_nulls(inner)
