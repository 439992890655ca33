"""Nexus can be installed as an app: a manifest that browsers accept, and icons that are there."""

import struct
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

MANIFEST = "/manifest.webmanifest"


def picture(address):
    name = address.removeprefix(settings.STATIC_URL)
    return Path(finders.find(name)).read_bytes()


def test_everybody_gets_the_same_manifest(anonymous, as_alice):
    answers = [client.get(MANIFEST) for client in (anonymous, as_alice)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert answers[0]["Content-Type"] == "application/manifest+json"
    assert not answers[0].cookies


def test_every_page_names_the_manifest(anonymous, as_alice):
    for page in (anonymous.get("/"), as_alice.get("/")):
        assert f'<link rel="manifest" href="{MANIFEST}">' in page.text


def test_its_icons_are_as_large_as_it_says(anonymous):
    icons = anonymous.get(MANIFEST).json()["icons"]
    drawn = [icon for icon in icons if icon["type"] == "image/png"]
    assert {icon["sizes"] for icon in drawn} == {"192x192", "512x512"}
    assert any(icon["purpose"] == "maskable" for icon in drawn)
    for icon in drawn:
        width, height = struct.unpack(">II", picture(icon["src"])[16:24])
        assert f"{width}x{height}" == icon["sizes"]


def test_its_shortcuts_are_pages(anonymous, as_alice):
    manifest = anonymous.get(MANIFEST).json()
    for address in (manifest["start_url"], *(way["url"] for way in manifest["shortcuts"])):
        assert as_alice.get(address).status_code == 200


def test_a_browser_that_only_asks_for_the_oldest_icon_finds_it(anonymous):
    answer = anonymous.get("/favicon.ico")
    assert answer.status_code == 302
    assert picture(answer["Location"])[:4] == b"\0\0\1\0"
