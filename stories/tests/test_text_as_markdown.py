"""A chapter as Markdown and back: every word and mark survives."""

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stories.counting import count_html
from stories.text import clean_html, from_markdown, to_markdown
from stories.text.schema import BREAK, SMALL_CAPS, Block, serialise


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("", ""),
        ("<p>“Don’t—” she said.</p><p>‘No.’</p>", "“Don’t—” she said.\n\n‘No.’\n"),
        ("<p>an <em>old</em> <strong>man</strong></p>", "an *old* **man**\n"),
        ("<p>un<em>frigging</em>believable</p>", "un*frigging*believable\n"),
        ("<p>a</p><hr><p>b</p>", "a\n\n* * *\n\nb\n"),
        ("<h2>One</h2><h3>Two</h3>", "## One\n\n### Two\n"),
        ("<p>a<br>b</p>", "a\\\nb\n"),
        ("<p>1. a</p><p>- b</p><p># c</p>", "1\\. a\n\n\\- b\n\n\\# c\n"),
        ("<p>2 * 3 &lt; 7 &amp; R&amp;D</p>", "2 \\* 3 \\< 7 & R&amp;D\n"),
        ("<p><s>a</s> <code>b`</code> <u>c</u></p>", "~~a~~ `` b` `` <u>c</u>\n"),
        (f"<p>{SMALL_CAPS}Anno</span></p>", '<span class="small-caps">Anno</span>\n'),
        ('<p><a href="http://x/">a</a></p>', "[a](http://x/)\n"),
        ("<p>a<em> b</em></p>", "a<em> b</em>\n"),
        ("<p>a</p><p></p>", "a\n\n<p></p>\n"),
        ("<p>a </p>", "a&#32;\n"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"),
        (
            "<ul><li><p>a</p><ol><li><p>b</p></li></ol></li><li><p>c</p></li></ul>",
            "- a\n\n  1. b\n\n- c\n",
        ),
        ("<ol><li><p>a</p></li><li><p>b</p></li></ol>", "1. a\n2. b\n"),
        (
            "<ul><li><p>a</p></li></ul><ul><li><p>b</p></li></ul>",
            "- a\n\n+ b\n",
        ),
        ("<p><strong><em>a</em></strong></p>", "***a***\n"),
    ],
)
def test_markdown_reads_like_markdown(html, markdown):
    assert to_markdown(html) == markdown
    assert from_markdown(markdown) == html


def test_markdown_of_other_hands_is_understood():
    markdown = "# Title\n\nSoft\nwrapped  \nhard\n\n***\n\n```\ncode\n  two\n```\n\n![x](y.png)z\n"
    assert from_markdown(markdown) == (
        "<h2>Title</h2><p>Soft wrapped<br>hard</p><hr><p><code>code<br>  two</code></p><p>z</p>"
    )


def test_block_ids_do_not_litter_the_markdown():
    assert to_markdown('<p data-b="x1">a</p>') == "a\n"


MARK_TAGS = [
    '<a href="http://x.org/a_(b)*?c=1&amp;d">',
    '<a href="mailto:a@b">',
    "<strong>",
    "<em>",
    "<u>",
    "<s>",
    SMALL_CAPS,
    "<code>",
]
SPECIALS = """
word . 1. 2) - + * ** _ ~ ~~ ~~~ ` `` # ## > = === --- [a](b) ![ ] ( < <b> & &amp; &lt; \\ \\\\ ! :
| 字 “ ” — http://x.org a@b.c
"""
SPACES = [" ", "  ", "    ", "\u00a0", "\u3000", "\u2028", "\u200b"]
PIECES = [*SPECIALS.split(), *SPACES]
marks_of_run = st.lists(st.sampled_from(MARK_TAGS), max_size=3, unique=True).map(
    lambda tags: tuple(
        sorted((t for i, t in enumerate(tags) if t[:3] != "<a " or i == 0), key=MARK_TAGS.index)
    )
)
run_text = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join).filter(bool)
runs = st.lists(st.tuples(st.one_of(run_text, st.just(BREAK)), marks_of_run), max_size=5)
text_block = st.builds(Block, st.sampled_from(["p", "p", "p", "h2", "h4"]), st.none(), runs=runs)


def _containers(children):
    several = st.lists(children, min_size=1, max_size=3)
    item = st.lists(children, max_size=2).map(
        lambda rest: Block("li", blocks=[Block("p", runs=[("x", ())]), *rest])
    )
    empty_first = st.just(Block("li", blocks=[Block("p")]))
    lists = st.lists(st.one_of(item, empty_first), min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda blocks: Block("blockquote", blocks=blocks)),
        st.builds(
            lambda tag, blocks: Block(tag, blocks=blocks), st.sampled_from(["ul", "ol"]), lists
        ),
    )


block = st.recursive(st.one_of(text_block, st.just(Block("hr"))), _containers, max_leaves=6)
document = st.lists(block, max_size=5).map(serialise).filter(lambda html: html != "<p></p>")


@settings(max_examples=300, deadline=None)
@given(document)
def test_documents_are_schema_html_and_survive_markdown(html):
    assert clean_html(html) == html
    assert nh3.is_html(html) or not html
    assert from_markdown(to_markdown(html)) == html


@settings(max_examples=200, deadline=None)
@given(document)
def test_counts_agree_before_and_after_markdown(html):
    assert count_html(from_markdown(to_markdown(html))) == count_html(html)
