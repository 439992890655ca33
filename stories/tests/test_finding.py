"""Literal words in schema HTML: found as a reader sees them, replaced without touching the rest."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stories.finding import find, pattern_of, replace
from stories.text import block_id, clean_html, to_text, top_blocks

CASES = json.loads((Path(__file__).parent / "find-cases.json").read_text("utf-8"))


def units(text, place):
    """Return a place in UTF-16 units, as the editor counts."""
    return len(text[:place].encode("utf-16-le")) // 2


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_words_are_found_as_the_editor_finds_them(case):
    pattern = pattern_of(
        case["find"],
        match_case=case.get("case", False),
        whole_words=case.get("whole", False),
    )
    text = case["text"]
    found = [[units(text, place) for place in hit.span()] for hit in pattern.finditer(text)]
    assert found == case["hits"]


def change(content, words, replacement, *, leave_out=(), case=False, whole=False):
    pattern = pattern_of(words, match_case=case, whole_words=whole)
    return replace(content, pattern, replacement, leave_out=frozenset(leave_out))[0]


@pytest.mark.parametrize(
    ("before", "words", "replacement", "after"),
    [
        ("<p>a <em>b</em> c</p>", "b", "x", "<p>a <em>x</em> c</p>"),
        ("<p>on<em>e t</em>wo</p>", "one two", "three", "<p>three</p>"),
        ("<p>a <em>on</em>e</p>", "one", "two", "<p>a <em>two</em></p>"),
        ("<p>o<strong>n<em>e</em> x</strong></p>", "one", "1", "<p>1<strong> x</strong></p>"),
        ("<p>a <em>b</em> c</p>", "b ", "", "<p>a c</p>"),
        ("<p>one<br>two</p>", "two", "2", "<p>one<br>2</p>"),
        ('<p data-b="k1">k1</p>', "k1", "z", '<p data-b="k1">z</p>'),
        ('<p data-b="k1">k1</p><p>x</p>', "k1", "", '<p data-b="k1"></p><p>x</p>'),
        (
            '<p><a href="https://x.org/?a=1&amp;cat=2">cat</a> cat</p>',
            "cat",
            "dog",
            '<p><a href="https://x.org/?a=1&amp;cat=2">dog</a> dog</p>',
        ),
        ("<p>a &amp; b &lt;p&gt; amp</p>", "amp", "x", "<p>a &amp; b &lt;p&gt; x</p>"),
        ("<p>a &amp; b</p>", "&", "<b>", "<p>a &lt;b&gt; b</p>"),
        ("<p>a&nbsp;b</p>", "a b", "c\u00a0d", "<p>c&nbsp;d</p>"),
        ("<p>em <em>em</em></p>", "em", "p", "<p>p <em>p</em></p>"),
        (
            '<p>a<span class="small-caps">small</span></p>',
            "small",
            "caps",
            '<p>a<span class="small-caps">caps</span></p>',
        ),
        (
            '<blockquote data-b="q"><h2>x</h2><ul><li data-b="l"><p>x</p></li></ul></blockquote>',
            "x",
            "yy",
            '<blockquote data-b="q"><h2>yy</h2><ul><li data-b="l"><p>yy</p></li></ul></blockquote>',
        ),
    ],
)
def test_what_stands_around_the_words_stays(before, words, replacement, after):
    assert before == clean_html(before), "the case itself is schema HTML"
    assert change(before, words, replacement) == after == clean_html(after)


def test_a_hit_does_not_reach_over_a_break_or_a_paragraph():
    content = "<p>one<br>two</p><p>three</p>"
    assert change(content, "onetwo", "x") == content == change(content, "twothree", "x")


def test_hits_are_numbered_over_the_chapter_and_can_be_left_out():
    content = "<p>a a</p><hr><ul><li><p>a</p></li></ul><p>a</p>"
    assert change(content, "a", "b", leave_out={1, 2}) == (
        "<p>b a</p><hr><ul><li><p>a</p></li></ul><p>b</p>"
    )


def test_what_reads_so_already_is_neither_counted_nor_numbered():
    pattern = pattern_of("cat", match_case=False, whole_words=False)
    content = "<p>Cat cat CAT</p>"
    assert [hit.words for hit in find(content, pattern, "Cat")] == ["cat", "CAT"]
    assert replace(content, pattern, "Cat", leave_out=frozenset({0})) == ("<p>Cat cat Cat</p>", 1)


MARKS = st.sampled_from(["{}", "<em>{}</em>", "<strong>{}</strong>", "<u>{}</u>"])
PIECES = st.sampled_from(["cat", "Cat", "ca", "t", " ", "&amp;", "猫", "é", "<br>", "a cat b"])
RUNS = st.lists(st.builds(str.format, MARKS, PIECES), max_size=5).map("".join)
TEXTS = st.lists(st.tuples(st.sampled_from(["p", "h2"]), RUNS), min_size=1, max_size=4)


def document(blocks):
    tags = (f'<{tag} data-b="b{n}">{runs}</{tag}>' for n, (tag, runs) in enumerate(blocks))
    return clean_html("".join(tags))


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(["cat", "a", "猫", "t ca", "&"]), st.sampled_from(["", "x", "cat&"]))
def test_replacing_in_html_is_replacing_in_the_text(blocks, words, replacement):
    content = document(blocks)
    pattern = pattern_of(words, match_case=True, whole_words=False)
    after, count = replace(content, pattern, replacement)
    assert count == len(find(content, pattern, replacement))
    ids = [block_id(block) for block in top_blocks(content)]
    assert [block_id(block) for block in top_blocks(after)] == ids
    for old, new in zip(top_blocks(content), top_blocks(after), strict=True):
        wanted = to_text(old).replace(words, replacement)
        assert to_text(clean_html(new)).strip() == wanted.strip()
        assert set(re.findall(r"<(?:em|strong|u)>", new)) <= set(
            re.findall(r"<(?:em|strong|u)>", old)
        )
    again, _count = replace(content, pattern, replacement, leave_out=frozenset(range(count)))
    assert again == content
