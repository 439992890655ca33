"""The OpenAPI document is whole, valid and served with its pages by us alone."""

import re

import pytest
from django.core.management import call_command
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator

from accounts.models import Preferences
from nexus.lib.api_view import KEYED_METHODS, ApiView
from stories.content_schema import CONTENT_PATH


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_document_is_valid_and_without_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"))


def test_the_document_is_served_as_openapi_3_1(anonymous, as_alice):
    for client in (anonymous, as_alice):
        answer = client.get("/api/v1/schema")
        assert answer.status_code == 200
        assert answer.json()["openapi"] == "3.1.0"
        assert "/api/v1/stories" in answer.json()["paths"]


def addresses(patterns, prefix=""):
    for pattern in patterns:
        raw = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLPattern):
            plain = raw.removesuffix("/?$").replace("\\.", ".")
            yield re.sub(r"\(\?P<(\w+)>\[\^/\]\+\)", r"{\1}", plain)
        else:
            yield from addresses(pattern.url_patterns, raw)


def test_every_address_is_documented(schema):
    served = {f"/{path}" for path in addresses(get_resolver().url_patterns)}
    served = {path for path in served if path.startswith("/api/v1/")} - {"/api/v1/schema"}
    assert served == set(schema["paths"])


def test_every_operation_has_a_name_a_sentence_and_its_refusals(schema):
    names = []
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            names.append(operation["operationId"])
            assert operation["summary"] and operation["description"], where
            assert {"503"} < set(operation["responses"]), where
            slots = set(re.findall(r"{(\w+)}", path))
            said = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
            assert slots == said, where
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere(schema):
    def references(node):
        if isinstance(node, dict):
            yield from ([node["$ref"]] if "$ref" in node else [])
            for inner in node.values():
                yield from references(inner)
        elif isinstance(node, (list, tuple)):
            for inner in node:
                yield from references(inner)

    for reference in references(schema):
        target = schema
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/", "/api/redoc"])
def test_the_pages_bring_everything_themselves_and_nothing_inline(anonymous, path):
    answer = anonymous.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/api/v1/schema" in page
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        if address.startswith("#"):
            continue
        assert address.startswith("/"), address
        assert anonymous.get(address).status_code == 200, address
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_the_page_of_the_document_wears_the_writers_theme(as_alice, alice):
    Preferences.objects.filter(user=alice).update(theme="sepia")
    page = as_alice.get("/api/docs").content.decode()
    assert 'data-theme="sepia"' in page
    assert len(re.findall("<h1", page)) == 1


def test_a_key_is_offered_exactly_where_it_is_honoured(schema):
    offered = {
        (method.upper(), path)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if any(given["name"] == "Idempotency-Key" for given in operation.get("parameters", []))
    }
    honoured = {
        (method, path.rstrip("/"))
        for path, _, method, view in EndpointEnumerator().get_api_endpoints()
        if issubclass(view.cls, ApiView) and view.cls.is_keyed and method in KEYED_METHODS
    }
    # The save is no REST framework view, and demands its key.
    assert offered == honoured | {("PUT", CONTENT_PATH)}
