"""What a browser is given to keep for the time without a network: one page for everybody."""

import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from nexus import offline

WORKER = "/service-worker.js"
SENTINEL = "Alice"


def shell_of(client):
    return json.loads(re.match(r"const SHELL = (\{.*\});", client.get(WORKER).text)[1])


def test_the_worker_is_always_asked_for_anew(anonymous):
    answer = anonymous.get(WORKER)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert not answer.cookies


@pytest.mark.parametrize("address", [WORKER, "/offline/"])
def test_everybody_gets_the_same_bytes(anonymous, as_alice, as_carol, address):
    answers = [client.get(address) for client in (anonymous, as_alice, as_carol)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    assert SENTINEL not in answers[1].text
    assert "csrfmiddlewaretoken" not in answers[1].text


def test_the_page_is_no_visitors_page_which_would_forget_the_keys(anonymous):
    assert 'name="visitor"' not in anonymous.get("/offline/").text


def test_the_worker_keeps_every_file_it_names_and_nothing_that_is_not_static(anonymous):
    shell = shell_of(anonymous)
    assert shell["page"] == "/offline/"
    names = [address.removeprefix(settings.STATIC_URL) for address in shell["files"]]
    assert all(address.startswith(settings.STATIC_URL) for address in shell["files"])
    assert [name for name in names if not finders.find(name)] == []
    assert len(names) == len(set(names))


def test_modules_are_found_through_their_imports_near_and_far(anonymous):
    names = {address.removeprefix(settings.STATIC_URL) for address in shell_of(anonymous)["files"]}
    assert names >= {
        "js/app.js",
        "js/offline/nx-offline.js",
        "js/elements/nx-editor.js",
        "js/editor/machine.js",
        "js/lib/database.js",
        "vendor/editor.js",
    }
    assert not any("outline" in name and name.endswith(".js") for name in names)


def test_a_change_of_the_page_is_a_new_version():
    page = offline.shell_page()
    versions = [
        re.search(r'"version": "(\w+)"', offline.worker_source(text))[1]
        for text in (page, page + "<!-- changed -->")
    ]
    assert versions[0] != versions[1]


def test_switched_off_the_worker_removes_itself(anonymous, settings):
    settings.SERVES_OFFLINE = False
    source = anonymous.get(WORKER).text
    assert "unregister()" in source
    assert "SHELL" not in source
