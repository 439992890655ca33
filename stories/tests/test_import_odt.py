import pytest

from stories.importing import ImportRefused
from stories.tests import samples
from stories.tests.documents import h, odt, odt_files, odt_note, p, span, text_style
from stories.tests.samples import texts, titles


@pytest.fixture
def read(tmp_path):
    return samples.reader(tmp_path)


def content_of(read, *body, **options):
    return read(odt(*body, **options), "a.odt").chapters[0].content


def test_odt_keeps_structure_emphasis_lists_and_quotes(read):
    items = (
        "<text:list-item>{}</text:list-item><text:list-item>{}"
        '<text:list><text:list-item>{}</text:list-item></text:list></text:list-item>'
    ).format(p("salt"), p("rope"), p("thin"))  # fmt: skip
    book = read(
        odt(
            p("The Salt Road", "Title"),
            h("Part One"),
            h("Chapter 1", 2),
            p(f"un{span('fri', 'T1')}{span('gging', 'T1')}believable {span('bold', 'T2')}"),
            p("* * *"),
            p("A quote.", "Quotations"),
            p("Its end.", "Quotations"),
            p("", "Horizontal_20_Line"),
            f'<text:list text:style-name="Numbers">{items}</text:list>',
            p('<text:a xlink:href="https://example.org/">link</text:a><text:s text:c="3"/>end'),
            h("Chapter 2", 2),
            p("one<text:line-break/>two<text:tab/>three"),
            automatic=text_style("T1", 'fo:font-style="italic"')
            + text_style("T2", 'fo:font-weight="700" style:text-underline-style="solid"'),
        ),
        "a.odt",
    )
    assert (book.title, book.author, book.language, book.format) == (
        "The Salt Road", "Ines Ferro", "en-GB", "odt",
    )  # fmt: skip
    assert [(c.title, c.part_title) for c in book.chapters] == [
        ("Chapter 1", "Part One"), ("Chapter 2", ""),
    ]  # fmt: skip
    assert book.chapters[0].content == (
        "<p>un<em>frigging</em>believable <strong><u>bold</u></strong></p><hr>"
        "<blockquote><p>A quote.</p><p>Its end.</p></blockquote><hr>"
        "<ol><li><p>salt</p></li><li><p>rope</p><ul><li><p>thin</p></li></ul></li></ol>"
        '<p><a href="https://example.org/">link</a> end</p>'
    )
    assert book.chapters[1].content == "<p>one<br>two three</p>"


def test_odt_emphasis_is_found_through_parent_styles_and_may_be_switched_off(read):
    automatic = (
        text_style("T1", 'fo:color="#000"', parent="Emphasis")
        + text_style("T2", 'fo:font-style="normal"', parent="Emphasis")
        + text_style("P1", 'fo:font-style="italic"', family="paragraph")
    )
    content = content_of(
        read,
        p(f"a {span('b', 'T1')} {span('c', 'T2')}"),
        p(f"d {span('e', 'T2')} f", "P1"),
        automatic=automatic,
    )
    assert content == "<p>a <em>b</em> c</p><p><em>d </em>e<em> f</em></p>"


def test_odt_styles_of_the_page_head_are_not_taken_for_those_of_the_text(read):
    # styles.xml has an automatic style T1 of its own, which is bold.
    assert content_of(read, p(span("a", "T1"))) == "<p>a</p>"


def test_odt_headings_are_found_by_the_styles_they_are_based_on(read):
    automatic = (
        '<style:style style:name="P1" style:family="paragraph"'
        ' style:parent-style-name="Heading_20_1"/>'
    )
    content = odt(p("Salt", "P1"), p("a"), p("Ash", "P1"), p("b"), automatic=automatic)
    assert titles(read(content, "a.odt")) == ["Salt", "Ash"]


def test_odt_headings_within_a_numbered_list_stay_headings(read):
    def listed(text):
        return f"<text:list><text:list-item>{h(text)}</text:list-item></text:list>"

    book = read(odt(listed("Salt"), p("a"), listed("Ash"), p("b")), "a.odt")
    assert titles(book) == ["Salt", "Ash"]


def test_odt_tracked_deletions_annotations_contents_and_hidden_text_are_left_out(read):
    deleted = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"{p('gone')}</text:deletion></text:changed-region></text:tracked-changes>"
    )
    contents = f"<text:table-of-content><text:index-body>{p('Salt 1')}</text:index-body></text:table-of-content>"  # noqa: E501
    note = f"<office:annotation>{p('a remark')}</office:annotation>"
    book = read(
        odt(
            deleted,
            contents,
            p("Ash 2", "Contents_20_1"),
            h("Salt"),
            p(f'a<text:change text:change-id="c1"/> b{note} {span("unseen", "T1")}c'),
            "<text:section>" + p("d") + "</text:section>",
            automatic=text_style("T1", 'text:display="none"'),
        ),
        "a.odt",
    )
    assert book.chapters[0].content == "<p>a b c</p><p>d</p>"
    assert book.notes == ("1 comment was left out.", "1 tracked deletion was left out.")
    assert [(one.reason, one.word_count) for one in book.omitted] == [("Contents", 4)]


def test_odt_text_boxes_are_read_and_pictures_are_not(read):
    box = f"<draw:frame><draw:text-box>{p('Boxed.')}</draw:text-box></draw:frame>"
    picture = '<draw:frame><draw:image xlink:href="http://127.0.0.1:9/a.png"/></draw:frame>'
    book = read(odt(p(f"a{box}{picture}"), box, p("b")), "a.odt")
    assert texts(book) == ["a\n\nBoxed.\n\nBoxed.\n\nb"]
    assert book.notes == ("1 picture was left out.",)


def test_odt_tables_become_paragraphs_and_page_breaks_divide_where_nothing_else_does(read):
    cells = "".join(f"<table:table-cell>{p(text)}</table:table-cell>" for text in "xy")
    table = f"<table:table><table:table-row>{cells}</table:table-row></table:table>"
    breaking = (
        '<style:style style:name="P1" style:family="paragraph">'
        '<style:paragraph-properties fo:break-before="page"/></style:style>'
    )
    book = read(odt(p("One."), table, p("Two.", "P1"), automatic=breaking), "a.odt")
    assert texts(book) == ["One.\n\nx | y", "Two."]


def test_odt_blank_paragraphs_are_scene_breaks_where_they_are_rare(read):
    body = [p(text) for text in ("a", "b", "c", "d", "", "e", "f", "g")]
    assert content_of(read, *body).count("<hr>") == 1


def test_odt_with_a_password_is_refused(read):
    files = odt_files(p("x")) | {"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}
    with pytest.raises(ImportRefused, match="password"):
        read(samples.zip_bytes(files), "a.odt")


def test_an_opendocument_spreadsheet_is_refused(read):
    files = odt_files() | {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}
    with pytest.raises(ImportRefused, match="not a text"):
        read(samples.zip_bytes(files), "a.ods")


def test_odt_notes_inside_text_boxes_and_lists_are_kept(read):
    listed = (
        f"<text:list><text:list-item>{p('salt' + odt_note('One.'))}</text:list-item></text:list>"
    )
    content = content_of(read, listed, p("b" + odt_note("Two.", "endnote", "edn1")))
    assert content == (
        "<ul><li><p>salt[1]</p></li></ul><p>b[2]</p>"
        "<h4>Notes</h4><ol><li><p>One.</p></li><li><p>Two.</p></li></ol>"
    )
