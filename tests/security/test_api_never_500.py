"""No request of any kind may give a 500: every operation of the schema, with nasty input."""

import itertools
import json
import uuid

import pytest
from drf_spectacular.generators import SchemaGenerator

from stories.tests.builders import make_chapter, make_story, send

HUGE = 10**40
NASTY_VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    HUGE,
    -HUGE,
    "",
    " ",
    "x" * 300,
    "a\u0000b",
    "\ud800",
    "\u202e",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-01-01T00:00:00+99:99",
    str(uuid.uuid4()),
    [],
    [None],
    [[[]]],
    {},
    {"a": {"b": None}},
]
NASTY_BODIES = [
    b"",
    b"{",
    b"null",
    b"true",
    b"1",
    b'"text"',
    b"[]",
    b"\xff\xfe\x00",
    b"\x00",
    b'{"a": NaN}',
    b'{"a": 1e999}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 1000 + b"1" + b"}" * 1000,
    b'{"title": "\\ud800", "title": "\\u0000"}',
]
NASTY_QUERY_VALUES = [
    "",
    "%00",
    "%ff",
    "-1",
    "99999999999999999999999",
    "true",
    "null",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "x" * 3000,
    "%F0%9F%92%A9",
    "W10=",
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
]
NASTY_HEADERS = [
    {"If-Match": "\x7f"},
    {"If-Match": "*"},
    {"Idempotency-Key": "nonsense"},
    {"Idempotency-Key": str(uuid.UUID(int=7))},
    {"Accept": ";;;"},
    {"Accept": "text/html"},
    {"Content-Length": "nonsense"},
    {"Origin": "\x7f"},
    {"Authorization": "\x7f"},
    {"Cookie": "session_id=\x7f"},
]
# Signing out or in would change who asks in the middle of the walk; health takes no input.
LEFT_ALONE = ("/auth/log", "/health")


def operations():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, methods in schema["paths"].items():
        below = path.removeprefix("/api/v1")
        if below.startswith(LEFT_ALONE) or below == "/schema":
            continue
        for method, operation in methods.items():
            yield method, below, operation, schema


def properties(operation, schema):
    content = operation.get("requestBody", {}).get("content", {})
    shape = content.get("application/json", {}).get("schema", {})
    name = shape.get("$ref", "").rpartition("/")[2]
    return sorted(schema["components"]["schemas"].get(name, {}).get("properties", {}))


def good_value(name, chapter):
    known = {
        "title": "A title",
        "content": "<p>x</p>",
        "reason": "conflict",
        "frequency": "Daily",
        "quota": 5,
        "from_date": "2026-01-01",
        "to_date": "2026-01-31",
        "total_words": 5,
        "due_on": "2026-01-31",
        "base_revision": chapter.etag,
        "save_id": str(uuid.uuid4()),
        "name": "A name",
    }
    return known.get(name)


def bodies(operation, schema, chapter):
    yield from NASTY_BODIES
    names = properties(operation, schema)
    good = {name: good_value(name, chapter) for name in names}
    good = {name: value for name, value in good.items() if value is not None}
    for name, value in itertools.product(names, NASTY_VALUES):
        yield json.dumps(good | {name: value}).encode()


def queries(operation):
    names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
    for name, value in itertools.product([*names, "unknown"], NASTY_QUERY_VALUES):
        yield f"?{name}={value}"


@pytest.fixture
def place(alice):
    story = make_story(alice)
    return story, make_chapter(story)


def paths_of(below, place):
    story, chapter = place
    own = {"story_id": story.pk, "chapter_id": chapter.pk, "version": 1, "day": "2026-03-11"}
    slots = [part[1:-1] for part in below.split("/") if part.startswith("{")]
    for filling in (own, {}, *(dict.fromkeys(slots, value) for value in ("%00", "x", "9" * 30))):
        path = below
        for slot in slots:
            path = path.replace(f"{{{slot}}}", str(filling.get(slot, uuid.uuid4())))
        yield path


ALL = list(operations())


@pytest.mark.parametrize(
    ("method", "below", "operation", "schema"),
    ALL,
    ids=[f"{method} {below}" for method, below, *_rest in ALL],
)
def test_nasty_input_is_refused_kindly(as_alice, place, method, below, operation, schema):
    _story, chapter = place
    own, *others = paths_of(below, place)
    answers = [send(as_alice, method, path) for path in (own, *others)]
    answers += [send(as_alice, other, own) for other in ("head", "options", "trace")]
    answers += [send(as_alice, method, own + query) for query in queries(operation)]
    answers += [send(as_alice, method, own, **headers) for headers in NASTY_HEADERS]
    if method in {"post", "put", "patch"}:
        answers += [send(as_alice, method, own, body) for body in NASTY_BODIES]
        for body in bodies(operation, schema, chapter):
            # A key of its own: one that was used refuses the next body before it is looked at.
            keys = {"If-Match": f'"{chapter.etag}"', "Idempotency-Key": str(uuid.uuid4())}
            answers.append(send(as_alice, method, own, body, **keys))
    for answer in answers:
        assert answer.status_code < 500 or b"google_not_configured" in answer.content
        if answer.status_code >= 400 and answer.content:
            is_page = answer.headers["Content-Type"].startswith("text/html")
            assert is_page or answer.json()["detail"]
