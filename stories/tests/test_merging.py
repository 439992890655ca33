"""Two texts with one base are joined paragraph by paragraph, and nothing is left out."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from stories.merging import merge, merge_without_base

BASE = '<p data-b="a">One.</p><p data-b="b">Two.</p><p data-b="c">Three.</p>'


def p(name, text):
    return f'<p data-b="{name}">{text}</p>'


def kinds(merged):
    return [part.kind for part in merged.parts]


def test_changes_to_different_paragraphs_are_both_taken():
    mine = BASE.replace("One.", "One and mine.")
    theirs = BASE.replace("Three.", "Three and theirs.")
    merged = merge(BASE, mine, theirs)
    assert merged.clashes == 0
    assert merged.html() == mine.replace("Three.", "Three and theirs.")
    assert kinds(merged) == ["mine", "same", "theirs"]


def test_the_same_paragraph_changed_twice_is_left_to_the_writer():
    merged = merge(BASE, BASE.replace("Two.", "Two mine."), BASE.replace("Two.", "Two theirs."))
    assert merged.clashes == 1
    clash = next(part for part in merged.parts if part.kind == "clash")
    assert (clash.mine, clash.theirs) == (p("b", "Two mine."), p("b", "Two theirs."))
    chosen = merged.html(["mine"])
    assert chosen == BASE.replace("Two.", "Two mine.")


def test_the_same_change_on_both_sides_is_no_clash():
    changed = BASE.replace("Two.", "Two again.")
    merged = merge(BASE, changed, changed)
    assert merged.clashes == 0 and merged.html() == changed


def test_paragraphs_added_at_the_same_place_are_both_kept():
    merged = merge(BASE, BASE + p("m", "Mine."), BASE + p("t", "Theirs."))
    assert merged.clashes == 0
    assert merged.html() == BASE + p("t", "Theirs.") + p("m", "Mine.")


def test_a_paragraph_taken_away_by_one_side_goes():
    merged = merge(BASE, BASE.replace(p("b", "Two."), ""), BASE.replace("One.", "One!"))
    assert merged.clashes == 0
    assert merged.html() == p("a", "One!") + p("c", "Three.")


def test_a_paragraph_taken_away_here_and_changed_there_is_a_clash():
    merged = merge(BASE, BASE.replace(p("b", "Two."), ""), BASE.replace("Two.", "Two more."))
    clash = next(part for part in merged.parts if part.kind == "clash")
    assert (clash.mine, clash.theirs) == ("", p("b", "Two more."))


def test_a_paragraph_split_here_and_changed_elsewhere_there_is_joined():
    mine = BASE.replace("Three.</p>", 'Thr</p><p data-b="d">ee.</p>')
    merged = merge(BASE, mine, BASE.replace("One.", "One!"))
    assert merged.clashes == 0 and merged.html() == mine.replace("One.", "One!")


def test_texts_without_ids_are_joined_by_what_they_say():
    bare = BASE
    for name in "abc":
        bare = bare.replace(f' data-b="{name}"', "")
    merged = merge(bare, bare.replace("One.", "One mine."), bare.replace("Three.", "Three theirs."))
    assert merged.clashes == 0
    assert merged.html() == "<p>One mine.</p><p>Two.</p><p>Three theirs.</p>"


def test_an_empty_base_keeps_both_texts():
    merged = merge("", p("m", "Mine."), p("t", "Theirs."))
    assert merged.html() == p("t", "Theirs.") + p("m", "Mine.")


def test_a_very_long_chapter_is_joined_quickly():
    base = "".join(p(f"n{number}", f"Paragraph {number} " + "word " * 20) for number in range(3000))
    mine = base.replace("Paragraph 7 ", "Mine 7 ")
    theirs = base.replace("Paragraph 2900 ", "Theirs 2900 ")
    started = time.process_time()
    assert merge(base, mine, theirs).clashes == 0
    assert time.process_time() - started < 2


def test_without_a_base_only_what_differs_is_asked():
    mine = BASE.replace("Two.", "Two mine.") + p("m", "Mine.")
    merged = merge_without_base(mine, BASE.replace("Two.", "Two theirs."))
    assert kinds(merged) == ["same", "clash", "same", "mine"]
    assert merged.html(["theirs"]) == BASE.replace("Two.", "Two theirs.") + p("m", "Mine.")
    assert "Two mine." in merged.html() and "Two theirs." in merged.html()


TEXTS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3)), max_size=8, unique_by=lambda t: t[0]
)


def html(rows, side):
    return "".join(p(name, f"{name}{side if edit else ''}{edit}") for name, edit in rows)


@given(TEXTS, TEXTS, TEXTS)
def test_nothing_that_one_side_added_or_changed_is_left_out(base, mine, theirs):
    merged = merge(html(base, "x"), html(mine, "m"), html(theirs, "t"))
    words = set(re.findall(r">([^<]+)<", merged.html()))
    known = set(re.findall(r">([^<]+)<", html(base, "x")))
    for side in (html(mine, "m"), html(theirs, "t")):
        assert set(re.findall(r">([^<]+)<", side)) - known <= words


@given(TEXTS, TEXTS)
def test_a_side_that_changed_nothing_gives_way_to_the_other(base, changed):
    before, after = html(base, "x"), html(changed, "m")
    for merged in (merge(before, after, before), merge(before, before, after)):
        assert merged.clashes == 0
        assert sorted(re.findall(r">([^<]+)<", merged.html())) == sorted(
            re.findall(r">([^<]+)<", after)
        )
