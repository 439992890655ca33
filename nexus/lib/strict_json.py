"""JSON bodies, read without surprises: UTF-8 only, no NaN, no bottomless nesting."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 64
# Complete strings, so that brackets within prose do not count as nesting.
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
BRACKET = re.compile(rb"[\[\]{}]")


class MalformedJSON(ValueError):
    """A sentence about what is wrong with the body."""


def loads(raw: bytes) -> Any:
    """Return the value of a JSON document; raise MalformedJSON for anything else."""
    if _depth(raw) > MAX_DEPTH:
        raise MalformedJSON(f"The body is nested deeper than {MAX_DEPTH} levels.")
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise MalformedJSON("The body is not UTF-8.") from error
    except ValueError as error:
        raise MalformedJSON("The body is not valid JSON.") from error


def _depth(raw: bytes) -> int:
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for bracket in BRACKET.finditer(STRING.sub(b"", raw)):
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
