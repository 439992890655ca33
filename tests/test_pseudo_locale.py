"""In a language of brackets every page is bracketed: no string escapes translation."""

import gettext
import re
from html.parser import HTMLParser

import pytest
from django.utils.translation import trans_real

from tests.test_access import (  # noqa: F401
    ADMIN_PAGES,
    VISITORS_PAGES,
    WRITERS_PAGES,
    crowd,
    places,
)

OPEN, CLOSE = "⟦", "⟧"
SPOKEN = ("alt", "aria-description", "aria-label", "aria-valuetext", "placeholder", "title")
WORD = re.compile(r"[^\W\d_]{2,}")
# The same in every language: products, formats, fonts, and the number of the drawn chapter.
NAMES = "Nexus,CSV,XLSX,UTC,https://,II,Inter,JetBrains Mono,IBM Plex Mono,Literata,Lora"
FONTS = "Source Serif 4,Atkinson Hyperlegible,ZIP"
# What the cast wrote, and what their files and they are called.
TITLES = "The Lighthouse,Part One,One,Two,Finished,Put away,A keeper and a storm.,Emma,Cover,Part"
REPORTED = "emma.epub,b.epub,no text,No.,Everything of yours,alice@example.com,Alice,Carol"
BESIDE = "Which one?,never written,Gone.,He waits.,Look this up."
SHELVED = "The Coast,The Lamp,first draft,sea"
KNOWN = ",".join([NAMES, FONTS, TITLES, BESIDE, SHELVED, REPORTED]).split(",")
OWN = sorted(KNOWN, key=len, reverse=True)
MADE_UP = re.compile(r"\bword\d+\b")
# Groups of options are the time zones of a continent, which carry the names of the tz database.
QUIET = ("script", "style", "code", "kbd", "textarea", "optgroup")


class Brackets(gettext.NullTranslations):
    """Translates every message into itself between brackets."""

    def gettext(self, message):
        return f"{OPEN}{message.rpartition(chr(4))[2]}{CLOSE}" if message else message

    def ngettext(self, one, many, count):
        return self.gettext(one if count == 1 else many)

    def language(self):
        return "zz"

    to_language = language


@pytest.fixture
def brackets(monkeypatch):
    language = Brackets()
    monkeypatch.setattr(trans_real, "translation", lambda _language: language)
    monkeypatch.setattr(trans_real, "_default", language)
    trans_real._active.value = language
    yield
    trans_real.deactivate()


class Escaped(HTMLParser):
    """Collects the words of a page that stand outside of every bracket."""

    def __init__(self):
        super().__init__()
        self.depth = 0
        self.quiet = []
        self.words = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        is_button = tag == "input" and values.get("type") in ("submit", "button")
        for name in [*SPOKEN, "value"] if is_button else SPOKEN:
            if values.get(name) and not self.depth and not self.quiet:
                self.look(values[name])
        if tag in QUIET:
            self.quiet.append(tag)

    def handle_endtag(self, tag):
        if self.quiet and self.quiet[-1] == tag:
            self.quiet.pop()

    def handle_data(self, data):
        if not self.quiet:
            self.depth = self.look(data, self.depth)

    def look(self, text, depth=0):
        """Note words outside of `depth` open brackets; return how many are open after them."""
        outside = []
        for part in re.split(f"([{OPEN}{CLOSE}])", text):
            depth += (part == OPEN) - (part == CLOSE)
            if not depth and part != CLOSE:
                outside.append(part)
        rest = MADE_UP.sub(" ", " ".join(outside))
        for own in OWN:
            rest = rest.replace(own, " ")
        if WORD.search(rest):
            self.words.append(" ".join(rest.split()))
        return depth


def escaped(client, addresses):
    """Return by page what escapes translation, cut messages included."""
    found = {}
    for name, address in addresses.items():
        parser = Escaped()
        parser.feed(client.get(address, follow=True).content.decode())
        cut = [f"{parser.depth} messages lost their end"] if parser.depth else []
        if words := parser.words + cut:
            found[name] = words
    return found


def test_the_language_of_brackets_shows_what_escapes(brackets):
    parser = Escaped()
    parser.feed('<p title="Bare">⟦Said <b>so</b>⟧ bare</p><input type="submit" value="Bare too">')
    assert parser.words == ["Bare", "bare", "Bare too"]


def test_every_word_of_a_visitors_page_can_be_translated(db, brackets, anonymous):
    assert escaped(anonymous, VISITORS_PAGES) == {}


def test_every_word_of_a_writers_page_can_be_translated(places, brackets, as_alice):  # noqa: F811
    addresses = {name: address.format(**places) for name, address in WRITERS_PAGES.items()}
    assert escaped(as_alice, addresses) == {}


def test_every_word_of_the_status_page_can_be_translated(brackets, as_carol):
    assert escaped(as_carol, {"status": "/status/"}) == {}


@pytest.mark.usefixtures("crowd")
def test_every_word_of_the_writing_dashboard_can_be_translated(brackets, as_carol):
    parser = Escaped()
    page = as_carol.get(ADMIN_PAGES["writing"]).content.decode()
    # What Django's admin puts around it names apps by their labels.
    parser.feed(page[page.index('<div class="writing">') : page.index("</main>")])
    assert (parser.words, parser.depth) == ([], 0)
