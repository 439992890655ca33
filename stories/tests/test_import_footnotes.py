"""Foot notes come to the end of the chapter that refers to them, from every format."""

import pytest

from stories.tests import samples
from stories.tests.documents import (
    cocoa,
    h,
    item,
    odt,
    odt_note,
    p,
    rtf,
    rtf_para,
    scriv,
    span,
    text_style,
)
from stories.tests.samples import page, para, run

RIVER, ROAD, LAST = "A dry {}.", "An old road.", "The last."
EXPECTED = [
    ("Ash", "<p>Salt[1] and rope[2].</p><h4>Notes</h4><ol><li><p>A dry <em>river</em>.</p></li>"
            "<li><p>An old road.</p></li></ol>"),
    ("Rain", "<p>End[1].</p><h4>Notes</h4><ol><li><p>The last.</p></li></ol>"),
]  # fmt: skip


def epub():
    def ref(n):
        return f'<a epub:type="noteref" href="notes.xhtml#n{n}">{n}</a>'

    def note(n, text):
        return f'<aside epub:type="footnote" id="n{n}"><p>{text}</p></aside>'

    notes = note(1, "A dry <i>river</i>.") + note(2, ROAD) + note(3, LAST)
    pages = {
        "one.xhtml": page(f"<h2>Ash</h2><p>Salt{ref(1)} and rope{ref(2)}.</p>"),
        "two.xhtml": page(f"<h2>Rain</h2><p>End{ref(3)}.</p>"),
        "notes.xhtml": page(notes),
    }
    return samples.epub(pages, [("Ash", "one.xhtml"), ("Rain", "two.xhtml")])


def docx():
    def ref(n, kind="footnote"):
        return f'<w:r><w:{kind}Reference w:id="{n}"/></w:r>'

    def note(n, *runs):
        return f'<w:footnote w:id="{n}">{para(*runs)}</w:footnote>'

    files = samples.docx_files(
        para("Ash", style="Heading1"),
        para("Salt", ref(2), " and rope", ref(3), "."),
        para("Rain", style="Heading1"),
        para("End", ref(2, "endnote"), "."),
        footnotes=note(2, "A dry ", run("river", "i"), ".") + note(3, ROAD),
    )
    end = f'<w:endnote w:id="2">{para(LAST)}</w:endnote>'
    files["word/endnotes.xml"] = f'<w:endnotes xmlns:w="{samples.W}">{end}</w:endnotes>'
    return samples.zip_bytes(files)


def open_document():
    river = odt_note(RIVER.format(span("river", "T1")))
    return odt(
        h("Ash"),
        p(f"Salt{river} and rope{odt_note(ROAD)}."),
        h("Rain"),
        p(f"End{odt_note(LAST, 'endnote')}."),
        automatic=text_style("T1", 'fo:font-style="italic"'),
    )


def rich_text():
    def note(text, kind=""):
        return rf"{{\super\chftn}}{{\footnote{kind}\pard\plain {{\super\chftn}} {text}}}"

    river, last = note(r"A dry {\i river}."), note(LAST, r"\ftnalt")
    return rtf(
        rtf_para("Ash", 1),
        f"Salt{river} and rope{note(ROAD)}.",
        rtf_para("Rain", 1),
        f"End{last}.",
    )


def scrivener():
    def inline(text):
        return rf"\{{\\Scrv_fn={text}\\end_Scrv_fn\}}"

    link = r'{{\field{{\*\fldinst{{HYPERLINK "scrivcmt://{}"}}}}{{\fldrslt {}}}}}'
    comments = (
        f'<Comments><Comment ID="F1" Footnote="Yes"><![CDATA[{cocoa(LAST)}]]></Comment></Comments>'
    )
    river = inline(r"A dry \i river\i0 .")
    return scriv(
        {
            "A": f"Salt{river} and rope{inline(ROAD)}.",
            "B": link.format("F1", "End") + ".",
        },
        item("A", "Ash"),
        item("B", "Rain"),
        extra={"Files/Data/B/content.comments": comments},
    )


def web_page():
    def ref(n):
        return f'<a class="footnote-ref" href="#fn{n}" id="r{n}"><sup>{n}</sup></a>'

    def note(n, text):
        return f'<li id="fn{n}"><p>{text} <a class="footnote-back" href="#r{n}">↩</a></p></li>'

    notes = note(1, "A dry <em>river</em>.") + note(2, ROAD) + note(3, LAST)
    return (
        f"<html><body><h1>Ash</h1><p>Salt{ref(1)} and rope{ref(2)}.</p><h1>Rain</h1>"
        f'<p>End{ref(3)}.</p><section class="footnotes"><ol>{notes}</ol></section></body></html>'
    )


def markdown():
    return (
        "# Ash\n\nSalt[^1] and rope[^b].\n\n# Rain\n\nEnd[^last].\n\n"
        f"[^1]: A dry *river*.\n[^b]: {ROAD}\n[^last]: {LAST}\n"
    )


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.epub", epub), ("a.docx", docx), ("a.odt", open_document), ("a.rtf", rich_text),
        ("a.scriv.zip", scrivener), ("a.html", web_page), ("a.md", markdown),
    ],
)  # fmt: skip
def test_foot_notes_stand_at_the_end_of_their_chapter(name, make, tmp_path):
    book = samples.reader(tmp_path)(make(), name)
    assert [(one.title, one.content) for one in book.chapters] == EXPECTED


def test_a_note_that_is_referred_to_twice_is_kept_once(tmp_path):
    book = samples.reader(tmp_path)("A[^1] b[^1].\n\n[^1]: Once.\n", "a.md")
    assert book.chapters[0].content == (
        "<p>A[1] b[1].</p><h4>Notes</h4><ol><li><p>Once.</p></li></ol>"
    )


def test_a_reference_without_its_note_says_that_one_is_missing(tmp_path):
    content = samples.docx(para("A", '<w:r><w:footnoteReference w:id="7"/></w:r>', "."))
    book = samples.reader(tmp_path)(content, "a.docx")
    assert book.chapters[0].content == "<p>A[1].</p><h4>Notes</h4><ol><li><p>–</p></li></ol>"
