"""A passage is found again after edits, or known to be gone; comment-find.test.js is its twin."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stories.anchors import Anchor, Reading, find_passage
from stories.text import clean_html
from stories.text.schema import escape

CASES = json.loads((Path(__file__).parent / "anchor-cases.json").read_text())


def html(blocks):
    return "".join(
        f'<p data-b="{block}">{escape(text)}</p>' if block else f"<p>{escape(text)}</p>"
        for block, text in blocks
    )


def anchor_in(reading, words, nth=0):
    at = -1
    for _time in range(nth + 1):
        at = reading.text.index(words, at + 1)
    return reading.anchor(at, at + len(words))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_passage_is_found_again_or_known_to_be_gone(case):
    sought = anchor_in(Reading(html(case["before"])), case["passage"], case.get("nth", 0))
    found = find_passage(Reading(html(case["after"])), sought)
    assert (found.anchor.quote if found else None) == case["found"]
    if found:
        assert found.anchor.paragraph == case["paragraph"]
        assert found.anchor.start == case.get("at", found.anchor.start)


def test_text_is_read_through_marks_lists_and_line_breaks():
    content = clean_html(
        '<h2 data-b="h">A <em>new</em> day</h2><ul><li><p data-b="l">tea &amp; <strong>toast'
        '</strong></p></li></ul><hr><p data-b="p">one<br>two</p>'
    )
    reading = Reading(content)
    assert reading.text == "A new day\ntea & toast\none\ntwo"
    anchor = anchor_in(reading, "toast\none\ntwo")
    assert (anchor.block, anchor.paragraph, anchor.start) == ("l", 1, 6)


def test_a_quote_alone_is_found_where_it_stands_first():
    reading = Reading("<p>no, no, no</p>")
    found = find_passage(reading, Anchor("no"))
    assert found is not None and found.anchor.start == 0


def test_only_spaces_are_no_passage():
    assert find_passage(Reading("<p>a b</p>"), Anchor(" \n")) is None


def test_an_anchor_follows_many_edits_when_it_is_renewed_after_each():
    words = [f"word{number}" for number in range(12)]
    sought = anchor_in(Reading(html([["a", " ".join(words)]])), "word4 word5 word6 word7")
    for turn in range(4, 8):
        words[turn] = f"other{turn}"
        found = find_passage(Reading(html([["a", " ".join(words)]])), sought)
        assert found is not None
        sought = replace(found.anchor)
    assert sought.quote == "other4 other5 other6 other7"
