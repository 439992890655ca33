import pytest

from stories.importing import ImportRefused
from stories.services.notes import MAX_CHAPTER_SYNOPSIS, MAX_NOTES
from stories.tests import samples
from stories.tests.documents import binder, cocoa, item, scriv, scriv_files
from stories.tests.samples import texts, titles


@pytest.fixture
def read(tmp_path):
    return samples.reader(tmp_path)


def test_scrivener_folders_become_parts_and_chapters_in_the_binders_order(read):
    book = read(
        scriv(
            {"S1": "First scene.", "S2": "\\i Second\\i0  scene.", "C2": "Lone chapter.",
             "S3": "Third.", "PART2": "An epigraph.", "PRO": "Before it all."},
            item("PRO", "Prologue"),
            item("PART1", "The Mill", item("C1", "Ash", item("S1", "a"), item("S2", "b"))),
            item("PART2", "Part Two", item("C2", "Salt"), item("C3", "Rain", item("S3", "c"))),
        ),
        "Salt.scriv.zip",
    )  # fmt: skip
    assert (book.title, book.format, book.notes) == ("Salt", "scrivener", ())
    assert [(c.title, c.part_title) for c in book.chapters] == [
        ("Prologue", ""), ("Ash", "The Mill"), ("Salt", "Part Two"), ("Rain", ""),
    ]  # fmt: skip
    assert book.chapters[1].content == "<p>First scene.</p><hr><p><em>Second</em> scene.</p>"
    assert book.chapters[2].content == "<p>An epigraph.</p><hr><p>Lone chapter.</p>"


def test_scrivener_parts_may_lie_in_volumes_and_scenes_in_folders_of_a_chapter(read):
    book = read(
        scriv(
            {"S1": "One.", "S2": "Two.", "S3": "Three."},
            item(
                "V", "Volume 1",
                item("P", "Part One", item("C", "Chapter 1", item("S1", "a"),
                                           item("F", "More", item("S2", "b")))),
                item("Q", "Part Two", item("S3", "Chapter 2")),
            ),
        ),
        "Salt.zip",
    )  # fmt: skip
    assert [(c.title, c.part_title, c.word_count) for c in book.chapters] == [
        ("Chapter 1", "Volume 1, Part One", 2), ("Chapter 2", "Volume 1, Part Two", 1),
    ]  # fmt: skip


def test_scrivener_research_trash_and_what_is_not_compiled_is_left_out_and_listed(read):
    book = read(
        scriv(
            {"A": "Kept words.", "B": "Cut words here.", "C": "Cut too.", "R1": "Salt is old."},
            item("CH", "Chapter 1", item("A", "a"), item("B", "b", compiled="No")),
            item("C", "Alternative", compiled=None),
            item("IMG", "Map", kind="Image"),
            others=[
                item("R", "Research", item("R1", "Salt"), kind="ResearchFolder"),
                item("N", "Characters", item("N1", "Ines")),
                item("T", "Trash", kind="TrashFolder"),
            ],
        ),
        "Salt.zip",
    )
    assert (titles(book), texts(book)) == (["Chapter 1"], ["Kept words."])
    assert [(one.title, one.reason, one.word_count) for one in book.omitted] == [
        ("b", "Not included in compile", 3),
        ("Alternative", "Not included in compile", 2),
        ("Map", "Not text", 0),
        ("Research", "Not part of the draft", 3),
        ("Characters", "Not part of the draft", 0),
    ]


def test_scrivener_projects_that_never_speak_of_compiling_are_taken_whole(read):
    book = read(scriv({"A": "One."}, item("A", "a", compiled=None)), "Salt.zip")
    assert texts(book) == ["One."]


def test_scrivener_notes_are_kept_and_annotations_and_style_marks_are_not(read):
    inline = (
        r"A\{\\Scrv_fn=A dry \i river\i0 .\\end_Scrv_fn\} b"
        r"\{\\Scrv_annot \\color=\{\\R=1.0\\G=0.0\\B=0.0\} \\text=check "
        "\n this\\\\end_Scrv_annot\\}."
    )
    linked = (
        r'<$Scr_Ps::0>C{\field{\*\fldinst{HYPERLINK "scrivcmt://F1"}}{\fldrslt word}} and'
        r'{\field{\*\fldinst{HYPERLINK "scrivcmt://X1"}}{\fldrslt  remark}}.<!$Scr_Ps::0>'
    )
    comments = (
        '<?xml version="1.0"?><Comments Version="1.0">'
        rf'<Comment ID="F1" Footnote="Yes"><![CDATA[{cocoa("An old road.")}]]></Comment>'
        rf'<Comment ID="X1"><![CDATA[{cocoa("A remark.")}]]></Comment></Comments>'
    )
    book = read(
        scriv(
            {"A": inline + "\n<$Scr_H::2>Later<!$Scr_H::2>\n" + linked},
            item("A", "Salt"),
            extra={"Files/Data/A/content.comments": comments},
        ),
        "Salt.zip",
    )
    assert book.chapters[0].content == (
        "<p>A[1] b.</p><h2>Later</h2><p>Cword[2] and remark.</p><h4>Notes</h4>"
        "<ol><li><p>A dry <em>river</em>.</p></li><li><p>An old road.</p></li></ol>"
    )
    assert book.notes == ("2 comments were left out.",)


def test_scrivener_quotations_are_found_by_the_names_of_styles(read):
    styles = '<Styles><Style ID="Q" Name="Block Quote"/><Style ID="V" Name="Verse"/></Styles>'
    text = "a\n<$Scr_Ps::1>Dear Ann,\nCome.<!$Scr_Ps::1>\nb\n<$Scr_Ps::0>c<!$Scr_Ps::0>"
    extra = {"Files/styles.xml": styles, "Files/Data/A/content.styles": "V, Q"}
    book = read(scriv({"A": text}, item("A", "Ash"), extra=extra), "Salt.zip")
    assert book.chapters[0].content == (
        "<p>a</p><blockquote><p>Dear Ann,</p><p>Come.</p></blockquote><p>b</p><p>c</p>"
    )


def test_scrivener_marks_without_an_end_swallow_nothing(read):
    book = read(scriv({"A": r"A\{\\Scrv_annot \\text=b\nc\{\\Scrv_fn=d"}, item("A", "x")), "S.zip")
    assert {"b", "d"} <= set("".join(texts(book)))


def test_scrivener_synopses_and_notes_come_along(read):
    extra = {
        "Files/Data/C/synopsis.txt": "The whole.",
        "Files/Data/A/synopsis.txt": "She leaves – at dawn.",
        "Files/Data/A/notes.rtf": cocoa("Check \\i the\\i0  tide.\nTwice."),
    }
    book = read(scriv({"A": "One."}, item("C", "Ash", item("A", "a")), extra=extra), "Salt.zip")
    assert book.chapters[0].synopsis == "The whole. She leaves – at dawn."
    assert book.chapters[0].notes == "Check the tide.\n\nTwice."


def test_scrivener_synopses_too_long_for_a_card_are_kept_whole_in_the_notes(read):
    extra = {
        "Files/Data/A/synopsis.txt": "word " * 500,
        "Files/Data/A/notes.rtf": cocoa("note " * 30_000),
    }
    book = read(scriv({"A": "One."}, item("A", "a"), extra=extra), "Salt.zip")
    chapter = book.chapters[0]
    assert len(chapter.synopsis) <= MAX_CHAPTER_SYNOPSIS and chapter.synopsis.endswith("word…")
    assert chapter.notes.count("word") == 500 and len(chapter.notes) == MAX_NOTES
    assert book.notes == ("The notes beside 1 chapter were too long and were cut.",)


def test_scrivener_chapters_planned_but_not_written_are_kept(read):
    extra = {"Files/Data/B/synopsis.txt": "He returns."}
    book = read(scriv({"A": "One."}, item("A", "Ash"), item("B", "Salt"), extra=extra), "Salt.zip")
    assert [(c.title, c.word_count, c.synopsis) for c in book.chapters] == [
        ("Ash", 1, ""), ("Salt", 0, "He returns."),
    ]  # fmt: skip


def test_scrivener_projects_of_earlier_versions_are_read(read):
    document = binder(item("", "Ash")).replace('UUID=""', 'ID="7"').replace("UUID", "ID")
    files = {
        "Salt.scriv/project.scrivx": document,
        "Salt.scriv/Files/Docs/7.rtf": cocoa("An early scene."),
        "Salt.scriv/Files/Docs/7_synopsis.txt": "Early.",
        "Salt.scriv/Files/Docs/7_notes.rtf": cocoa("Old."),
    }
    book = read(samples.zip_bytes(files), "Salt.scriv.zip")
    assert (titles(book), texts(book)) == (["Ash"], ["An early scene."])
    assert (book.chapters[0].synopsis, book.chapters[0].notes) == ("Early.", "Old.")


@pytest.mark.parametrize(
    ("split", "expected"),
    [("files", ["a", "b"]), ("none", ["Chapter 1"]), ("auto", ["Ash"])],
)
def test_scrivener_projects_are_divided_as_asked(read, split, expected):
    content = scriv({"A": "One.", "B": "Two."}, item("C", "Ash", item("A", "a"), item("B", "b")))
    assert titles(read(content, "Salt.zip", split=split)) == expected


def test_scrivener_draft_of_one_long_document_is_divided_at_its_chapter_lines(read):
    content = scriv({"A": "Chapter 1\nOne.\nChapter 2\nTwo."}, item("A", "All of it"))
    assert titles(read(content, "Salt.zip")) == ["Chapter 1", "Chapter 2"]


def test_scrivener_files_beside_those_of_macos_are_found(read):
    files = scriv_files({"A": "One."}, item("A", "a"), folder="My books/Salt.scriv/")
    files["__MACOSX/My books/Salt.scriv/._Salt.scrivx"] = b"\0\5\x16\7"
    assert texts(read(samples.zip_bytes(files), "Salt.zip")) == ["One."]


def test_scrivener_binder_alone_is_refused_with_what_to_do(read):
    with pytest.raises(ImportRefused, match="zip its whole"):
        read(binder(item("A", "a")), "Salt.scrivx")


def test_scrivener_project_without_a_draft_is_refused(read):
    files = {"Salt.scriv/a.scrivx": "<ScrivenerProject><Binder/></ScrivenerProject>"}
    with pytest.raises(ImportRefused, match="no draft"):
        read(samples.zip_bytes(files), "Salt.zip")
