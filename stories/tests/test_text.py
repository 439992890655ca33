import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stories.counting import count_html, count_words
from stories.text import (
    clean_content,
    clean_html,
    content_hash,
    excerpt,
    from_plain,
    to_text,
)
from stories.text.builder import parse
from stories.text.clean import _PLAIN_CHAPTER
from stories.text.schema import SMALL_CAPS, sanitise, serialise

# What the editor writes is kept to the byte.

CANONICAL = [
    "",
    "<p></p><p></p>",
    "<p>Hello </p>",
    "<p> two  spaces </p>",
    '<p data-b="a-B_9">x</p><hr data-b="c"><h2 data-b="d">y</h2>',
    "<p>a&nbsp;b &amp; c &lt;d&gt; \"e\" 'f'</p>",
    "<p>one<br>two<br></p>",
    "<p><em>a<br>b</em></p>",
    "<p><em><br></em></p>",
    '<p><a href="https://x.org/?a=1&amp;b=2"><strong><em><u><s><span class="small-caps"><code>'
    "all</code></span></s></u></em></strong></a></p>",
    "<p><strong>a<em>b</em></strong><em>c</em></p>",
    "<ul><li><p>a</p><ol><li><p>b</p></li></ol></li><li><p></p></li></ul>",
    "<ul><li><p>a</p></li></ul><ul><li><p>b</p></li></ul>",
    "<blockquote><h3>a</h3><hr><p>b</p></blockquote>",
    '<p><a href="mailto:a@b.org">x</a></p>',
]


@pytest.mark.parametrize("html", CANONICAL)
def test_schema_html_is_left_as_it_is(html):
    assert clean_html(html) == html


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<b>a</b><i>b</i>", "<p><strong>a</strong><em>b</em></p>"),
        ("<p><strike>a</strike> <del>b</del></p>", "<p><s>a</s> <s>b</s></p>"),
        ("<h1>a</h1><h5>b</h5><h6>c</h6>", "<h2>a</h2><h4>b</h4><h4>c</h4>"),
        ("<div>a</div><section>b<p>c</p>d</section>", "<p>a</p><p>b</p><p>c</p><p>d</p>"),
        ("<p></p>", ""),
        ('<p data-b="a"></p>', ""),
        ("<div><br></div>", ""),
        ("a<div><br></div>b", "<p>a</p><p></p><p>b</p>"),
        ("<h1><div>Title</div></h1>", "<h2>Title</h2>"),
        ("<p>\n  It was\n\ta truth\n</p>\n<p>x</p>\n", "<p>It was a truth</p><p>x</p>"),
        ("<p>a<em>\n</em>b</p>", "<p>a<em> </em>b</p>"),
        ("<p>a\n<br>\nb</p>", "<p>a<br>b</p>"),
        ("<p>a <b></b> b</p>", "<p>a  b</p>"),
        ("<p><em>a</em><em>b</em></p>", "<p><em>ab</em></p>"),
        ("<p><em><em>a</em>b</em></p>", "<p><em>ab</em></p>"),
        ("<p><em><strong>a</strong></em></p>", "<p><strong><em>a</em></strong></p>"),
        ("<p><b>a<i>b</b>c</i></p>", "<p><strong>a<em>b</em></strong><em>c</em></p>"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<p>a<ul><li>b<li>c</ul>", "<p>a</p><ul><li><p>b</p></li><li><p>c</p></li></ul>"),
        ("<ul><li><h2>a</h2></li></ul>", "<ul><li><p></p><h2>a</h2></li></ul>"),
        ("<ul>a<li>b</li></ul>", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        (
            "<ul><li>a</li><ul><li>b</li></ul></ul>",
            "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>",
        ),
        ("<li>a<li>b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("<ul></ul><blockquote> </blockquote>", ""),
        ("<blockquote>a<p>b</p></blockquote>", "<blockquote><p>a</p><p>b</p></blockquote>"),
        ("<table><tr><td>a<td>b</table>", "<p>a</p><p>b</p>"),
        ("<pre>\n a\n  b\n</pre>", "<p> a<br>  b</p>"),
        ("<title>a</title><p>b</p>", "<p>a</p><p>b</p>"),
        ("<p>a<blink>b</blink><x-y>c</x-y></p>", "<p>abc</p>"),
        ("<p>x<script>1<2</script><style>p{}</style>y</p>", "<p>xy</p>"),
        ("<title/><script src='x'/><p>b</p>", "<p>b</p>"),
        ("<p>a<!-- no --><!-->b<?pi?></p>", "<p>ab</p>"),
        ("a < b <3 & c", "<p>a &lt; b &lt;3 &amp; c</p>"),
        ("<p>a <unfinished", "<p>a &lt;unfinished</p>"),
        ("<p>a\x00b\x07c\ud800d\ufeffe&#0;</p>", "<p>abcde\ufffd</p>"),
        ("<p>a\x85b</p>", "<p>a b</p>"),
        ("<p>a\u202eb\u2069</p>", "<p>a\u202eb\u2069</p>"),
        ("<p>&eacute;&#x1F600;&hellip;</p>", "<p>é😀…</p>"),
        ('<p title="a>b" onclick=x()>c</p>', "<p>c</p>"),
        ('<p><a href="javascript:x">a</a><a href="/b">c</a></p>', "<p>ac</p>"),
        ('<a href=" http://a/&copy=1 ">b</a>', '<p><a href="http://a/&amp;copy=1">b</a></p>'),
        ("<a href='http://a/\"<x> y'>b</a>", '<p><a href="http://a/%22%3Cx%3E%20y">b</a></p>'),
        ('<span class="x small-caps">a</span>', f"<p>{SMALL_CAPS}a</span></p>"),
        ('<p data-b="a">x</p><p data-b="a">y</p>', '<p data-b="a">x</p><p>y</p>'),
        ('<p data-b="no good">x</p>', "<p>x</p>"),
        ("<q>a</q>", "<p>“a”</p>"),
        ("<svg><text>a</text></svg>", "<p>a</p>"),
    ],
)
def test_foreign_html_becomes_schema_html(raw, cleaned):
    assert clean_html(raw) == cleaned


def test_nothing_executable_passes():
    raw = "<p onclick=a()>x<img src=x onerror=b()><a href='java\nscript:c()'>y</a><svg/onload=d()>"
    assert clean_html(raw) == "<p>xy</p>"


TAGS = """
<p> </p> <div> </div> <b> </b> <i> </i> <em> </em> <strong> </strong> <u> <s> </s> <code> </code>
<br> <hr> <ul> </ul> <ol> </ol> <li> </li> <blockquote> </blockquote> <h1> </h1> <h3> </h3> <pre>
</pre> <table> <td> </table> <q> </q> <span> </span> </a> <a> <script> </script> <title> </title>
<textarea> </textarea> <!-- --> <! </ < > & &lt &#60;
"""
FRAGMENTS = [
    *TAGS.split(),
    '<a href="http://x/?a&b">',
    '<a href="https://y/\'()*_\\">',
    '<span class="small-caps">',
    '<p data-b="b1">',
    '<li data-b="b1">',
    '<hr data-b="b2">',
    '<p class="',
    "&nbsp;",
    "&amp;amp;",
    " ",
    "  ",
    "\n",
    "\t",
    "\r\n",
    "\xa0",
    "\u3000",
    "\u2028",
    "\u200b",
    "\x00",
    "\x85",
    "\ud800",
    "-",
    "—",
    "word",
    "字",
    "é",
    "* * *",
]
soup = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=3)), max_size=25).map(
    "".join
)


@settings(max_examples=300)
@given(soup)
def test_cleaning_twice_is_cleaning_once(raw):
    once = clean_html(raw)
    assert clean_html(once) == once
    # The quick way round for plain chapters may change nothing either.
    assert sanitise(serialise(parse(once))) == once


@settings(max_examples=300)
@given(soup)
def test_cleaned_html_is_valid_against_the_schema(raw):
    html = clean_html(raw)
    built = serialise(parse(raw))
    assert html == built or (html == to_text(built) == ""), "the sanitiser had to step in"
    for block in parse(html):
        assert_valid(block, ("p", "h2", "h3", "h4", "blockquote", "ul", "ol", "hr"))


def assert_valid(block, allowed):
    assert block.tag in allowed
    if block.tag in ("ul", "ol"):
        assert block.blocks
        inner = ("li",)
    else:
        inner = ("p", "h2", "h3", "h4", "blockquote", "ul", "ol", "hr")
    if block.tag == "li":
        assert block.blocks[0].tag == "p"
    if block.tag == "blockquote":
        assert block.blocks
    for child in block.blocks:
        assert_valid(child, inner)


@given(st.lists(st.sampled_from(["alpha", "字", "b-c", "Ünï"]), min_size=1, max_size=30), st.data())
def test_no_visible_word_is_eaten(words, draw):
    visible = st.sampled_from([f for f in FRAGMENTS if f.startswith("<") and is_harmless(f)])
    raw = "".join(draw.draw(visible) + f" {word} " for word in words)
    assert count_html(clean_html(raw)) == count_words(" ".join(words))


def is_harmless(fragment):
    hides = ("<script", "<!", "</", "<title", "<textarea", "<p class")
    return fragment != "<" and not fragment.startswith(hides)


@given(st.text(st.characters(exclude_characters="\r"), max_size=60))
def test_text_survives_a_paragraph_to_the_word(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    kept = to_text(clean_html(f"<p>{escaped}</p>"))
    assert count_words(kept) == count_words(text)


@pytest.mark.parametrize("tag", ["blockquote", "ul><li", "div", "b", "span", "table><td", "x"])
def test_thousands_of_nested_tags_are_survived(tag):
    raw = f"<{tag}>" * 5_000 + "deep" + f"</{tag.split('>')[0]}>" * 5_000 + "<p>after</p>"
    html = clean_html(raw)
    assert to_text(html) == "deep\n\nafter"
    assert clean_html(html) == html


def test_forty_nested_quotes_are_kept():
    html = "<blockquote>" * 40 + "<p>deep</p>" + "</blockquote>" * 40
    assert clean_html(html) == html


@pytest.mark.parametrize(
    "unit",
    [
        "<p>",
        "<",
        "</",
        "<p a='",
        '<p a="',
        "<!--",
        "<b><p>",
        "<i x>",
        "<ul>",
        "<li>",
        "<ul><li>",
        "</ul>",
        "<title>",
        "<q>",
        "&amp",
        "<p =",
        "a ",
        " ",
        "\n",
        "<br>",
        "<em>a</em>",
        "<font color=1><p>",
        "<blockquote></ul>",
        "<textarea",
        "<a href=' ",
    ],
)
def test_cleaning_takes_linear_time(unit):
    started = time.process_time()
    clean_content(f"<p>{unit * (400_000 // len(unit))}")
    assert time.process_time() - started < 4


def test_quick_way_is_taken_for_what_the_editor_sends():
    html = '<h2 data-b="a">One</h2><p data-b="b">“Don’t,” she <em>said</em>.<br>No.</p><hr>'
    assert _PLAIN_CHAPTER.fullmatch(html)


# Plain text


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("", ""),
        (" \n\n ", ""),
        ("one\ntwo\n\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("a\r\n\r\nb", "<p>a</p><p>b</p>"),
        ("a\n\n   * * *\n\nb", "<p>a</p><hr><p>b</p>"),
        ("a\n***\nb\n#\nc\n---\n--", "<p>a</p><hr><p>b</p><hr><p>c</p><hr><p>--</p>"),
        ("Tom & <Jerry>", "<p>Tom &amp; &lt;Jerry&gt;</p>"),
    ],
)
def test_plain_text_becomes_paragraphs(plain, html):
    assert from_plain(plain) == html
    assert clean_html(html) == html


def test_content_is_taken_for_html_only_when_it_has_tags():
    assert clean_content("a <b>c</b>") == "<p>a <strong>c</strong></p>"
    assert clean_content("1 < 2 & <i said>") == clean_html("1 < 2 & <i said>")
    assert clean_content("1 < 2 &amp; 3\n\n<3") == "<p>1 &lt; 2 &amp;amp; 3</p><p>&lt;3</p>"


def test_text_has_one_blank_line_between_paragraphs():
    html = (
        "<h2>A</h2><p></p><p>b<br><em>c</em>d</p><hr><p>e &amp;&nbsp;&lt;f&gt;</p>"
        "<ul><li><p>g</p><ol><li><p>h</p></li></ol></li></ul><blockquote><p>i</p></blockquote>"
    )
    assert to_text(html) == "A\n\nb\ncd\n\ne &\xa0<f>\n\ng\n\nh\n\ni"
    assert to_text("") == to_text("<p></p>") == to_text("<hr>") == ""


def test_hash_is_sha256_of_utf_8():
    assert content_hash("<p>é</p>") == hashlib.sha256("<p>é</p>".encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "limit", "end"),
    [
        ("", 10, ""),
        ("First.\n\nThe last line.", 50, "The last line."),
        ("First.\n\nThe quick brown fox", 12, "…brown fox"),
        ("one two three", 6, "…three"),
        ("one two three", 5, "…hree"),
        ("字字字字", 3, "…字字"),
        ("a\nb", 9, "a b"),
    ],
)
def test_excerpt_shows_where_the_writer_stopped(text, limit, end):
    assert excerpt(text, limit) == end
    assert len(end) <= limit
