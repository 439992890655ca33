"""Editor and server must write a text alike to the byte, or no save stays clean."""

import json
from pathlib import Path

import pytest

from stories.text import clean_content, clean_html

SHAPES = Path(__file__).resolve().parents[2] / "static/js/tests/editor-shapes.json"


def test_what_the_editor_writes_is_kept_byte_for_byte():
    changed = [html for html in json.loads(SHAPES.read_text()) if clean_html(html) != html]
    assert changed == []


@pytest.mark.parametrize("html", ["<p></p><hr>", "<h3></h3><p></p><hr>", '<p data-b="a"></p><hr>'])
def test_an_empty_line_before_a_scene_break_is_kept(html):
    assert clean_content(html) == html
